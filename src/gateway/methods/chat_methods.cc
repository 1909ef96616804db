// chat.history, chat.startup, chat.metadata, chat.send, chat.abort, chat.inject; what waits for an answer (nothing yet).
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/chat_send.h"
#include "gateway/methods/session_rows.h"
#include "session/history.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

std::int64_t history_chars(const State& state, const json::Object& params) {
  if (const auto asked = json::get_int(params, "maxChars")) return *asked;
  const auto configured = state.config.get_int("gateway.webchat.chatHistoryMaxChars").value_or(0);
  return configured > 0 ? std::min<std::int64_t>(configured, 500'000) : static_cast<std::int64_t>(session::kHistoryMaxChars);
}

// What a client of protocol 4 reads besides.
void add_session_info(State& state, const std::string& key, std::int64_t total, bool more, json::Object& out) {
  json::Object waiting;
  waiting["items"] = json::Array{};
  waiting["total"] = 0;
  out["pendingInputs"] = std::move(waiting);
  out["hasMore"] = more;
  out["totalMessages"] = total;
  out["defaults"] = session_defaults(state);
  json::Object info;
  if (const auto* record = state.runtime->session(key)) {
    info = SessionRows(state).row(*record);
  } else {
    info["key"] = key;
    info["kind"] = session::row_kind(key, "");
    info["updatedAt"] = nullptr;
  }
  json::Array active;
  for (const auto& run : state.runtime->active(key)) active.emplace_back(run.run_id);
  info["agentId"] = session::agent_of_key(key);
  info["isMain"] = key == session::main_session_key(session::agent_of_key(key), key_settings(state));
  info["hasActiveRun"] = !active.empty();
  info["activeRunIds"] = std::move(active);
  info["snapshotAt"] = state.clock.wall_ms();
  out["sessionInfo"] = std::move(info);
}

base::Task<MethodResult> history_of(State& state, json::Object params, bool newer) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string given = json::get_string_or(params, "sessionKey", "");
  const std::string key = canonical_session_key(state, given);
  json::Object out;
  out["sessionKey"] = given;
  const auto* record = state.runtime->session(key);
  const auto add_levels = [&] {
    out["thinkingLevel"] = thinking_in_force(state, state.runtime->session(key), session::agent_of_key(key));
    const auto* now = state.runtime->session(key);
    if (const auto* fast = now ? json::find(now->entry, "fastMode") : nullptr) out["fastMode"] = *fast;
    if (std::string verbose = verbose_in_force(state, now); !verbose.empty()) out["verboseLevel"] = std::move(verbose);
  };
  if (!record) {
    out["messages"] = json::Array{};
    add_levels();
    if (newer) add_session_info(state, key, 0, false, out);
    co_return Reply(std::move(out));
  }
  out["sessionId"] = record->session_id;
  const std::int64_t limit = json::get_int(params, "limit").value_or(200);
  auto messages = co_await state.runtime->messages(key, limit);
  if (!messages) co_return unavailable("Error: " + messages.error().message);
  out["messages"] = session::history_messages(*messages, static_cast<std::size_t>(history_chars(state, params)));
  add_levels();
  if (newer) {
    // Numbers run from 1 without gaps; what compact has moved away no longer counts.
    const std::int64_t newest = messages->empty() ? 0 : messages->back().seq;
    const auto shown = static_cast<std::int64_t>(messages->size());
    add_session_info(state, key, std::max(newest, shown), shown == limit && messages->front().seq > 1, out);
  }
  co_return Reply(std::move(out));
}

base::Task<MethodResult> history(State& state, CallContext caller, json::Object params) {
  const bool newer = caller_protocol(state, caller) >= 4;
  auto out = co_await history_of(state, std::move(params), newer);
  co_return out;
}

// What another method answers; null when it refuses.
base::Task<json::Value> answer_of(State& state, CallContext caller, std::string_view method) {
  json::Object params;
  const Binding* binding = find_binding(method);
  if (!binding) co_return nullptr;
  if (binding->sync) {
    auto answer = binding->sync(state, caller, params);
    if (!answer) co_return nullptr;
    co_return std::move(answer->value);
  }
  auto answer = co_await binding->async(state, std::move(caller), std::move(params));
  if (!answer) co_return nullptr;
  co_return std::move(answer->value);
}

// What a chat page shows besides messages: models to choose from, and commands beyond those every client knows.
base::Task<MethodResult> metadata(State& state, CallContext caller, json::Object) {
  const json::Value models = co_await answer_of(state, std::move(caller), "models.list");
  json::Object out;
  out["commands"] = json::Array{};
  const auto* list = models.is_object() ? json::get_array(models.get_object(), "models") : nullptr;
  if (list) out["models"] = *list;
  co_return Reply(std::move(out));
}

// Everything a chat page of protocol 4 opens with, in one answer.
base::Task<MethodResult> startup(State& state, CallContext caller, json::Object params) {
  auto out = co_await history_of(state, std::move(params), true);
  auto* body = out ? out->value.if_object() : nullptr;
  if (!body) co_return out;
  json::Value agents = co_await answer_of(state, caller, "agents.list");
  if (!agents.is_null()) (*body)["agentsList"] = std::move(agents);
  json::Object nothing;
  auto more = co_await metadata(state, std::move(caller), std::move(nothing));
  if (more) (*body)["metadata"] = std::move(more->value);
  co_return out;
}

MethodResult abort(State& state, const CallContext& caller, const json::Object& params) {
  if (!state.runtime) return unavailable("gateway starting; retry shortly");
  const std::string key = canonical_session_key(state, json::get_string_or(params, "sessionKey", ""));
  const auto run_id = json::get_string(params, "runId");
  if (!run_id) return abort_chat_runs(state, caller, key, "rpc");
  json::Object out;
  out["ok"] = true;
  out["aborted"] = false;
  out["runIds"] = json::Array{};
  for (const auto& run : state.runtime->active()) {
    if (run.run_id != *run_id || run.kind != "chat") continue;
    // Canonical keys are compared: the reference compares the texts, and "main" then misses "agent:main:main".
    if (run.session_key != key) return invalid_request("runId does not match sessionKey");
    if (!may_abort_run(caller, run)) return invalid_request("unauthorized");
    if (state.runtime->abort(run.run_id, "rpc")) {
      out["aborted"] = true;
      out["runIds"].as_array().emplace_back(run.run_id);
    }
  }
  return Reply(std::move(out));
}

base::Task<MethodResult> send(State& state, CallContext caller, json::Object params) {
  return chat_send(state, std::move(caller), std::move(params), false);
}

base::Task<MethodResult> inject(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  const std::string key = canonical_session_key(state, json::get_string_or(params, "sessionKey", ""));
  if (!state.runtime->session(key)) co_return invalid_request("session not found");
  const std::string label(base::trim(json::get_string_or(params, "label", "")));
  std::string text = json::get_string_or(params, "message", "");
  if (!label.empty()) text = "[" + label + "]\n\n" + text;
  std::string no_run;
  auto written = co_await add_chat_note(state, key, std::move(no_run), std::move(text), 0);
  if (!written && written.error().kind == base::ErrorKind::not_found) co_return invalid_request("session not found");
  if (!written) co_return unavailable("failed to write transcript: " + written.error().message);
  json::Object out;
  out["ok"] = true;
  out["messageId"] = written->id;
  co_return Reply(std::move(out));
}

// Our agent asks no questions and proposes no tasks: there is never one that waits.
MethodResult no_questions(State&, const CallContext&, const json::Object&) {
  json::Object out;
  out["questions"] = json::Array{};
  return Reply(std::move(out));
}

MethodResult no_suggestions(State&, const CallContext&, const json::Object&) {
  json::Object out;
  out["suggestions"] = json::Array{};
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"chat.history", nullptr, history},
    {"chat.send", nullptr, send},
    {"chat.abort", abort},
    {"chat.inject", nullptr, inject},
    {"chat.startup", nullptr, startup},
    {"chat.metadata", nullptr, metadata},
    {"question.list", no_questions},
    {"taskSuggestions.list", no_suggestions},
};

}  // namespace

std::span<const Binding> chat_bindings() { return kBindings; }

}  // namespace openclaw::gateway
