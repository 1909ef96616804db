// chat.history, chat.send, chat.abort, sessions.list.
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "session/history.h"
#include "session/keys.h"
#include "session/stop_words.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

std::string canonical(const State& state, const std::string& key) {
  const session::KeySettings keys{state.settings.default_agent, state.settings.main_key, state.settings.session_scope == "global"};
  return session::canonical_key(key, keys);
}

base::Task<MethodResult> history(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string given = json::get_string_or(params, "sessionKey", "");
  const std::string key = canonical(state, given);
  json::Object out;
  out["sessionKey"] = given;
  const auto* record = state.runtime->session(key);
  if (!record) {
    out["messages"] = json::Array{};
    co_return Reply(std::move(out));
  }
  out["sessionId"] = record->session_id;
  for (const char* field : {"thinkingLevel", "fastMode", "verboseLevel"}) {
    if (const auto* value = json::find(record->entry, field)) out[field] = *value;
  }
  const std::int64_t limit = json::get_int(params, "limit").value_or(200);
  const auto max_chars = static_cast<std::size_t>(json::get_int(params, "maxChars").value_or(session::kHistoryMaxChars));
  auto messages = co_await state.runtime->messages(key, limit);
  if (!messages) co_return unavailable("Error: " + messages.error().message);
  out["messages"] = session::history_messages(*messages, max_chars);
  co_return Reply(std::move(out));
}

bool may_abort(const CallContext& caller, const agent::Runtime::ActiveRun& run) {
  if (caller.may(protocol::kAdmin)) return true;
  if (!caller.device_id.empty() && caller.device_id == run.owner_device) return true;
  return caller.connection_id == run.owner_connection;
}

MethodResult abort_session(State& state, const CallContext& caller, const std::string& key, const char* stop_reason) {
  json::Array stopped;
  bool any = false;
  for (const auto& run : state.runtime->active(key)) {
    if (run.kind != "chat") continue;
    any = true;
    if (may_abort(caller, run) && state.runtime->abort(run.run_id, stop_reason)) stopped.emplace_back(run.run_id);
  }
  if (any && stopped.empty()) return invalid_request("unauthorized");
  json::Object out;
  out["ok"] = true;
  out["aborted"] = !stopped.empty();
  out["runIds"] = std::move(stopped);
  return Reply(std::move(out));
}

MethodResult abort(State& state, const CallContext& caller, const json::Object& params) {
  if (!state.runtime) return unavailable("gateway starting; retry shortly");
  const std::string key = canonical(state, json::get_string_or(params, "sessionKey", ""));
  const auto run_id = json::get_string(params, "runId");
  if (!run_id) return abort_session(state, caller, key, "rpc");
  json::Object out;
  out["ok"] = true;
  out["aborted"] = false;
  out["runIds"] = json::Array{};
  for (const auto& run : state.runtime->active()) {
    if (run.run_id != *run_id || run.kind != "chat") continue;
    // Canonical keys are compared: the reference compares the texts, and "main" then misses "agent:main:main".
    if (run.session_key != key) return invalid_request("runId does not match sessionKey");
    if (!may_abort(caller, run)) return invalid_request("unauthorized");
    if (state.runtime->abort(run.run_id, "rpc")) {
      out["aborted"] = true;
      out["runIds"].as_array().emplace_back(run.run_id);
    }
  }
  return Reply(std::move(out));
}

// Control characters but tab, LF and CR are removed.
std::string clean_message(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 ? u != 0x7f : c == '\t' || c == '\n' || c == '\r') out += c;
  }
  return out;
}

// Why a chat.send is refused, in the order of OpenClaw methods 5.
std::optional<protocol::WireError> send_refusal(const CallContext& caller, const json::Object& params, const std::string& message) {
  const auto refuse = [](std::string text) { return protocol::WireError{std::string(protocol::kInvalidRequest), std::move(text), nullptr, {}, {}}; };
  const bool channel = params.contains("originatingChannel"), to = params.contains("originatingTo");
  const bool more = params.contains("originatingAccountId") || params.contains("originatingThreadId");
  if ((to || more) && !channel) return refuse("originatingChannel is required when using originating route fields");
  if ((channel || more) && !to) return refuse("originatingTo is required when using originating route fields");
  if ((params.contains("systemInputProvenance") || params.contains("systemProvenanceReceipt")) && !caller.may(protocol::kAdmin)) {
    return refuse("system provenance fields require admin scope");
  }
  if (channel && !caller.may(protocol::kAdmin)) return refuse("originating route fields require admin scope");
  if (message.find('\0') != std::string::npos) return refuse("message must not contain null bytes");
  const auto* attachments = json::get_array(params, "attachments");
  if (attachments && !attachments->empty()) return refuse("attachments are not supported by this gateway yet");
  if (base::trim(message).empty()) return refuse("message or attachment required");
  return std::nullopt;
}

base::Task<MethodResult> send(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  const std::string raw = json::get_string_or(params, "message", "");
  if (auto refusal = send_refusal(caller, params, raw)) co_return tl::unexpected(std::move(*refusal));
  const std::string given = json::get_string_or(params, "sessionKey", "");
  const std::string key = canonical(state, given);
  if (session::is_stop_word(raw)) co_return abort_session(state, caller, key, "stop");

  agent::RunRequest request;
  request.run_id = json::get_string_or(params, "idempotencyKey", "");
  request.kind = "chat";
  request.session_key = key;
  request.given_key = given;
  request.agent_id = session::agent_of_key(key);
  request.message = clean_message(raw);
  if (caller.client.mode != "cli") {
    const std::string name = caller.client.display_name.empty() ? caller.client.id : caller.client.display_name;
    request.sender_label = name;
    request.sender_id = caller.client.id;
  }
  request.thinking = json::get_string_or(params, "thinking", "");
  request.timeout_ms = json::get_int(params, "timeoutMs").value_or(default_run_timeout_ms(state));
  request.owner_device = caller.device_id;
  request.owner_connection = caller.connection_id;
  request.origin["chatType"] = "direct";
  if (const std::string channel = json::get_string_or(params, "originatingChannel", ""); !channel.empty()) {
    std::string to = json::get_string_or(params, "originatingTo", "");
    if (to.starts_with(channel + ":")) to.erase(0, channel.size() + 1);
    request.route = agent::ReplyRoute{channel, json::get_string_or(params, "originatingAccountId", "default"), to, to};
  }
  const std::string run_id = request.run_id;
  if (caller.tool_events) state.hub.follow_run(run_id, caller.connection_id);
  auto submitted = co_await state.runtime->submit(std::move(request));
  if (!submitted) co_return unavailable("Error: " + submitted.error().message);
  json::Object out;
  out["runId"] = run_id;
  switch (submitted->status) {
    case agent::SubmitOutcome::started: out["status"] = "started"; break;
    case agent::SubmitOutcome::in_flight: out["status"] = "in_flight"; break;
    case agent::SubmitOutcome::finished: out["status"] = "ok"; break;
  }
  co_return Reply(std::move(out));
}

bool matches(const store::SessionRecord& record, const json::Object& params, std::int64_t now) {
  if (record.key == "global" && !json::get_bool(params, "includeGlobal").value_or(false)) return false;
  if (record.key == "unknown" && !json::get_bool(params, "includeUnknown").value_or(false)) return false;
  if (const auto agent = json::get_string(params, "agentId"); agent && record.agent_id != base::lower_ascii(*agent)) return false;
  if (const auto minutes = json::get_int(params, "activeMinutes"); minutes && now - record.updated_at > *minutes * 60'000) return false;
  if (const auto label = json::get_string(params, "label"); label && json::get_string_or(record.entry, "label", "") != *label) return false;
  if (const auto by = json::get_string(params, "spawnedBy"); by && json::get_string_or(record.entry, "spawnedBy", "") != *by) return false;
  const std::string search = base::lower_ascii(base::trim(json::get_string_or(params, "search", "")));
  if (search.empty()) return true;
  std::string hay = record.key + "\n" + record.session_id;
  for (const char* field : {"displayName", "label", "subject"}) hay += "\n" + json::get_string_or(record.entry, field, "");
  return base::lower_ascii(hay).find(search) != std::string::npos;
}

base::Task<void> add_texts(State& state, std::string key, bool title, bool last, json::Object& row) {
  auto messages = co_await state.runtime->messages(key, 0);
  if (!messages) co_return;
  std::string first_text, last_text;
  for (const auto& message : *messages) {
    const json::Object shown = session::history_message(message);
    const std::string text = session::message_text(shown);
    if (text.empty()) continue;
    if (first_text.empty() && json::get_string_or(shown, "role", "") == "user") first_text = text;
    last_text = text;
  }
  if (title && !first_text.empty()) row["derivedTitle"] = std::string(base::cut_utf8(first_text, 60));
  if (last && !last_text.empty()) row["lastMessagePreview"] = std::string(base::cut_utf8(last_text, 240));
}

base::Task<MethodResult> sessions_list(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::int64_t now = state.clock.wall_ms();
  const auto limit = static_cast<std::size_t>(json::get_int(params, "limit").value_or(std::numeric_limits<std::int32_t>::max()));
  const bool title = json::get_bool(params, "includeDerivedTitles").value_or(false);
  const bool last = json::get_bool(params, "includeLastMessage").value_or(false);
  std::vector<json::Object> rows;
  for (const auto* record : state.runtime->sessions()) {
    if (rows.size() >= limit) break;
    if (matches(*record, params, now)) rows.push_back(session_row(*record));
  }
  json::Array list;
  for (auto& row : rows) {
    if (title || last) co_await add_texts(state, json::get_string_or(row, "key", ""), title, last, row);
    list.emplace_back(std::move(row));
  }
  json::Object out;
  out["ts"] = now;
  out["path"] = sessions_path(state);
  out["count"] = list.size();
  out["defaults"] = session_defaults(state);
  out["sessions"] = std::move(list);
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"chat.history", nullptr, history},
    {"chat.send", nullptr, send},
    {"chat.abort", abort},
    {"sessions.list", nullptr, sessions_list},
};

}  // namespace

std::span<const Binding> chat_bindings() { return kBindings; }

}  // namespace openclaw::gateway
