// health, status, presence, identity, channels.status, update.status.
#include <algorithm>

#include "auth/identity.h"
#include "base/strings.h"
#include "base/version.h"
#include "channels/status.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "gateway/methods/system_lines.h"

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

// Sessions of one agent, or of all (empty id); `recent` only for administrators.
json::Object session_part(State& state, const std::string& agent_id, bool admin) {
  json::Array recent;
  std::int64_t count = 0;
  const std::int64_t now = state.clock.wall_ms();
  for (const auto* record : state.runtime->sessions()) {
    if (!agent_id.empty() && record->agent_id != agent_id) continue;
    ++count;
    if (admin && recent.size() < 10) recent.emplace_back(status_row(*record, now));
  }
  json::Object out;
  out["count"] = count;
  out["recent"] = std::move(recent);
  return out;
}

// Configured agents, then those that only have sessions.
std::vector<std::string> agents_with_sessions(const State& state) {
  std::vector<std::string> out = configured_agents(state);
  for (const auto* record : state.runtime->sessions()) {
    if (std::find(out.begin(), out.end(), record->agent_id) == out.end()) out.push_back(record->agent_id);
  }
  return out;
}

json::Object status_sessions(State& state, bool admin) {
  json::Object defaults = session_defaults(state);
  defaults.erase("modelProvider");
  if (!admin) defaults["model"] = nullptr, defaults["contextTokens"] = nullptr;
  json::Array by_agent, paths;
  for (const auto& id : agents_with_sessions(state)) {
    json::Object agent;
    agent["agentId"] = id;
    agent["path"] = admin ? sessions_path(state) : "[redacted]";
    for (auto& [key, value] : session_part(state, id, admin)) agent[key] = value;
    by_agent.emplace_back(std::move(agent));
  }
  if (admin) paths.emplace_back(sessions_path(state));
  json::Object all = session_part(state, "", admin), out;
  out["paths"] = std::move(paths);
  out["count"] = all["count"];
  out["defaults"] = std::move(defaults);
  out["recent"] = std::move(all["recent"]);
  out["byAgent"] = std::move(by_agent);
  return out;
}

json::Object heartbeat_part(const State& state) {
  json::Array agents;
  for (const auto& id : configured_agents(state)) {
    json::Object agent;
    agent["agentId"] = id;
    agent["enabled"] = false;
    agent["every"] = "0m";
    agent["everyMs"] = nullptr;
    agents.emplace_back(std::move(agent));
  }
  json::Object out;
  out["defaultAgentId"] = state.settings.default_agent;
  out["agents"] = std::move(agents);
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
  json::Object out;
  out["runtimeVersion"] = base::kWireVersion;
  out["heartbeat"] = heartbeat_part(state);
  out["channelSummary"] = channel_lines(state);
  const std::string main_key = session::main_session_key(state.settings.default_agent, key_settings(state));
  out["queuedSystemEvents"] = json::strings(system_lines(state).texts(main_key));
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

// -- doctor.memory.status, update.status

MethodResult memory_status(State& state, const CallContext&, const json::Object&) {
  json::Object embedding;
  embedding["ok"] = false;
  embedding["error"] = "memory search unavailable";
  json::Object out;
  out["agentId"] = state.settings.default_agent;
  out["embedding"] = std::move(embedding);
  return Reply(std::move(out));
}

// Asked for by clients of protocol 4. This gateway looks for no updates.
MethodResult update_status(State& state, const CallContext&, const json::Object&) {
  const std::string channel = state.config.get_string("update.channel").value_or("stable");
  json::Object schedule;
  schedule["channel"] = channel;
  schedule["autoEnabled"] = false;
  json::Object out;
  out["sentinel"] = nullptr;
  out["updateAvailable"] = nullptr;
  out["effectiveChannel"] = channel;
  out["schedule"] = std::move(schedule);
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"health", health_now},
    {"status", status},
    {"system-presence", presence},
    {"last-heartbeat", last_heartbeat},
    {"gateway.identity.get", identity},
    {"doctor.memory.status", memory_status},
    {"update.status", update_status},
    {"channels.status", nullptr, channels_status},
};

}  // namespace

std::span<const Binding> system_bindings() { return kBindings; }

}  // namespace openclaw::gateway
