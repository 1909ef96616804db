// What the gateway checks credentials against (spec: credentials 8.1). Pure.
#pragma once
#include "auth/rate_limit.h"
#include "base/env.h"
#include "base/result.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::auth {

// gateway.auth.trustedProxy: the header that carries the user, the headers a request must have, who is let
// in.
struct TrustedProxyAuth {
  std::string user_header;
  std::vector<std::string> required_headers, allow_users;  // no allow_users = everybody
};

struct ServerAuth {
  std::string mode = "token";  // token, password, none, trusted-proxy
  std::string mode_source =
      "default";  // what decided it: override (a flag), config, password (one is there), default
  std::string token, password;
  std::string token_source,
      password_source;           // "gateway.auth.token", "OPENCLAW_GATEWAY_TOKEN", "--token"; for messages
  bool allow_tailscale = false;  // protocol 5.4
  std::optional<TrustedProxyAuth> trusted_proxy;
  std::vector<std::string> trusted_proxies;  // addresses or CIDR blocks, as configured
  bool allow_real_ip_fallback = false;
  std::optional<RateLimitConfig> rate_limit;  // gateway.auth.rateLimit, when present
};

// What the configuration says besides the secrets: gateway.auth, gateway.trustedProxies,
// gateway.allowRealIpFallback, gateway.tailscale.mode, hooks.
struct ServerAuthExtras {
  std::optional<bool> allow_tailscale;
  std::string tailscale_mode = "off";
  std::optional<TrustedProxyAuth> trusted_proxy;
  std::vector<std::string> trusted_proxies;
  bool allow_real_ip_fallback = false;
  std::optional<RateLimitConfig> rate_limit;
  std::string hooks_token;    // when hooks are enabled
  bool both_secrets = false;  // token and password are configured and no mode is
};
ServerAuthExtras read_auth_extras(const json::Value& config);

struct ServerAuthInput {
  std::optional<std::string> config_mode, config_token, config_password;
  std::optional<std::string> flag_mode, flag_token, flag_password;
  ServerAuthExtras extras;
};

// Config before environment; flags before both. What it comes to, whether a gateway can run with it or not.
ServerAuth select_server_auth(const ServerAuthInput& input, const base::Env& env);
// The same, checked. Errors name the setting to add or remove.
base::Result<ServerAuth> resolve_server_auth(const ServerAuthInput& input, const base::Env& env);

// Token and password are both configured (a secret reference counts) and gateway.auth.mode is unset or blank.
bool ambiguous_auth_mode(const json::Value& config);
// The hooks' token must not be the gateway's: whoever may call a hook could then do everything.
base::Result<> check_hooks_token(const std::string& hooks_token, const ServerAuth& auth);

}  // namespace openclaw::auth
