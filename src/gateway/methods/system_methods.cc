// health, status, presence, identity, configuration, channels.
#include "auth/identity.h"
#include "base/version.h"
#include "channels/status.h"
#include "config/redact.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"

namespace openclaw::gateway {
namespace {

std::vector<const channels::Channel*> channel_list(const State& state) {
  std::vector<const channels::Channel*> out;
  for (const auto& channel : state.channels) out.push_back(channel.get());
  return out;
}

MethodResult health_now(State& state, const CallContext&, const json::Object&) {
  auto text = state.health.text;
  refresh_health(state);
  return Reply(std::move(text));
}

MethodResult presence(State& state, const CallContext&, const json::Object&) {
  return Reply(std::make_shared<const std::string>(state.presence.json(state.clock.wall_ms())));
}

MethodResult last_heartbeat(State&, const CallContext&, const json::Object&) { return Reply(json::Value(nullptr)); }

MethodResult identity(State& state, const CallContext&, const json::Object&) {
  auto own = auth::load_or_create_identity(state.settings.state_dir, state.clock.wall_ms());
  if (!own) return protocol::unavailable(own.error().message);
  json::Object out;
  out["deviceId"] = own->device_id;
  out["publicKey"] = own->public_key_text();
  return Reply(std::move(out));
}

json::Object zero_counts(std::initializer_list<const char*> names) {
  json::Object out;
  for (const char* name : names) out[name] = 0;
  return out;
}

json::Object tasks_part() {
  json::Object out;
  for (const char* name : {"total", "active", "terminal", "failures"}) out[name] = 0;
  out["byStatus"] = zero_counts({"queued", "running", "succeeded", "failed", "timed_out", "cancelled", "lost"});
  out["byRuntime"] = zero_counts({"subagent", "acp", "cli", "cron"});
  return out;
}

json::Object audit_part() {
  json::Object out;
  for (const char* name : {"total", "warnings", "errors"}) out[name] = 0;
  out["byCode"] = zero_counts({"stale_queued", "stale_running", "lost", "delivery_failed", "missing_cleanup", "inconsistent_timestamps"});
  return out;
}

json::Object status_sessions(State& state, bool admin) {
  json::Array recent;
  std::int64_t count = 0;
  const std::int64_t now = state.clock.wall_ms();
  for (const auto* record : state.runtime->sessions()) {
    ++count;
    if (admin && recent.size() < 10) recent.emplace_back(status_row(*record, now));
  }
  json::Object defaults = session_defaults(state);
  defaults.erase("modelProvider");
  if (!admin) defaults["model"] = nullptr, defaults["contextTokens"] = nullptr;
  json::Object agent;
  agent["agentId"] = state.settings.default_agent;
  agent["path"] = admin ? sessions_path(state) : "[redacted]";
  agent["count"] = count;
  agent["recent"] = recent;
  json::Array by_agent, paths;
  by_agent.emplace_back(std::move(agent));
  if (admin) paths.emplace_back(sessions_path(state));
  json::Object out;
  out["paths"] = std::move(paths);
  out["count"] = count;
  out["defaults"] = std::move(defaults);
  out["recent"] = std::move(recent);
  out["byAgent"] = std::move(by_agent);
  return out;
}

json::Array channel_lines(const State& state) {
  json::Array out;
  for (const auto& channel : state.channels) {
    for (const auto& account : channel->status()) {
      out.emplace_back(channel->label() + ": " + (account.configured ? "configured" : "not configured"));
      out.emplace_back("  - " + account.account + " (token:" + account.token_source + ")");
    }
  }
  return out;
}

MethodResult status(State& state, const CallContext& caller, const json::Object&) {
  if (!state.store_ready.is_set()) return protocol::unavailable("gateway starting; retry shortly");
  json::Object agent;
  agent["agentId"] = state.settings.default_agent;
  agent["enabled"] = false;
  agent["every"] = "0m";
  agent["everyMs"] = nullptr;
  json::Array agents;
  agents.emplace_back(std::move(agent));
  json::Object heartbeat;
  heartbeat["defaultAgentId"] = state.settings.default_agent;
  heartbeat["agents"] = std::move(agents);
  json::Object out;
  out["runtimeVersion"] = base::kWireVersion;
  out["heartbeat"] = std::move(heartbeat);
  out["channelSummary"] = channel_lines(state);
  out["queuedSystemEvents"] = json::Array{};
  out["tasks"] = tasks_part();
  out["taskAudit"] = audit_part();
  out["sessions"] = status_sessions(state, caller.may(protocol::kAdmin));
  if (!state.config_note.empty()) out["configNote"] = state.config_note;
  return Reply(std::move(out));
}

base::Task<MethodResult> channels_status(State& state, CallContext, json::Object params) {
  if (json::get_bool(params, "probe").value_or(false)) {
    const auto limit = std::max<std::int64_t>(1000, json::get_int(params, "timeoutMs").value_or(10'000));
    for (const auto& channel : state.channels) co_await channel->probe(static_cast<int>(std::min<std::int64_t>(limit, 600'000)));
  }
  auto out = channels::channels_status_json(channel_list(state), state.clock.wall_ms());
  co_return Reply(std::move(out));
}

json::Array issue_list(const std::vector<config::Issue>& issues) {
  json::Array out;
  for (const auto& issue : issues) {
    json::Object row;
    row["path"] = issue.path;
    row["message"] = issue.message;
    out.emplace_back(std::move(row));
  }
  return out;
}

MethodResult config_get(State& state, const CallContext&, const json::Object&) {
  const auto& snapshot = state.config;
  const json::Value parsed = config::redact(snapshot.parsed), resolved = config::redact(snapshot.resolved);
  json::Object out;
  out["path"] = snapshot.path;
  out["exists"] = snapshot.exists;
  // The text is shown only when nothing in it had to be hidden.
  out["raw"] = snapshot.exists && parsed == snapshot.parsed ? json::Value(snapshot.raw) : json::Value(nullptr);
  out["parsed"] = parsed;
  out["sourceConfig"] = resolved;
  out["resolved"] = resolved;
  out["valid"] = snapshot.valid;
  out["runtimeConfig"] = resolved;
  out["config"] = resolved;
  out["hash"] = snapshot.hash;
  out["issues"] = issue_list(snapshot.issues);
  out["warnings"] = issue_list(snapshot.warnings);
  out["legacyIssues"] = json::Array{};
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"health", health_now},
    {"status", status},
    {"system-presence", presence},
    {"last-heartbeat", last_heartbeat},
    {"gateway.identity.get", identity},
    {"config.get", config_get},
    {"channels.status", nullptr, channels_status},
};

}  // namespace

std::span<const Binding> system_bindings() { return kBindings; }

}  // namespace openclaw::gateway
