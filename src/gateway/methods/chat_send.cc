#include "gateway/methods/chat_send.h"

#include <algorithm>

#include "agent/transcript.h"
#include "base/strings.h"
#include "gateway/methods/session_rows.h"
#include "session/attachments.h"
#include "session/levels.h"
#include "session/stop_words.h"
#include "store/runs.h"

namespace openclaw::gateway {

using protocol::invalid_request;
using protocol::unavailable;

namespace {

constexpr int kQuiesceMs = 15'000;

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

protocol::WireError refusal(std::string text) {
  return protocol::WireError{std::string(protocol::kInvalidRequest), std::move(text), nullptr, {}, {}};
}

bool has_attachments(const json::Object& params) {
  const auto* list = json::get_array(params, "attachments");
  return list && !list->empty();
}

// Why a chat.send is refused, in the order of OpenClaw methods 5.
std::optional<protocol::WireError> send_refusal(const CallContext& caller, const json::Object& params, const std::string& message) {
  const bool channel = params.contains("originatingChannel"), to = params.contains("originatingTo");
  const bool more = params.contains("originatingAccountId") || params.contains("originatingThreadId");
  if ((to || more) && !channel) return refusal("originatingChannel is required when using originating route fields");
  if ((channel || more) && !to) return refusal("originatingTo is required when using originating route fields");
  if ((params.contains("systemInputProvenance") || params.contains("systemProvenanceReceipt")) && !caller.may(protocol::kAdmin)) {
    return refusal("system provenance fields require admin scope");
  }
  if (channel && !caller.may(protocol::kAdmin)) return refusal("originating route fields require admin scope");
  if (message.find('\0') != std::string::npos) return refusal("message must not contain null bytes");
  if (base::trim(message).empty() && !has_attachments(params)) return refusal("message or attachment required");
  return std::nullopt;
}

bool rule_matches(const json::Object& rule, const std::string& key, const json::Object& entry) {
  const auto* match = json::get_object(rule, "match");
  if (!match) return true;
  const auto agrees = [&](const char* field, const std::string& have) {
    const std::string want = base::lower_ascii(base::trim(json::get_string_or(*match, field, "")));
    return want.empty() || want == have;
  };
  const std::string channel = json::get_string_or(entry, "channel", json::get_string_or(entry, "lastChannel", ""));
  if (!agrees("channel", base::lower_ascii(channel))) return false;
  std::string type = json::get_string_or(entry, "chatType", "");
  if (type.empty()) type = std::string(session::chat_type_of_key(key));
  if (!agrees("chatType", type)) return false;
  const std::string raw = base::lower_ascii(base::trim(json::get_string_or(*match, "rawKeyPrefix", "")));
  if (!raw.empty() && !key.starts_with(raw)) return false;
  const std::string prefix = base::lower_ascii(base::trim(json::get_string_or(*match, "keyPrefix", "")));
  return prefix.empty() || session::request_key(key).value_or(key).starts_with(prefix) || key.starts_with(prefix);
}

void set_route(const json::Object& params, agent::RunRequest& request) {
  const std::string channel = json::get_string_or(params, "originatingChannel", "");
  if (channel.empty()) return;
  std::string to = json::get_string_or(params, "originatingTo", "");
  if (to.starts_with(channel + ":")) to.erase(0, channel.size() + 1);
  std::string account(base::trim(json::get_string_or(params, "originatingAccountId", "")));
  request.route = agent::ReplyRoute{channel, account.empty() ? "default" : std::move(account), to, to};
}

// `deliver`: the reply goes where the session's last channel message came from. Only for the command line, and only
// where the key is of a channel or the main one: a web page never speaks into somebody's chat.
void set_session_route(const State& state, const CallContext& caller, const json::Object& params, agent::RunRequest& request) {
  if (request.route || caller.client.mode != "cli" || !json::get_bool(params, "deliver").value_or(false)) return;
  const auto* record = state.runtime->session(request.session_key);
  if (!record) return;
  const std::string channel = json::get_string_or(record->entry, "lastChannel", "");
  std::string to = json::get_string_or(record->entry, "lastTo", "");
  const bool known = std::any_of(state.channels.begin(), state.channels.end(), [&](const auto& entry) { return entry->id() == channel; });
  if (!known || to.empty()) return;
  const bool main = request.session_key == session::main_session_key(request.agent_id, key_settings(state));
  if (!main && !session::request_key(request.session_key).value_or("").starts_with(channel + ":")) return;
  if (to.starts_with(channel + ":")) to.erase(0, channel.size() + 1);
  request.route = agent::ReplyRoute{channel, json::get_string_or(record->entry, "lastAccountId", "default"), to, to};
}

// Where the session says its messages come from. A route to a real channel is not given up for a web client.
json::Object web_origin(const State& state, const std::string& key, const std::string& label) {
  json::Object out;
  out["chatType"] = "direct";
  const auto* record = state.runtime->session(key);
  const std::string channel = record ? json::get_string_or(record->entry, "lastChannel", "") : std::string();
  if (label.empty() || (!channel.empty() && channel != "webchat")) return out;
  json::Object origin;
  origin["label"] = label;
  origin["provider"] = "webchat";
  origin["surface"] = "webchat";
  origin["chatType"] = "direct";
  json::Object delivery;
  delivery["channel"] = "webchat";
  out["origin"] = std::move(origin);
  out["deliveryContext"] = std::move(delivery);
  out["lastChannel"] = "webchat";
  return out;
}

agent::RunRequest run_request(const State& state, const CallContext& caller, const json::Object& params, const std::string& key) {
  agent::RunRequest request;
  request.run_id = json::get_string_or(params, "idempotencyKey", "");
  request.kind = "chat";
  request.session_key = key;
  request.given_key = json::get_string_or(params, "sessionKey", "");
  request.agent_id = session::agent_of_key(key);
  request.message = clean_message(json::get_string_or(params, "message", ""));
  if (caller.client.mode != "cli") {
    request.sender_label = caller.client.display_name.empty() ? caller.client.id : caller.client.display_name;
    request.sender_id = caller.client.id;
  }
  const std::string thinking = json::get_string_or(params, "thinking", "");
  request.thinking = session::thinking_level(thinking).value_or(thinking);
  if (request.thinking.empty()) request.thinking = thinking_in_force(state, state.runtime->session(key), request.agent_id);
  request.timeout_ms = json::get_int(params, "timeoutMs").value_or(0);
  if (request.timeout_ms <= 0) request.timeout_ms = default_run_timeout_ms(state);
  request.owner_device = caller.device_id;
  request.owner_connection = caller.connection_id;
  request.origin = web_origin(state, key, request.sender_label);
  set_route(params, request);
  set_session_route(state, caller, params, request);
  return request;
}

json::Object run_answer(const std::string& run_id, const char* status) {
  json::Object out;
  out["runId"] = run_id;
  out["status"] = status;
  return out;
}

// A bare /new or /reset: no model run, the gateway itself says that it is done.
base::Task<MethodResult> answer_reset(State& state, std::string key, std::string run_id, std::string reason) {
  const std::string mark = "chat:" + run_id;
  auto known_job = [mark](store::Db& db) { return store::find_idempotent(db, mark); };
  auto known = co_await state.store.read(std::move(known_job));
  if (!known) co_return unavailable("Error: " + known.error().message);
  if (*known) co_return Reply(run_answer(run_id, "ok"));
  auto done = co_await reset_session(state, key);
  if (!done) co_return tl::unexpected(std::move(done).error());
  announce_session(state, key, reason);
  auto also = [mark, run_id, now = state.clock.wall_ms()](store::Db& db) {
    return store::put_idempotent(db, mark, run_answer(run_id, "ok"), now);
  };
  auto noted = co_await add_chat_note(state, key, run_id, "✅ New session started.", 1, std::move(also));
  if (!noted) co_return unavailable("Error: " + noted.error().message);
  co_return Reply(run_answer(run_id, "started"));
}

}  // namespace

bool may_abort_run(const CallContext& caller, const agent::Runtime::ActiveRun& run) {
  if (caller.may(protocol::kAdmin)) return true;
  if (!caller.device_id.empty() && caller.device_id == run.owner_device) return true;
  return caller.connection_id == run.owner_connection;
}

MethodResult abort_chat_runs(State& state, const CallContext& caller, const std::string& key, const char* stop_reason) {
  json::Array stopped;
  bool any = false;
  for (const auto& run : state.runtime->active(key)) {
    if (run.kind != "chat") continue;
    any = true;
    if (may_abort_run(caller, run) && state.runtime->abort(run.run_id, stop_reason)) stopped.emplace_back(run.run_id);
  }
  if (any && stopped.empty()) return invalid_request("unauthorized");
  json::Object out;
  out["ok"] = true;
  out["aborted"] = !stopped.empty();
  out["runIds"] = std::move(stopped);
  return Reply(std::move(out));
}

bool send_denied(State& state, const std::string& key) {
  static const json::Object kNothing;
  const auto* record = state.runtime->session(key);
  const json::Object& entry = record ? record->entry : kNothing;
  const std::string own = json::get_string_or(entry, "sendPolicy", "");
  if (!own.empty()) return own == "deny";
  const auto* policy = state.config.get_object("session.sendPolicy");
  if (!policy) return false;
  bool allowed = false;
  if (const auto* rules = json::get_array(*policy, "rules")) {
    for (const auto& item : *rules) {
      const auto* rule = item.if_object();
      if (!rule || !rule_matches(*rule, key, entry)) continue;
      if (json::get_string_or(*rule, "action", "") == "deny") return true;
      allowed = true;
    }
  }
  return !allowed && json::get_string_or(*policy, "default", "allow") == "deny";
}

tl::expected<json::Array, protocol::WireError> images_for(State& state, const std::string& key, const json::Object& params) {
  const auto* list = json::get_array(params, "attachments");
  if (!list || list->empty()) return json::Array{};
  auto images = session::read_images(*list);
  if (!images) return invalid_request(images.error().message);
  const auto* record = state.runtime->session(key);
  const std::string agent = session::agent_of_key(key);
  const std::string chosen = record ? json::get_string_or(record->entry, "modelOverride", "") : std::string();
  const std::string provider = record ? json::get_string_or(record->entry, "providerOverride", "") : std::string();
  auto model = chosen.empty() ? state.models->current_model(agent)
                              : state.models->named_model(agent, provider.empty() ? chosen : provider + "/" + chosen);
  if (!model || !model->images) images->clear();
  return std::move(*images);
}

ResetCommand reset_command(const State& state, std::string_view message) {
  auto triggers = state.config.string_list("session.resetTriggers");
  if (triggers.empty()) triggers = {"/new", "/reset"};
  const std::string text(base::trim(message));
  const std::string word = text.substr(0, text.find_first_of(" \t\r\n"));
  for (const auto& trigger : triggers) {
    if (trigger.empty() || !base::equals_ignore_case(word, trigger)) continue;
    return ResetCommand{base::lower_ascii(word) == "/reset" ? "reset" : "new", std::string(base::trim(text.substr(word.size())))};
  }
  return {};
}

base::Task<tl::expected<store::SessionRecord, protocol::WireError>> reset_session(State& state, std::string key) {
  const protocol::WireError active{std::string(protocol::kUnavailable),
                                   fmt::format("Session {} is still active; try again in a moment.", key), nullptr, {}, {}};
  const bool quiet = co_await state.runtime->quiesce(key, "rpc", kQuiesceMs);
  if (!quiet) co_return tl::unexpected(active);
  if (!state.runtime->session(key)) {
    agent::SessionEdit make;
    make.key = key;
    make.agent_id = session::agent_of_key(key);
    make.create = true;
    auto made = co_await state.runtime->edit_session(std::move(make));
    if (!made) co_return unavailable("Error: " + made.error().message);
    co_return std::move(made->record);
  }
  auto renewed = co_await state.runtime->renew_session(key);
  if (!renewed && renewed.error().kind == base::ErrorKind::busy) co_return tl::unexpected(active);
  if (!renewed) co_return unavailable("Error: " + renewed.error().message);
  co_return std::move(*renewed);
}

base::Task<base::Result<store::MessageRecord>> add_chat_note(State& state, std::string key, std::string run_id, std::string text,
                                                             std::int64_t seq,
                                                             std::function<base::Result<>(store::Db&)> also) {
  json::Object body = agent::gateway_message("gateway-injected", text, state.clock.wall_ms());
  auto written = co_await state.runtime->append_note(key, body, std::move(also));
  if (!written) co_return written;
  json::Object payload;
  payload["runId"] = run_id.empty() ? "inject-" + written->id : run_id;
  payload["sessionKey"] = key;
  payload["seq"] = seq;
  payload["state"] = "final";
  payload["message"] = std::move(body);
  state.hub.broadcast("chat", json::write(payload));
  co_return written;
}

base::Task<MethodResult> chat_send(State& state, CallContext caller, json::Object params, bool message_seq) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  const std::string raw = json::get_string_or(params, "message", "");
  if (auto refused = send_refusal(caller, params, raw)) co_return tl::unexpected(std::move(*refused));
  const std::string key = canonical_session_key(state, json::get_string_or(params, "sessionKey", ""));
  if (send_denied(state, key)) co_return invalid_request("send blocked by session policy");
  if (session::is_stop_word(raw)) co_return abort_chat_runs(state, caller, key, "stop");
  auto images = images_for(state, key, params);
  if (!images) co_return tl::unexpected(std::move(images).error());
  if (base::trim(raw).empty() && images->empty()) co_return invalid_request("message or attachment required");

  agent::RunRequest request = run_request(state, caller, params, key);
  request.images = std::move(*images);
  const std::string run_id = request.run_id;
  const ResetCommand command = reset_command(state, raw);
  if (!command.reason.empty()) {
    if (!caller.may(protocol::kAdmin)) co_return invalid_request("missing scope: operator.admin");
    if (command.rest.empty()) {
      auto answered = co_await answer_reset(state, key, run_id, command.reason);
      co_return answered;
    }
    auto known_job = [run_id](store::Db& db) { return store::find_run(db, run_id); };
    auto known = co_await state.store.read(std::move(known_job));
    if (known && !*known) {
      auto done = co_await reset_session(state, key);
      if (!done) co_return tl::unexpected(std::move(done).error());
      announce_session(state, key, command.reason);
    }
    request.message = clean_message(command.rest);
  }
  if (caller.tool_events) state.hub.follow_run(run_id, caller.connection_id);
  auto submitted = co_await state.runtime->submit(std::move(request));
  if (!submitted) co_return unavailable("Error: " + submitted.error().message);
  const bool started = submitted->status == agent::SubmitOutcome::started;
  json::Object out = run_answer(run_id, started ? "started" : submitted->status == agent::SubmitOutcome::in_flight ? "in_flight" : "ok");
  if (started && message_seq) out["messageSeq"] = submitted->message_seq;
  co_return Reply(std::move(out));
}

}  // namespace openclaw::gateway
