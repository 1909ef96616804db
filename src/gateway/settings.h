// The part of the configuration the gateway's core acts on, resolved once for a run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "auth/connect_policy_rules.h"
#include "auth/server_auth.h"
#include "base/env.h"
#include "config/config.h"
#include "gateway/run.h"
#include "nodes/policy.h"

namespace openclaw::gateway {

struct Settings {
  std::uint16_t port = 18789;
  std::string bind = "loopback";
  std::vector<std::string> hosts;            // addresses to listen on; the first one must succeed
  auth::ServerAuth auth;
  nodes::CommandPolicy node_policy;
  std::vector<std::string> allowed_origins;
  bool host_header_origin = false;
  auth::ControlUiConfig control_ui;          // gateway.controlUi
  bool auto_approve_nodes = true;            // gateway.nodes.pairing.autoApproveLocal
  std::string default_agent = "main", main_key = "main", session_scope = "per-sender";
  std::string config_path, state_dir, workspace;
  int handshake_timeout_ms = 10'000;
  int max_preauth_per_ip = 32;
};

// Errors name the setting and the way out; ErrorKind::usage for flags, config for the file.
base::Result<Settings> resolve_settings(const RunOptions& options, const config::Snapshot& snapshot);

}  // namespace openclaw::gateway
