// ${NAME} in string values, and the variables that the configuration itself provides. Pure.
#pragma once
#include "base/env.h"
#include "config/key_path.h"
#include "json/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

struct MissingVariable {
  std::string name;
  KeyPath path;
};

// NAME matches [A-Z_][A-Z0-9_]*; $${NAME} stands for the text ${NAME}. A variable that is unset or empty
// leaves the text as it is and is listed in `missing`. Keys are not touched.
json::Value substitute(const json::Value& value, const base::Env& env, std::vector<MissingVariable>& missing);
// The name when the whole text is one ${NAME}; else empty.
std::string_view whole_reference(std::string_view text);
// The name of the first ${NAME} in the text; empty when there is none.
std::string_view first_reference(std::string_view text);

// `env` plus the document's env block: only names that are unset or blank, none of those that change how
// programs load code or whom they trust.
base::Env with_config_env(const json::Value& document, base::Env env);
bool dangerous_variable(std::string_view name);

}  // namespace openclaw::config
