// What this machine does for a gateway as a node: the commands, whatever connection they come over. Loop
// thread; invocations run side by side. Must outlive its invocations.
#pragma once
#include "approvals/evaluate.h"
#include "base/env.h"
#include "base/task.h"
#include "json/json.h"
#include "nodes/host/device.h"
#include "nodes/host/env_filter.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::nodes {

struct CommandReply {
  bool ok = false;
  std::string payload_json;
  std::string error_code, error_message;
};

struct CommandHostOptions {
  std::string state_dir;  // exec-approvals.json lies there
  base::Env env;          // what commands inherit; PATH for lookups, HOME for "~"
  // Node-local tools.exec; unset means allowlist and on-miss, not the gateway's full and off.
  std::optional<approvals::Security> exec_security;
  std::optional<approvals::Ask> exec_ask;
  bool strict_inline_eval = false;
  DeviceSource device;
  base::CancelToken cancel;  // kills what runs
};

class CommandHost {
 public:
  // exec.started, exec.finished, exec.denied with the payloads of OpenClaw nodes 5.2.
  using EventSink = std::function<void(std::string event, json::Object payload)>;

  CommandHost(base::Loop& loop, CommandHostOptions options, EventSink on_event);
  CommandHost(const CommandHost&) = delete;

  std::vector<std::string> commands() const;
  std::vector<std::string> caps() const;
  // `timeout_ms` is how long the gateway waits; a run is bounded by the timeoutMs among its own parameters
  // and reports its end by exec.finished even when nobody waits any more.
  base::Task<CommandReply> invoke(std::string command, std::optional<std::string> params_json,
                                  int timeout_ms);

 private:
  struct Run;
  CommandReply which(const json::Object& params) const;
  CommandReply prepare(const json::Object& params) const;
  CommandReply approvals_get() const;
  CommandReply approvals_set(const json::Object& params) const;
  base::Task<CommandReply> run(json::Object params);
  base::Result<Run> parse_run(const json::Object& params) const;
  std::optional<CommandReply> judge(Run& run) const;
  std::optional<CommandReply> judge_by_policy(Run& run) const;
  CommandReply deny(const Run& run, std::string_view reason, std::string message) const;
  void emit(const Run& run, const char* event, json::Object extra) const;
  std::optional<std::string> find(std::string_view name) const;

  base::Loop& loop_;
  CommandHostOptions options_;
  EventSink on_event_;
};

}  // namespace openclaw::nodes
