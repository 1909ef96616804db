#include "gateway/methods/session_rows.h"

#include <boost/asio/post.hpp>

namespace openclaw::gateway {
namespace {

// Of the entry, what a SessionRow shows as it is.
constexpr std::string_view kShown[] = {
    "label", "channel", "subject", "groupChannel", "space", "chatType", "origin", "systemSent", "abortedLastRun",
    "thinkingLevel", "fastMode", "verboseLevel", "reasoningLevel", "elevatedLevel", "sendPolicy", "inputTokens",
    "outputTokens", "estimatedCostUsd", "status", "startedAt", "endedAt", "runtimeMs", "spawnedBy", "spawnedWorkspaceDir",
    "forkedFromParent", "spawnDepth", "subagentRole", "subagentControlScope", "parentSessionKey", "responseUsage",
    "deliveryContext", "lastChannel", "lastTo", "lastAccountId", "lastThreadId"};

// A name that a channel gave is as good as the origin's label: a label that the owner gave goes before both.
std::string display_name(const json::Object& entry) {
  const auto* origin = json::get_object(entry, "origin");
  const std::string from = origin ? json::get_string_or(*origin, "label", "") : std::string();
  const std::string own = json::get_string_or(entry, "displayName", "");
  if (!own.empty() && own != from) return own;
  const std::string label = json::get_string_or(entry, "label", "");
  return label.empty() ? from : label;
}

}  // namespace

const SessionRows::Model& SessionRows::usual(const std::string& agent_id) {
  const auto it = usual_.find(agent_id);
  if (it != usual_.end()) return it->second;
  Model model;
  if (const auto target = state_.models->current_model(agent_id)) {
    model.provider = target->provider;
    model.name = target->model;
    model.window = target->context_window;
  }
  return usual_.emplace(agent_id, std::move(model)).first->second;
}

SessionRows::Model SessionRows::model_of(const store::SessionRecord& record) {
  const auto& entry = record.entry;
  Model out = usual(record.agent_id);
  const std::string used = json::get_string_or(entry, "model", "");
  if (!used.empty()) {
    out.provider = json::get_string_or(entry, "modelProvider", "");
    out.name = used;
  }
  if (const auto window = json::get_int(entry, "contextTokens")) out.window = *window;
  const std::string chosen = json::get_string_or(entry, "modelOverride", "");
  if (!chosen.empty()) {
    out.provider = json::get_string_or(entry, "providerOverride", out.provider);
    out.name = chosen;
  }
  return out;
}

json::Object SessionRows::row(const store::SessionRecord& record) {
  json::Object row;
  row["key"] = record.key;
  row["kind"] = session::row_kind(record.key, json::get_string_or(record.entry, "chatType", ""));
  if (const std::string name = display_name(record.entry); !name.empty()) row["displayName"] = name;
  for (const auto name : kShown) {
    if (const auto* value = json::find(record.entry, name)) row[name] = *value;
  }
  row["updatedAt"] = record.updated_at;
  row["sessionId"] = record.session_id;
  if (const auto total = json::get_int(record.entry, "totalTokens"); total && *total > 0) row["totalTokens"] = *total;
  row["totalTokensFresh"] = row.contains("totalTokens") && json::get_bool(record.entry, "totalTokensFresh").value_or(false);
  const Model model = model_of(record);
  if (!model.name.empty()) {
    row["modelProvider"] = model.provider;
    row["model"] = model.name;
  }
  if (model.window > 0) row["contextTokens"] = model.window;
  return row;
}

void add_session_facts(State& state, const std::string& key, bool with_row, json::Object& payload) {
  const auto* record = state.runtime ? state.runtime->session(key) : nullptr;
  if (!record) return;
  const json::Object row = SessionRows(state).row(*record);
  if (with_row) payload["session"] = row;
  for (const auto& [name, value] : row) {
    if (name != "key" && !payload.contains(name)) payload[name] = value;
  }
}

void announce_session(State& state, const std::string& key, std::string_view reason, json::Object more) {
  if (!state.hub.has_subscribers("sessions.changed", key)) return;
  json::Object payload;
  payload["sessionKey"] = key;
  payload["reason"] = reason;
  for (auto& [name, value] : more) payload[name] = value;
  payload["ts"] = state.clock.wall_ms();
  if (reason != "delete") add_session_facts(state, key, false, payload);
  state.hub.send_to_subscribers("sessions.changed", key, json::write(payload));
}

void announce_session_later(State& state, std::string key, std::string reason) {
  boost::asio::post(state.loop, [&state, key = std::move(key), reason = std::move(reason)] { announce_session(state, key, reason); });
}

std::string thinking_in_force(const State& state, const store::SessionRecord* record, const std::string& agent_id) {
  std::string level = record ? json::get_string_or(record->entry, "thinkingLevel", "") : std::string();
  if (const auto* agents = level.empty() ? state.config.get_array("agents.list") : nullptr) {
    for (const auto& item : *agents) {
      const auto* entry = item.if_object();
      if (!entry || session::normalize_agent_id(json::get_string_or(*entry, "id", "")) != agent_id) continue;
      level = json::get_string_or(*entry, "thinkingDefault", "");
    }
  }
  if (level.empty()) level = state.config.get_string("agents.defaults.thinkingDefault").value_or("off");
  return level;
}

std::string verbose_in_force(const State& state, const store::SessionRecord* record) {
  const std::string own = record ? json::get_string_or(record->entry, "verboseLevel", "") : std::string();
  return own.empty() ? state.config.get_string("agents.defaults.verboseDefault").value_or("") : own;
}

int caller_protocol(const State& state, const CallContext& caller) {
  const auto session = state.hub.find(caller.connection_id);
  return session ? session->protocol : 3;
}

session::KeySettings key_settings(const State& state) {
  return {state.settings.default_agent, state.settings.main_key, state.settings.session_scope == "global"};
}

std::string canonical_session_key(const State& state, std::string_view key) {
  return session::canonical_key(key, key_settings(state));
}

json::Object status_row(const store::SessionRecord& record, std::int64_t now) {
  json::Object row;
  row["agentId"] = record.agent_id;
  row["key"] = record.key;
  row["kind"] = session::row_kind(record.key, json::get_string_or(record.entry, "chatType", ""));
  row["sessionId"] = record.session_id;
  row["updatedAt"] = record.updated_at;
  row["age"] = now - record.updated_at;
  for (const char* key : {"thinkingLevel", "systemSent", "abortedLastRun", "inputTokens", "outputTokens", "cacheRead", "cacheWrite"}) {
    if (const auto* value = json::find(record.entry, key)) row[key] = *value;
  }
  const auto total = json::get_int(record.entry, "totalTokens");
  const auto window = json::get_int(record.entry, "contextTokens");
  row["totalTokens"] = total ? json::Value(*total) : json::Value(nullptr);
  row["totalTokensFresh"] = json::get_bool(record.entry, "totalTokensFresh").value_or(false);
  row["remainingTokens"] = total && window ? json::Value(std::max<std::int64_t>(0, *window - *total)) : json::Value(nullptr);
  row["percentUsed"] = total && window && *window > 0 ? json::Value(*total * 100 / *window) : json::Value(nullptr);
  row["model"] = json::get_string_or(record.entry, "model", "");
  row["contextTokens"] = window ? json::Value(*window) : json::Value(nullptr);
  json::Array flags;
  if (json::get_bool(record.entry, "systemSent").value_or(false)) flags.emplace_back("system");
  if (json::get_bool(record.entry, "abortedLastRun").value_or(false)) flags.emplace_back("aborted");
  flags.emplace_back("id:" + record.session_id);
  row["flags"] = std::move(flags);
  return row;
}

json::Object session_defaults(State& state) {
  json::Object out;
  const auto model = state.models->current_model(state.settings.default_agent);
  out["modelProvider"] = model ? json::Value(model->provider) : json::Value(nullptr);
  out["model"] = model ? json::Value(model->model) : json::Value(nullptr);
  out["contextTokens"] = model ? json::Value(model->context_window) : json::Value(nullptr);
  return out;
}

std::int64_t default_run_timeout_ms(const State& state) {
  const auto seconds = state.config.get_int("agents.defaults.timeoutSeconds").value_or(0);
  return seconds > 0 && seconds < 10'000'000 ? seconds * 1000 : 0;
}

std::string sessions_path(const State& state) { return state.settings.state_dir + "/native.sqlite"; }

}  // namespace openclaw::gateway
