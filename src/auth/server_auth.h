// What the gateway checks credentials against (spec: credentials 8.1). Pure.
#pragma once
#include <optional>
#include <string>

#include "base/env.h"
#include "base/result.h"

namespace openclaw::auth {

struct ServerAuth {
  std::string mode = "token";  // token, password, none
  std::string token, password;
  std::string token_source, password_source;  // "gateway.auth.token", "OPENCLAW_GATEWAY_TOKEN", "--token"; for messages
};

struct ServerAuthInput {
  std::optional<std::string> config_mode, config_token, config_password;
  std::optional<std::string> flag_mode, flag_token, flag_password;
};

// Config before environment; flags before both. Errors name the setting to add.
base::Result<ServerAuth> resolve_server_auth(const ServerAuthInput& input, const base::Env& env);

}  // namespace openclaw::auth
