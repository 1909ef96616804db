#include "auth/credential_explain.h"

#include "base/strings.h"

namespace openclaw::auth {

std::string credentials_used_line(const Credentials& credentials, bool device_token) {
  std::vector<std::string> used;
  if (!credentials.token.empty()) used.push_back("token from " + credentials.token_source);
  if (!credentials.password.empty()) used.push_back("password from " + credentials.password_source);
  if (used.empty()) used.push_back(device_token ? "stored device token" : "no credential");
  std::string line = "Used: " + base::join(used, ", ") + ".";
  std::vector<std::string> others = credentials.other_token_sources;
  others.insert(others.end(), credentials.other_password_sources.begin(),
                credentials.other_password_sources.end());
  if (!others.empty()) line += " Also set, different: " + base::join(others, ", ") + ".";
  return line;
}

std::string credentials_local_hint(const Credentials& credentials, const json::Value& config) {
  // A gateway prefers its configuration over the environment (credentials 8.1); the command line does not.
  const auto differs = [&](const std::string& source, const std::vector<std::string>& others,
                           std::string_view path) {
    if (source.empty() || source == path) return false;
    return std::find(others.begin(), others.end(), path) != others.end() &&
           json::find_path(config, path) != nullptr;
  };
  if (differs(credentials.token_source, credentials.other_token_sources, "gateway.auth.token")) {
    return "The local gateway uses gateway.auth.token; unset or change " + credentials.token_source + ".";
  }
  if (differs(credentials.password_source, credentials.other_password_sources, "gateway.auth.password")) {
    return "The local gateway uses gateway.auth.password; unset or change " + credentials.password_source +
           ".";
  }
  return {};
}

}  // namespace openclaw::auth
