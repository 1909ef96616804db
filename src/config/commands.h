// The logic of `openclaw config get|set|unset|file|validate`. The command line parses flags and prints what
// comes back. Exit codes: 0 done, 1 refused or not found, 2 usage, 5 invalid configuration file.
#pragma once
#include "config/config.h"

#include <optional>
#include <string>

namespace openclaw::config {

struct CommandResult {
  int exit_code = 0;
  std::string out;  // for stdout, with line ends
  std::string err;  // for stderr
};

struct SetArguments {
  std::string path;
  std::optional<std::string> value;
  bool strict_json = false;  // the value must be JSON; otherwise JSON5, else plain text
  bool json = false;         // with dry_run: answer as JSON; without: the same as strict_json
  bool dry_run = false;
  bool yes = false;  // allow a write that shrinks the file below half
};

CommandResult config_get(const Context& context, const std::string& path, bool as_json);
CommandResult config_set(const Context& context, const SetArguments& arguments);
CommandResult config_unset(const Context& context, const std::string& path, bool yes = false);
CommandResult config_file(const Context& context);
CommandResult config_validate(const Context& context, bool as_json);

// The value argument of `config set`. The error text is `Failed to parse JSON value: SyntaxError: ...`.
base::Result<json::Value> parse_value_argument(const std::string& raw, bool strict);

}  // namespace openclaw::config
