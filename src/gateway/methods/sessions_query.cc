// sessions.list, preview, resolve, get and the subscriptions.
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "session/history.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;
using Records = std::vector<const store::SessionRecord*>;

constexpr std::int64_t kEndMessages = 12;       // looked at for a title and for a last line
constexpr std::size_t kTitleChars = 60, kLineChars = 240;
constexpr std::size_t kPreviewKeys = 64;
constexpr std::int64_t kPreviewScan = 200;      // messages looked at for a preview of at most 50 lines

std::string text_of(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

// The filters that sessions.list and sessions.resolve share.
bool in_scope(const store::SessionRecord& record, const json::Object& params) {
  if (record.key == "global" && !json::get_bool(params, "includeGlobal").value_or(false)) return false;
  if (record.key == "unknown" && !json::get_bool(params, "includeUnknown").value_or(false)) return false;
  if (const std::string agent = text_of(params, "agentId"); !agent.empty() && record.agent_id != session::normalize_agent_id(agent)) return false;
  if (const std::string by = text_of(params, "spawnedBy"); !by.empty() && json::get_string_or(record.entry, "spawnedBy", "") != by) return false;
  return true;
}

bool matches(const store::SessionRecord& record, const json::Object& params, std::int64_t now) {
  if (!in_scope(record, params) || session::is_cron_run_key(record.key)) return false;
  if (const auto minutes = json::get_int(params, "activeMinutes"); minutes && now - record.updated_at > *minutes * 60'000) return false;
  if (const std::string label = text_of(params, "label"); !label.empty() && json::get_string_or(record.entry, "label", "") != label) return false;
  return true;
}

bool found_by(const std::string& search, const json::Object& row) {
  if (search.empty()) return true;
  std::string hay;
  for (const char* field : {"displayName", "label", "subject", "sessionId", "key"}) hay += "\n" + json::get_string_or(row, field, "");
  return base::lower_ascii(hay).find(search) != std::string::npos;
}

// Sessions that another one has started, by its key.
std::map<std::string, json::Array> children(const Records& records) {
  std::map<std::string, json::Array> out;
  for (const auto* record : records) {
    std::string parent = json::get_string_or(record->entry, "spawnedBy", "");
    if (parent.empty()) parent = json::get_string_or(record->entry, "parentSessionKey", "");
    if (!parent.empty() && parent != record->key) out[parent].emplace_back(record->key);
  }
  return out;
}

void add_texts(const std::vector<store::MessageRecord>& messages, bool title, bool last, json::Object& row) {
  std::string first_text, last_text;
  for (const auto& message : messages) {
    if (session::silent_message(message)) continue;
    const json::Object shown = session::history_message(message);
    const std::string text(base::trim(session::message_text(shown)));
    if (text.empty()) continue;
    const std::string role = json::get_string_or(shown, "role", "");
    if (first_text.empty() && role == "user") first_text = text;
    if (role == "user" || role == "assistant") last_text = text;
  }
  const std::string subject = json::get_string_or(row, "subject", "");
  std::string name = subject.empty() ? first_text : subject;
  if (title && name.empty()) name = json::get_string_or(row, "sessionId", "").substr(0, 8);
  if (title && !name.empty()) row["derivedTitle"] = session::short_text(name, kTitleChars);
  if (last && !last_text.empty()) row["lastMessagePreview"] = session::short_text(last_text, kLineChars);
}

base::Task<void> add_all_texts(State& state, bool title, bool last, std::vector<json::Object>* rows) {
  std::vector<std::string> ids;
  for (const auto& row : *rows) ids.push_back(json::get_string_or(row, "sessionId", ""));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto job = [id = ids[i]](store::Db& db) { return store::load_ends(db, id, kEndMessages, kEndMessages); };
    auto ends = co_await state.store.read(std::move(job));
    if (ends) add_texts(*ends, title, last, (*rows)[i]);
  }
}

base::Task<MethodResult> list(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::int64_t now = state.clock.wall_ms();
  const auto limit = json::get_int(params, "limit");
  const auto offset = static_cast<std::size_t>(json::get_int(params, "offset").value_or(0));
  const std::string search = base::lower_ascii(text_of(params, "search"));
  const Records records = state.runtime->sessions();
  const auto spawned = children(records);
  SessionRows maker(state);
  std::vector<json::Object> rows;
  std::size_t total = 0;
  for (const auto* record : records) {
    if (!matches(*record, params, now)) continue;
    json::Object row = maker.row(*record);
    if (!found_by(search, row)) continue;
    if (total++ < offset || (limit && rows.size() >= static_cast<std::size_t>(*limit))) continue;
    if (const auto it = spawned.find(record->key); it != spawned.end()) row["childSessions"] = it->second;
    rows.push_back(std::move(row));
  }
  const bool title = json::get_bool(params, "includeDerivedTitles").value_or(false);
  const bool last = json::get_bool(params, "includeLastMessage").value_or(false);
  if (title || last) co_await add_all_texts(state, title, last, &rows);
  json::Array sessions;
  for (auto& row : rows) sessions.emplace_back(std::move(row));
  json::Object out;
  out["ts"] = now;
  out["path"] = sessions_path(state);
  out["count"] = sessions.size();
  if (caller_protocol(state, caller) >= 4) {
    const std::size_t next = offset + sessions.size();
    out["totalCount"] = total;
    out["limitApplied"] = limit ? json::Value(*limit) : json::Value(nullptr);
    out["nextOffset"] = next < total ? json::Value(next) : json::Value(nullptr);
    out["hasMore"] = next < total;
    out["owners"] = json::Array{};
  }
  out["defaults"] = session_defaults(state);
  out["sessions"] = std::move(sessions);
  co_return Reply(std::move(out));
}

MethodResult subscribe(State& state, const CallContext& caller, const json::Object&) {
  state.hub.subscribe_sessions(caller.connection_id, true);
  json::Object out;
  out["subscribed"] = true;
  return Reply(std::move(out));
}

MethodResult unsubscribe(State& state, const CallContext& caller, const json::Object&) {
  state.hub.subscribe_sessions(caller.connection_id, false);
  json::Object out;
  out["subscribed"] = false;
  return Reply(std::move(out));
}

MethodResult follow_messages(State& state, const CallContext& caller, const json::Object& params, bool on) {
  const std::string given = text_of(params, "key");
  if (given.empty()) return invalid_request("key required");
  const std::string key = canonical_session_key(state, given);
  state.hub.subscribe_messages(caller.connection_id, key, on);
  json::Object out;
  out["subscribed"] = on;
  out["key"] = key;
  return Reply(std::move(out));
}

MethodResult subscribe_messages(State& state, const CallContext& caller, const json::Object& params) {
  return follow_messages(state, caller, params, true);
}
MethodResult unsubscribe_messages(State& state, const CallContext& caller, const json::Object& params) {
  return follow_messages(state, caller, params, false);
}

base::Task<MethodResult> preview(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const auto limit = std::clamp<std::int64_t>(json::get_int(params, "limit").value_or(12), 1, 50);
  const auto chars = std::clamp<std::int64_t>(json::get_int(params, "maxChars").value_or(240), 20, 2000);
  json::Array previews;
  auto keys = json::string_list(json::find(params, "keys"));
  if (keys.size() > kPreviewKeys) keys.resize(kPreviewKeys);
  for (const auto& given : keys) {
    json::Object one;
    one["key"] = given;
    const std::string key = canonical_session_key(state, given);
    json::Array items;
    if (!state.runtime->session(key)) {
      one["status"] = "missing";
    } else {
      auto messages = co_await state.runtime->messages(key, kPreviewScan);
      if (messages) items = session::preview_items(*messages, static_cast<std::size_t>(limit), static_cast<std::size_t>(chars));
      one["status"] = !messages ? "error" : items.empty() ? "empty" : "ok";
    }
    one["items"] = std::move(items);
    previews.emplace_back(std::move(one));
  }
  json::Object out;
  out["ts"] = state.clock.wall_ms();
  out["previews"] = std::move(previews);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> describe(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string given = text_of(params, "key");
  if (given.empty()) co_return invalid_request("key required");
  json::Object out;
  out["session"] = nullptr;
  if (const auto* record = state.runtime->session(canonical_session_key(state, given))) {
    std::vector<json::Object> rows;
    rows.push_back(SessionRows(state).row(*record));
    const auto spawned = children(state.runtime->sessions());
    if (const auto it = spawned.find(record->key); it != spawned.end()) rows[0]["childSessions"] = it->second;
    const bool title = json::get_bool(params, "includeDerivedTitles").value_or(false);
    const bool last = json::get_bool(params, "includeLastMessage").value_or(false);
    if (title || last) co_await add_all_texts(state, title, last, &rows);
    out["session"] = std::move(rows[0]);
  }
  co_return Reply(std::move(out));
}

MethodResult found_one(const std::vector<std::string>& keys, const std::string& what, const std::string& wanted) {
  if (keys.empty()) return invalid_request("No session found" + what + ": " + wanted);
  if (keys.size() > 1) {
    return invalid_request(fmt::format("Multiple sessions found{}: {} ({})", what.empty() ? " for sessionId" : what, wanted, base::join(keys, ", ")));
  }
  json::Object out;
  out["ok"] = true;
  out["key"] = keys.front();
  return Reply(std::move(out));
}

base::Task<MethodResult> resolve(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string key = text_of(params, "key"), id = text_of(params, "sessionId"), label = text_of(params, "label");
  const int given = !key.empty() + !id.empty() + !label.empty();
  if (given == 0) co_return invalid_request("Either key, sessionId, or label is required");
  if (given > 1) co_return invalid_request("Provide either key, sessionId, or label (not multiple)");
  std::vector<std::string> found;
  if (!key.empty()) {
    const auto* record = state.runtime->session(canonical_session_key(state, key));
    const std::string by = text_of(params, "spawnedBy");
    if (record && (by.empty() || json::get_string_or(record->entry, "spawnedBy", "") == by)) found.push_back(record->key);
    co_return found_one(found, "", key);
  }
  for (const auto* record : state.runtime->sessions()) {
    if (!in_scope(*record, params)) continue;
    // A key serves as an id too.
    const bool hit = id.empty() ? json::get_string_or(record->entry, "label", "") == label : record->session_id == id || record->key == id;
    if (hit) found.push_back(record->key);
  }
  co_return found_one(found, id.empty() ? " with label" : "", id.empty() ? label : id);
}

base::Task<MethodResult> get(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  std::string given = text_of(params, "key");
  if (given.empty()) given = text_of(params, "sessionKey");
  if (given.empty()) co_return invalid_request("key required");
  const auto* asked = json::find(params, "limit");
  const double wanted = asked && asked->is_number() ? asked->to_number<double>() : 200;
  const auto limit = static_cast<std::int64_t>(std::clamp(wanted, 1.0, 100'000.0));
  auto messages = co_await state.runtime->messages(canonical_session_key(state, given), limit);
  if (!messages) co_return unavailable("Error: " + messages.error().message);
  json::Array list;
  for (const auto& message : *messages) list.emplace_back(session::raw_message(message));
  json::Object out;
  out["messages"] = std::move(list);
  co_return Reply(std::move(out));
}

// Nothing here is shown or hidden by it: the client says it to a gateway that watches sessions for it.
MethodResult visibility(State&, const CallContext&, const json::Object&) {
  json::Object out;
  out["ok"] = true;
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"sessions.list", nullptr, list},
    {"sessions.subscribe", subscribe},
    {"sessions.unsubscribe", unsubscribe},
    {"sessions.messages.subscribe", subscribe_messages},
    {"sessions.messages.unsubscribe", unsubscribe_messages},
    {"sessions.preview", nullptr, preview},
    {"sessions.resolve", nullptr, resolve},
    {"sessions.get", nullptr, get},
    {"sessions.describe", nullptr, describe},
    {"sessions.observer.visibility", visibility},
};

}  // namespace

std::span<const Binding> session_query_bindings() { return kBindings; }

}  // namespace openclaw::gateway
