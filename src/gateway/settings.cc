#include "gateway/settings.h"

#include "base/env_number.h"
#include "base/limits.h"
#include "base/strings.h"
#include "net/address.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

using base::ErrorKind;

base::Result<std::uint16_t> resolve_port(const RunOptions& options, const config::Snapshot& snapshot) {
  const int port = options.port ? *options.port : config::gateway_port(snapshot.resolved, options.env);
  if (port < 1 || port > 65535) {
    return base::fail(ErrorKind::usage, "Invalid port",
                      "use a port from 1 to 65535: --port, OPENCLAW_GATEWAY_PORT or gateway.port");
  }
  return static_cast<std::uint16_t>(port);
}

base::Result<std::vector<std::string>> resolve_hosts(const std::string& bind,
                                                     const config::Snapshot& snapshot) {
  if (bind == "loopback" || bind == "auto") return std::vector<std::string>{"127.0.0.1", "::1"};
  if (bind == "lan") return std::vector<std::string>{"0.0.0.0"};
  if (bind == "custom") {
    const auto host = snapshot.get_string("gateway.customBindHost");
    if (!host) return base::fail(ErrorKind::config, "gateway.bind=custom requires gateway.customBindHost");
    if (!net::is_ip_literal(*host) || host->find(':') != std::string::npos) {
      return base::fail(ErrorKind::config,
                        "gateway.bind=custom requires a valid IPv4 customBindHost (got " + *host + ")");
    }
    if (net::is_loopback_ip(*host)) return std::vector<std::string>{*host, "::1"};
    return std::vector<std::string>{*host};
  }
  if (bind == "tailnet") {
    return base::fail(ErrorKind::config, "gateway.bind=tailnet is not available in this version",
                      "keep gateway.bind=loopback and use an SSH tunnel: ssh -N -L 18789:127.0.0.1:18789 "
                      "user@gateway-host");
  }
  return base::fail(ErrorKind::usage,
                    "Invalid --bind (use \"loopback\", \"lan\", \"tailnet\", \"auto\", or \"custom\")");
}

// A secret of gateway.auth as text. A reference is resolved only when it can decide (`active`): an unused one
// cannot stop the start.
base::Result<std::optional<std::string>> auth_secret(const config::Snapshot& snapshot, std::string_view key,
                                                     bool active) {
  if (!active || !snapshot.has_secret(key)) return std::optional<std::string>();
  auto value = snapshot.secret(key);
  if (value) return value;
  return base::fail(ErrorKind::config,
                    "Startup failed: required secrets are unavailable. " + value.error().message,
                    value.error().hint);
}

base::Result<auth::ServerAuthInput> auth_input(const RunOptions& options, const config::Snapshot& snapshot) {
  auth::ServerAuthInput in;
  in.config_mode = snapshot.get_string("gateway.auth.mode");
  in.flag_mode = options.auth_mode;
  in.flag_token = options.token;
  in.flag_password = options.password;
  in.extras = auth::read_auth_extras(snapshot.resolved);
  const std::string mode(base::trim(options.auth_mode ? *options.auth_mode : in.config_mode.value_or("")));
  const bool token_given = options.token || options.env.non_blank("OPENCLAW_GATEWAY_TOKEN");
  const bool password_given = options.password || options.env.non_blank("OPENCLAW_GATEWAY_PASSWORD");
  const auto active = [&](std::string_view key, std::string_view own_mode, bool given, bool other_exists) {
    const auto* value = snapshot.find(key);
    const bool plain = value && value->is_string() &&
                       std::string_view(value->get_string()).find("${") == std::string_view::npos;
    if (plain) return true;
    return !given && (mode.empty() ? !other_exists : mode == own_mode);
  };
  const bool password_exists = password_given || snapshot.has_secret("gateway.auth.password");
  const bool token_exists = token_given || snapshot.has_secret("gateway.auth.token");
  OC_TRY_ASSIGN(in.config_token,
                auth_secret(snapshot, "gateway.auth.token",
                            active("gateway.auth.token", "token", token_given, password_exists)));
  OC_TRY_ASSIGN(in.config_password,
                auth_secret(snapshot, "gateway.auth.password",
                            active("gateway.auth.password", "password", password_given, token_exists)));
  return in;
}

// Tailscale Serve and Funnel forward to loopback, and Funnel is the open internet.
base::Result<> check_tailscale(const std::string& mode, const std::string& first_host,
                               const auth::ServerAuth& auth) {
  if (mode != "serve" && mode != "funnel") return {};
  if (!net::is_loopback_ip(first_host)) {
    return base::fail(ErrorKind::config, "tailscale serve/funnel requires gateway bind=loopback (127.0.0.1)",
                      "openclaw config set gateway.bind loopback");
  }
  if (mode == "funnel" && auth.mode != "password") {
    return base::fail(ErrorKind::config,
                      "tailscale funnel requires gateway auth mode=password (set gateway.auth.password or "
                      "OPENCLAW_GATEWAY_PASSWORD)");
  }
  return {};
}

bool switched_on(const config::Snapshot& snapshot, std::string_view key, bool otherwise) {
  const auto* flag = json::find_path(snapshot.resolved, key);
  return flag && flag->is_bool() ? flag->get_bool() : otherwise;
}

std::string default_agent(const json::Value& config) {
  const auto* list = json::find_path(config, "agents.list");
  if (!list || !list->is_array()) return std::string(session::kDefaultAgent);
  std::string first;
  for (const auto& entry : list->get_array()) {
    const auto* object = entry.if_object();
    const auto id = object ? json::get_string(*object, "id") : std::nullopt;
    if (!id) continue;
    if (json::get_bool(*object, "default").value_or(false)) return session::normalize_agent_id(*id);
    if (first.empty()) first = session::normalize_agent_id(*id);
  }
  return first.empty() ? std::string(session::kDefaultAgent) : first;
}

}  // namespace

base::Result<Settings> resolve_settings(const RunOptions& options, const config::Snapshot& snapshot) {
  Settings out;
  out.config_path = options.config_path;
  out.state_dir = options.state_dir;
  OC_TRY_ASSIGN(out.port, resolve_port(options, snapshot));
  out.bind = options.bind ? *options.bind : snapshot.get_string("gateway.bind").value_or("loopback");
  OC_TRY_ASSIGN(out.hosts, resolve_hosts(out.bind, snapshot));
  OC_TRY_ASSIGN(const auto credentials, auth_input(options, snapshot));
  OC_TRY_ASSIGN(out.auth, auth::resolve_server_auth(credentials, options.env));
  OC_TRY(check_tailscale(credentials.extras.tailscale_mode, out.hosts.front(), out.auth));
  if (out.auth.mode == "none" && !net::is_loopback_ip(out.hosts.front())) {
    return base::fail(ErrorKind::config, "Refusing to bind gateway to " + out.bind + " without auth.",
                      "Set gateway.auth.token/password (or OPENCLAW_GATEWAY_TOKEN/OPENCLAW_GATEWAY_PASSWORD) "
                      "or pass --token/--password.");
  }
  out.node_policy.allow =
      json::string_list(json::find_path(snapshot.resolved, "gateway.nodes.allowCommands"));
  out.node_policy.deny = json::string_list(json::find_path(snapshot.resolved, "gateway.nodes.denyCommands"));
  out.allowed_origins =
      json::string_list(json::find_path(snapshot.resolved, "gateway.controlUi.allowedOrigins"));
  if (const auto* flag =
          json::find_path(snapshot.resolved, "gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback")) {
    out.host_header_origin = flag->is_bool() && flag->get_bool();
  }
  out.control_ui.allow_insecure_auth = switched_on(snapshot, "gateway.controlUi.allowInsecureAuth", false);
  out.control_ui.disable_device_auth =
      switched_on(snapshot, "gateway.controlUi.dangerouslyDisableDeviceAuth", false);
  out.auto_approve_nodes = switched_on(snapshot, "gateway.nodes.pairing.autoApproveLocal", true);
  out.default_agent = default_agent(snapshot.resolved);
  out.main_key = base::lower_ascii(snapshot.get_string("session.mainKey").value_or("main"));
  out.session_scope = snapshot.get_string("session.scope").value_or("per-sender");
  out.workspace = snapshot.get_string("agents.defaults.workspace").value_or(options.state_dir + "/workspace");
  out.handshake_timeout_ms =
      base::positive_number(options.env, "OPENCLAW_HANDSHAKE_TIMEOUT_MS", base::kHandshakeTimeoutMs);
  out.max_preauth_per_ip = base::positive_number(options.env, "OPENCLAW_MAX_PREAUTH_CONNECTIONS_PER_IP",
                                                 base::kMaxPreauthConnectionsPerIp);
  return out;
}

}  // namespace openclaw::gateway
