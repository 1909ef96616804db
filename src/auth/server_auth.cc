#include "auth/server_auth.h"

#include "base/strings.h"

#include <algorithm>

namespace openclaw::auth {
namespace {

std::string pick(const std::optional<std::string>& flag, const char* flag_name,
                 const std::optional<std::string>& config, const char* config_name, const base::Env& env,
                 const char* env_name, std::string& source) {
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

std::string text_at(const json::Value& config, std::string_view path) {
  const auto* value = json::find_path(config, path);
  if (!value || !value->is_string()) return {};
  return std::string(base::trim(std::string_view(value->get_string())));
}

bool true_at(const json::Value& config, std::string_view path) {
  const auto* value = json::find_path(config, path);
  return value && value->is_bool() && value->get_bool();
}

bool secret_configured(const json::Value& config, std::string_view path) {
  const auto* value = json::find_path(config, path);
  return value && (value->is_object() || !text_at(config, path).empty());
}

std::optional<TrustedProxyAuth> read_trusted_proxy(const json::Value& config) {
  const auto* block = json::find_path(config, "gateway.auth.trustedProxy");
  const auto* object = block ? block->if_object() : nullptr;
  if (!object) return std::nullopt;
  TrustedProxyAuth out;
  out.user_header = std::string(base::trim(json::get_string_or(*object, "userHeader", "")));
  out.required_headers = json::string_list(json::find(*object, "requiredHeaders"));
  out.allow_users = json::string_list(json::find(*object, "allowUsers"));
  return out;
}

std::optional<RateLimitConfig> read_rate_limit(const json::Value& config) {
  const auto* block = json::find_path(config, "gateway.auth.rateLimit");
  const auto* object = block ? block->if_object() : nullptr;
  if (!object) return std::nullopt;
  RateLimitConfig out;
  const auto positive = [&](std::string_view key, std::int64_t fallback) {
    const auto value = json::get_int(*object, key);
    return value && *value > 0 ? *value : fallback;
  };
  out.max_attempts =
      static_cast<int>(std::min<std::int64_t>(positive("maxAttempts", out.max_attempts), 100'000));
  out.window_ms = positive("windowMs", out.window_ms);
  out.lockout_ms = positive("lockoutMs", out.lockout_ms);
  out.exempt_loopback = json::get_bool(*object, "exemptLoopback").value_or(true);
  return out;
}

base::Result<> check_proxy_mode(const ServerAuth& auth) {
  const auto bad = [](const char* text, const char* hint) {
    return base::fail(base::ErrorKind::config, text, hint);
  };
  if (!auth.trusted_proxy) {
    return bad(
        "gateway auth mode is trusted-proxy, but no trustedProxy config was provided (set "
        "gateway.auth.trustedProxy)",
        "openclaw config set gateway.auth.trustedProxy.userHeader x-forwarded-user");
  }
  if (auth.trusted_proxy->user_header.empty()) {
    return bad(
        "gateway auth mode is trusted-proxy, but trustedProxy.userHeader is empty "
        "(set gateway.auth.trustedProxy.userHeader)",
        "openclaw config set gateway.auth.trustedProxy.userHeader x-forwarded-user");
  }
  if (auth.trusted_proxies.empty()) {
    return bad(
        "gateway auth mode=trusted-proxy requires gateway.trustedProxies to be configured with at least one "
        "proxy IP",
        "openclaw config set gateway.trustedProxies '[\"<address of the proxy>\"]'");
  }
  if (!auth.token.empty()) {
    return bad(
        "gateway auth mode is trusted-proxy, but a shared token is also configured; remove "
        "gateway.auth.token / "
        "OPENCLAW_GATEWAY_TOKEN because trusted-proxy and token auth are mutually exclusive",
        "openclaw config unset gateway.auth.token");
  }
  return {};
}

base::Result<> check_mode(const ServerAuth& auth) {
  if (auth.mode == "none") return {};
  if (auth.mode == "trusted-proxy") return check_proxy_mode(auth);
  if (auth.mode == "token") {
    if (!auth.token.empty() || auth.allow_tailscale) return {};
    return base::fail(base::ErrorKind::config,
                      "gateway auth mode is token, but no token was configured (set gateway.auth.token or "
                      "OPENCLAW_GATEWAY_TOKEN)");
  }
  if (auth.mode == "password") {
    if (!auth.password.empty()) return {};
    return base::fail(base::ErrorKind::config,
                      "Gateway auth is set to password, but no password is configured.",
                      "Set gateway.auth.password (or OPENCLAW_GATEWAY_PASSWORD), or pass --password.");
  }
  return base::fail(base::ErrorKind::config,
                    "Invalid --auth (use \"none\", \"token\", \"password\", or \"trusted-proxy\")");
}

}  // namespace

bool ambiguous_auth_mode(const json::Value& config) {
  return text_at(config, "gateway.auth.mode").empty() && secret_configured(config, "gateway.auth.token") &&
         secret_configured(config, "gateway.auth.password");
}

ServerAuthExtras read_auth_extras(const json::Value& config) {
  ServerAuthExtras out;
  if (const auto* value = json::find_path(config, "gateway.auth.allowTailscale"); value && value->is_bool()) {
    out.allow_tailscale = value->get_bool();
  }
  if (auto mode = text_at(config, "gateway.tailscale.mode"); !mode.empty())
    out.tailscale_mode = std::move(mode);
  out.trusted_proxy = read_trusted_proxy(config);
  for (auto& entry : json::string_list(json::find_path(config, "gateway.trustedProxies"))) {
    if (!base::trim(entry).empty()) out.trusted_proxies.push_back(std::move(entry));
  }
  out.allow_real_ip_fallback = true_at(config, "gateway.allowRealIpFallback");
  out.rate_limit = read_rate_limit(config);
  if (true_at(config, "hooks.enabled")) out.hooks_token = text_at(config, "hooks.token");
  out.both_secrets = ambiguous_auth_mode(config);
  return out;
}

base::Result<> check_hooks_token(const std::string& hooks_token, const ServerAuth& auth) {
  if (auth.mode != "token" || hooks_token.empty() || hooks_token != auth.token) return {};
  return base::fail(base::ErrorKind::config,
                    "Invalid config: hooks.token must not match gateway auth token. Set a distinct "
                    "hooks.token for hook ingress.",
                    "openclaw config set hooks.token <another secret>");
}

ServerAuth select_server_auth(const ServerAuthInput& in, const base::Env& env) {
  ServerAuth out;
  out.token = pick(in.flag_token, "--token", in.config_token, "gateway.auth.token", env,
                   "OPENCLAW_GATEWAY_TOKEN", out.token_source);
  out.password = pick(in.flag_password, "--password", in.config_password, "gateway.auth.password", env,
                      "OPENCLAW_GATEWAY_PASSWORD", out.password_source);
  if (in.flag_mode) {
    out.mode = *in.flag_mode;
    out.mode_source = "override";
  } else if (in.config_mode && !base::trim(*in.config_mode).empty()) {
    out.mode = std::string(base::trim(*in.config_mode));
    out.mode_source = "config";
  } else if (!out.password.empty()) {
    out.mode = out.mode_source = "password";
  }
  out.trusted_proxy = in.extras.trusted_proxy;
  out.trusted_proxies = in.extras.trusted_proxies;
  out.allow_real_ip_fallback = in.extras.allow_real_ip_fallback;
  out.rate_limit = in.extras.rate_limit;
  out.allow_tailscale = in.extras.allow_tailscale.value_or(
      in.extras.tailscale_mode == "serve" && out.mode != "password" && out.mode != "trusted-proxy");
  return out;
}

base::Result<ServerAuth> resolve_server_auth(const ServerAuthInput& in, const base::Env& env) {
  if (!in.flag_mode && in.extras.both_secrets) {
    return base::fail(
        base::ErrorKind::config,
        "Invalid config: gateway.auth.token and gateway.auth.password are both configured, but "
        "gateway.auth.mode is unset. Set gateway.auth.mode to token or password.",
        "openclaw config set gateway.auth.mode token\nopenclaw config set gateway.auth.mode password");
  }
  ServerAuth out = select_server_auth(in, env);
  OC_TRY(check_mode(out));
  OC_TRY(check_hooks_token(in.extras.hooks_token, out));
  return out;
}

}  // namespace openclaw::auth
