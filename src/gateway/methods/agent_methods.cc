// agents.list, agent, agent.wait.
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

session::KeySettings key_settings(const State& state) {
  return {state.settings.default_agent, state.settings.main_key, state.settings.session_scope == "global"};
}

std::vector<std::string> agent_ids(const State& state) {
  std::vector<std::string> out;
  if (const auto* list = json::find_path(state.config.resolved, "agents.list"); list && list->is_array()) {
    for (const auto& entry : list->get_array()) {
      if (const auto* object = entry.if_object()) {
        if (auto id = json::get_string(*object, "id")) out.push_back(session::normalize_agent_id(*id));
      }
    }
  }
  if (out.empty()) out.push_back(state.settings.default_agent);
  return out;
}

MethodResult agents_list(State& state, const CallContext&, const json::Object&) {
  json::Array agents;
  for (const auto& id : agent_ids(state)) {
    json::Object agent;
    agent["id"] = id;
    agent["workspace"] = state.settings.workspace;
    if (const auto model = state.models->current_model(id)) {
      json::Object primary;
      primary["primary"] = model->provider + "/" + model->model;
      agent["model"] = std::move(primary);
    }
    agents.emplace_back(std::move(agent));
  }
  json::Object out;
  out["defaultId"] = state.settings.default_agent;
  out["mainKey"] = state.settings.main_key;
  out["scope"] = state.settings.session_scope;
  out["agents"] = std::move(agents);
  return Reply(std::move(out));
}

// The session of an agent call: its key, or the error of OpenClaw methods 4.
tl::expected<std::string, protocol::WireError> session_of(State& state, const json::Object& params) {
  const std::string key(base::trim(json::get_string_or(params, "sessionKey", "")));
  const auto agent = json::get_string(params, "agentId");
  if (agent) {
    const auto known = agent_ids(state);
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
  if (const auto* list = json::get_array(params, "attachments"); list && !list->empty()) {
    co_return invalid_request("attachments are not supported by this gateway yet");
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
  agent::RunRequest request;
  request.run_id = run_id;
  request.kind = "agent";
  request.session_key = *key;
  request.given_key = json::get_string_or(params, "sessionKey", *key);
  request.agent_id = session::agent_of_key(*key);
  request.message = json::get_string_or(params, "message", "");
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
    {"agents.list", agents_list},
    {"agent", nullptr, agent_run},
    {"agent.wait", nullptr, agent_wait},
};

}  // namespace

std::span<const Binding> agent_bindings() { return kBindings; }

}  // namespace openclaw::gateway
