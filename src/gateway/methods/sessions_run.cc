// sessions.send, steer, abort, create.
#include "base/random.h"
#include "base/strings.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/chat_send.h"
#include "gateway/methods/session_patch.h"
#include "gateway/methods/session_rows.h"
#include "store/runs.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

constexpr int kQuiesceMs = 15'000;

std::string text_of(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

// The parameters of chat.send for a message to this session.
json::Object chat_params(const json::Object& params, const std::string& key) {
  json::Object out;
  out["sessionKey"] = key;
  out["message"] = json::get_string_or(params, "message", "");
  for (const char* field : {"thinking", "attachments", "timeoutMs"}) {
    if (const auto* value = json::find(params, field)) out[field] = *value;
  }
  std::string id = text_of(params, "idempotencyKey");
  out["idempotencyKey"] = id.empty() ? base::uuid4() : std::move(id);
  return out;
}

base::Task<MethodResult> send_to(State& state, CallContext caller, json::Object params, bool steer) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string given = text_of(params, "key");
  if (given.empty()) co_return invalid_request("key required");
  const std::string key = canonical_session_key(state, given);
  if (!state.runtime->session(key)) co_return invalid_request("session not found: " + given);
  json::Object chat = chat_params(params, key);
  bool interrupted = false;
  // A repeat of this very request stops nothing.
  bool repeat = false;
  if (steer) {
    auto known_job = [own = json::get_string_or(chat, "idempotencyKey", "")](store::Db& db) { return store::find_run(db, own); };
    auto known = co_await state.store.read(std::move(known_job));
    repeat = known && known->has_value();
  }
  if (steer && !repeat) {
    interrupted = !state.runtime->active(key).empty();
    const bool quiet = co_await state.runtime->quiesce(key, "rpc", kQuiesceMs);
    if (!quiet) co_return unavailable(fmt::format("Session {} is still active; try again in a moment.", key));
  }
  auto answer = co_await chat_send(state, std::move(caller), std::move(chat), true);
  if (!answer) co_return answer;
  if (auto* body = answer->value.if_object(); body && interrupted) (*body)["interruptedActiveRun"] = true;
  if (!repeat) announce_session_later(state, key, steer ? "steer" : "send");
  co_return answer;
}

base::Task<MethodResult> send(State& state, CallContext caller, json::Object params) {
  return send_to(state, std::move(caller), std::move(params), false);
}
base::Task<MethodResult> steer(State& state, CallContext caller, json::Object params) {
  return send_to(state, std::move(caller), std::move(params), true);
}

MethodResult abort(State& state, const CallContext& caller, const json::Object& params) {
  if (!state.runtime) return unavailable("gateway starting; retry shortly");
  const std::string given = text_of(params, "key");
  if (given.empty()) return invalid_request("key required");
  const std::string key = canonical_session_key(state, given);
  const std::string wanted = text_of(params, "runId");
  json::Value stopped = nullptr;
  bool any = false;
  for (const auto& run : state.runtime->active(key)) {
    if (run.kind != "chat" || (!wanted.empty() && run.run_id != wanted)) continue;
    any = true;
    if (may_abort_run(caller, run) && state.runtime->abort(run.run_id, "rpc")) stopped = json::Value(run.run_id);
  }
  if (any && stopped.is_null()) return invalid_request("unauthorized");
  if (!stopped.is_null()) announce_session_later(state, key, "abort");
  json::Object out;
  out["ok"] = true;
  out["status"] = stopped.is_null() ? "no-active-run" : "aborted";
  out["abortedRunId"] = std::move(stopped);
  return Reply(std::move(out));
}

// The key of a session to create, or why there is none.
tl::expected<std::string, protocol::WireError> new_key(const State& state, const json::Object& params) {
  const std::string given = text_of(params, "key"), agent = text_of(params, "agentId");
  const std::string agent_id = session::normalize_agent_id(agent.empty() ? state.settings.default_agent : agent);
  if (auto known = agent_of_params(state, params); !known) return tl::unexpected(std::move(known).error());
  if (given.empty()) return fmt::format("agent:{}:dashboard:{}", agent_id, base::uuid4());
  std::string key = canonical_session_key(state, given);
  if (!agent.empty() && !base::lower_ascii(given).starts_with("agent:")) {
    auto keys = key_settings(state);
    keys.default_agent = agent_id;
    key = session::canonical_key(given, keys);
  }
  const std::string owner = session::agent_of_key(key);
  if (!agent.empty() && owner != agent_id) {
    return invalid_request(fmt::format("sessions.create key agent ({}) does not match agentId ({})", owner, agent_id));
  }
  return key;
}

base::Task<MethodResult> create(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  auto key = new_key(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  json::Object patch;
  for (const char* field : {"label", "model"}) {
    if (const auto* value = json::find(params, field)) patch[field] = *value;
  }
  const std::string parent = text_of(params, "parentSessionKey");
  std::string parent_key;
  if (!parent.empty()) {
    const auto* record = state.runtime->session(canonical_session_key(state, parent));
    if (!record) co_return invalid_request("unknown parent session: " + parent);
    parent_key = record->key;
  }
  auto changed = co_await patch_session(state, *key, std::move(patch), std::move(parent_key));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  json::Object out;
  out["ok"] = true;
  out["key"] = *key;
  out["sessionId"] = changed->record.session_id;
  out["entry"] = entry_json(changed->record);
  out["runStarted"] = false;

  std::string first = json::get_string_or(params, "task", "");
  if (base::trim(first).empty()) first = json::get_string_or(params, "message", "");
  const bool with_message = !base::trim(first).empty();
  if (with_message) {
    json::Object message;
    message["message"] = first;
    auto sent = co_await chat_send(state, std::move(caller), chat_params(message, *key), true);
    const auto* answer = sent ? sent->value.if_object() : nullptr;
    out["runStarted"] = answer && json::get_string_or(*answer, "status", "") == "started";
    if (answer) {
      for (const auto& [name, value] : *answer) out[name] = value;
    } else {
      out["runError"] = protocol::to_json(sent.error());
    }
  }
  announce_session_later(state, *key, "create");
  if (json::get_bool(out, "runStarted").value_or(false)) announce_session_later(state, *key, "send");
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"sessions.send", nullptr, send},
    {"sessions.steer", nullptr, steer},
    {"sessions.abort", abort},
    {"sessions.create", nullptr, create},
};

}  // namespace

std::span<const Binding> session_run_bindings() { return kBindings; }

}  // namespace openclaw::gateway
