#include "gateway/methods/session_rows.h"

#include "session/keys.h"

namespace openclaw::gateway {

json::Object session_row(const store::SessionRecord& record) {
  json::Object row;
  row["key"] = record.key;
  row["kind"] = session::row_kind(record.key, json::get_string_or(record.entry, "chatType", ""));
  for (const auto& [key, value] : record.entry) {
    // cacheRead and cacheWrite belong to the status row only.
    if (key != "cacheRead" && key != "cacheWrite") row[key] = value;
  }
  row["updatedAt"] = record.updated_at;
  row["sessionId"] = record.session_id;
  return row;
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
