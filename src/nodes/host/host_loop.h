// `openclaw node run`: keeps this machine connected to a gateway as a node and serves its commands, until
// cancelled.
#pragma once
#include "approvals/policy.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/task.h"
#include "nodes/host/node_file.h"

#include <functional>
#include <optional>
#include <string>

namespace openclaw::nodes {

struct HostOptions {
  NodeFlags flags;           // --host --port --tls --tls-fingerprint --node-id --display-name
  bool default_tls = false;  // gateway.tls.enabled of the local configuration
  std::string state_dir;
  base::Env env;
  // Shared credentials, and where each comes from, for texts ("OPENCLAW_GATEWAY_TOKEN"). Empty = none.
  std::string token, password, token_source, password_source;
  // tools.exec of the local configuration; unset = allowlist and on-miss.
  std::optional<approvals::Security> exec_security;
  std::optional<approvals::Ask> exec_ask;
  bool strict_inline_eval = false;
  const base::Clock* clock = nullptr;                // null = the system's
  std::function<void(const std::string&)> print;     // one line a state change; null = stdout
  std::function<void(const std::string&)> complain;  // why the host cannot run at all; null = stderr
};

// Exit status: 0 after `cancel`; 5 when the state folder cannot be used or plaintext to that host is not
// allowed. Nothing else ends it: a gateway that is away, refuses or wants approval is asked again.
base::Task<int> run_node_host(base::Loop& loop, HostOptions options, base::CancelToken cancel);

}  // namespace openclaw::nodes
