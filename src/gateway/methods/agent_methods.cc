// agent, agent.wait.
#include <algorithm>

#include "base/strings.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/chat_send.h"
#include "gateway/methods/session_rows.h"
#include "session/keys.h"
#include "store/runs.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

// What the model is asked after a bare /new or /reset.
constexpr std::string_view kGreeting = "A new session has begun. Greet the user in one or two sentences and ask what to do.";

// The session of an agent call: its key, or the error of OpenClaw methods 4.
tl::expected<std::string, protocol::WireError> session_of(State& state, const json::Object& params) {
  const std::string key(base::trim(json::get_string_or(params, "sessionKey", "")));
  const auto agent = json::get_string(params, "agentId");
  if (agent) {
    const auto known = configured_agents(state);
    if (std::find(known.begin(), known.end(), session::normalize_agent_id(*agent)) == known.end()) {
      return invalid_request("invalid agent params: unknown agent id \"" + *agent + "\"");
    }
  }
  if (!key.empty()) {
    if (session::classify_key(key) == session::KeyShape::malformed_agent) {
      return invalid_request("invalid agent params: malformed session key \"" + key + "\"");
    }
    const std::string canonical = session::canonical_key(key, key_settings(state));
    if (agent && session::agent_of_key(canonical) != session::normalize_agent_id(*agent)) {
      return invalid_request(fmt::format("invalid agent params: agent \"{}\" does not match session key agent \"{}\"", *agent,
                                         session::agent_of_key(canonical)));
    }
    return canonical;
  }
  if (agent) return session::main_session_key(session::normalize_agent_id(*agent), key_settings(state));
  if (const auto id = json::get_string(params, "sessionId"); id && !base::trim(*id).empty()) {
    for (const auto* record : state.runtime->sessions()) {
      if (record->session_id == *id) return record->key;
    }
    return invalid_request("No session found: " + *id);
  }
  if (const std::string to(base::trim(json::get_string_or(params, "to", ""))); !to.empty()) {
    return session::main_session_key(state.settings.default_agent, key_settings(state));
  }
  return std::string();
}

// Where the reply goes when `deliver` is set.
tl::expected<std::optional<agent::ReplyRoute>, protocol::WireError> route_of(State& state, const json::Object& params) {
  if (!json::get_bool(params, "deliver").value_or(false)) return std::nullopt;
  std::string channel = json::get_string_or(params, "replyChannel", "");
  if (channel.empty()) channel = json::get_string_or(params, "channel", "");
  std::string to = json::get_string_or(params, "replyTo", "");
  if (to.empty()) to = json::get_string_or(params, "to", "");
  const bool known = std::any_of(state.channels.begin(), state.channels.end(), [&](const auto& c) { return c->id() == channel; });
  if (!channel.empty() && channel != "last" && channel != "webchat" && !known) {
    return invalid_request("invalid agent params: unknown channel: " + channel);
  }
  if (!known) {
    if (json::get_bool(params, "bestEffortDeliver").value_or(false)) return std::nullopt;
    return invalid_request("delivery channel is required: pass --channel/--reply-channel or use a main session with a previous channel");
  }
  if (to.starts_with(channel + ":")) to.erase(0, channel.size() + 1);
  if (to.empty()) return invalid_request("Delivering to " + channel + " requires target <chatId>");
  return agent::ReplyRoute{channel, "default", to, to};
}

base::Task<MethodResult> agent_run(State& state, CallContext caller, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return unavailable(state.store_problem);
  if ((params.contains("provider") || params.contains("model")) && !caller.may(protocol::kAdmin)) {
    co_return invalid_request("provider/model overrides are not authorized for this caller.");
  }
  if (params.contains("provider") || params.contains("model")) {
    co_return invalid_request("provider/model overrides are not supported by this gateway; set agents.defaults.model");
  }
  auto key = session_of(state, params);
  if (!key) co_return tl::unexpected(std::move(key).error());
  auto route = route_of(state, params);
  if (!route) co_return tl::unexpected(std::move(route).error());
  const std::string run_id = json::get_string_or(params, "idempotencyKey", "");
  json::Object accepted;
  accepted["runId"] = run_id;
  accepted["status"] = "accepted";
  accepted["acceptedAt"] = state.clock.wall_ms();
  if (key->empty()) {
    if (caller.interim) caller.interim(accepted);
    co_return unavailable("Error: Pass --to <E.164>, --session-id, or --agent to choose a session");
  }
  auto images = images_for(state, *key, params);
  if (!images) co_return tl::unexpected(std::move(images).error());
  if (send_denied(state, *key)) co_return invalid_request("send blocked by session policy");
  std::string message = json::get_string_or(params, "message", "");
  const ResetCommand command = params.contains("sessionKey") ? reset_command(state, message) : ResetCommand{};
  if (!command.reason.empty()) {
    if (!caller.may(protocol::kAdmin)) co_return invalid_request("missing scope: operator.admin");
    auto known_job = [run_id](store::Db& db) { return store::find_run(db, run_id); };
    auto known = co_await state.store.read(std::move(known_job));
    if (known && !*known) {
      auto done = co_await reset_session(state, *key);
      if (!done) co_return tl::unexpected(std::move(done).error());
      announce_session(state, *key, command.reason);
    }
    message = command.rest.empty() ? std::string(kGreeting) : command.rest;
  }
  agent::RunRequest request;
  request.run_id = run_id;
  request.images = std::move(*images);
  request.kind = "agent";
  request.session_key = *key;
  request.given_key = json::get_string_or(params, "sessionKey", *key);
  request.agent_id = session::agent_of_key(*key);
  request.message = std::move(message);
  request.thinking = json::get_string_or(params, "thinking", "");
  const auto seconds = json::get_int(params, "timeout");
  request.timeout_ms = seconds ? std::min<std::int64_t>(*seconds, 2'000'000) * 1000 : default_run_timeout_ms(state);
  request.route = std::move(*route);
  request.owner_device = caller.device_id;
  request.owner_connection = caller.connection_id;
  if (caller.tool_events) state.hub.follow_run(run_id, caller.connection_id);
  auto submitted = co_await state.runtime->submit(std::move(request));
  if (!submitted) co_return unavailable("Error: " + submitted.error().message);
  if (submitted->status != agent::SubmitOutcome::finished && caller.interim) {
    if (submitted->accepted_at) accepted["acceptedAt"] = submitted->accepted_at;
    caller.interim(accepted);
  }
  auto final = co_await state.runtime->wait_final(run_id);
  if (!final) co_return unavailable("Error: the run is gone");
  const auto* object = final->if_object();
  if (object && json::get_string_or(*object, "status", "") == "error") {
    co_return unavailable(json::get_string_or(*object, "summary", "run failed"));
  }
  co_return Reply(std::move(*final));
}

base::Task<MethodResult> agent_wait(State& state, CallContext, json::Object params) {
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  const std::string run_id = json::get_string_or(params, "runId", "");
  const auto limit = std::min<std::int64_t>(json::get_int(params, "timeoutMs").value_or(30'000), 86'400'000);
  const agent::WaitOutcome outcome = co_await state.runtime->wait(run_id, static_cast<int>(limit));
  json::Object out;
  out["runId"] = run_id;
  out["status"] = outcome.status;
  if (outcome.started_at) out["startedAt"] = outcome.started_at;
  if (outcome.ended_at) out["endedAt"] = outcome.ended_at;
  if (!outcome.error.empty()) out["error"] = outcome.error;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"agent", nullptr, agent_run},
    {"agent.wait", nullptr, agent_wait},
};

}  // namespace

std::span<const Binding> agent_bindings() { return kBindings; }

}  // namespace openclaw::gateway
