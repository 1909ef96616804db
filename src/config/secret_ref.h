// References to secrets kept elsewhere: {source: env|file|exec, provider, id} in place of a string. This
// version resolves references to the process environment; others are recognised and named. Pure.
#pragma once
#include "base/env.h"
#include "base/result.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace openclaw::config {

struct SecretRef {
  std::string source;
  std::string provider;  // "default" when not given
  std::string id;
};

// Absent unless the value is a well-formed reference.
std::optional<SecretRef> secret_ref_of(const json::Value& value);
// What is wrong with an object that stands where a reference may stand: (key or empty, message).
std::vector<std::pair<std::string, std::string>> secret_ref_faults(const json::Object& object);
// `default_env` is the alias of the environment provider (secrets.defaults.env, else "default").
base::Result<std::string> resolve_secret_ref(const SecretRef& ref, const base::Env& env,
                                             std::string_view default_env);

}  // namespace openclaw::config
