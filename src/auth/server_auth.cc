#include "auth/server_auth.h"

#include "base/strings.h"

namespace openclaw::auth {
namespace {

std::string pick(const std::optional<std::string>& flag, const char* flag_name, const std::optional<std::string>& config,
                 const char* config_name, const base::Env& env, const char* env_name, std::string& source) {
  const auto usable = [](const std::optional<std::string>& v) { return v && !base::trim(*v).empty(); };
  if (usable(flag)) {
    source = flag_name;
    return std::string(base::trim(*flag));
  }
  // A value that is still ${NAME} was not substituted: it is no credential.
  if (usable(config) && config->find("${") == std::string::npos) {
    source = config_name;
    return std::string(base::trim(*config));
  }
  if (const auto value = env.non_blank(env_name)) {
    source = env_name;
    return *value;
  }
  return {};
}

}  // namespace

base::Result<ServerAuth> resolve_server_auth(const ServerAuthInput& in, const base::Env& env) {
  ServerAuth out;
  out.token = pick(in.flag_token, "--token", in.config_token, "gateway.auth.token", env, "OPENCLAW_GATEWAY_TOKEN", out.token_source);
  out.password = pick(in.flag_password, "--password", in.config_password, "gateway.auth.password", env,
                      "OPENCLAW_GATEWAY_PASSWORD", out.password_source);
  if (!in.flag_mode && !in.config_mode && in.config_token && in.config_password) {
    return base::fail(base::ErrorKind::config,
                      "Invalid config: gateway.auth.token and gateway.auth.password are both configured, but "
                      "gateway.auth.mode is unset. Set gateway.auth.mode to token or password.",
                      "openclaw config set gateway.auth.mode token\nopenclaw config set gateway.auth.mode password");
  }
  out.mode = in.flag_mode ? *in.flag_mode : in.config_mode ? *in.config_mode : out.password.empty() ? "token" : "password";
  if (out.mode == "token" && out.token.empty()) {
    return base::fail(base::ErrorKind::config,
                      "gateway auth mode is token, but no token was configured (set gateway.auth.token or OPENCLAW_GATEWAY_TOKEN)");
  }
  if (out.mode == "password" && out.password.empty()) {
    return base::fail(base::ErrorKind::config, "Gateway auth is set to password, but no password is configured.",
                      "Set gateway.auth.password (or OPENCLAW_GATEWAY_PASSWORD), or pass --password.");
  }
  if (out.mode == "trusted-proxy") {
    return base::fail(base::ErrorKind::config, "gateway.auth.mode \"trusted-proxy\" is not available in this version",
                      "openclaw config set gateway.auth.mode token");
  }
  if (out.mode != "token" && out.mode != "password" && out.mode != "none") {
    return base::fail(base::ErrorKind::config,
                      "Invalid --auth (use \"none\", \"token\", \"password\", or \"trusted-proxy\")");
  }
  return out;
}

}  // namespace openclaw::auth
