// node.event (OpenClaw protocol 7.6) and what node hosts of protocol 4 tell of themselves.
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "gateway/methods/system_lines.h"
#include "session/keys.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

using protocol::unavailable;

constexpr std::size_t kMaxText = 20'000, kMaxTail = 400;

// What became of an event.
struct Handled {
  bool yes = false;
  std::string reason;  // why not
  std::string error;   // it should have been kept and was not
};

std::string session_key_of(const State& state, const json::Object& payload, const std::string& fallback) {
  const session::KeySettings keys{state.settings.default_agent, state.settings.main_key, state.settings.session_scope == "global"};
  const std::string given(base::trim(json::get_string_or(payload, "sessionKey", "")));
  return session::canonical_key(given.empty() ? fallback : given, keys);
}

// payloadJSON wins over payload.
json::Object payload_of(const json::Object& params) {
  if (const auto text = json::get_string(params, "payloadJSON")) {
    auto parsed = json::parse(*text);
    if (parsed && parsed->is_object()) return parsed->get_object();
    return {};
  }
  const auto* payload = json::get_object(params, "payload");
  return payload ? *payload : json::Object{};
}

base::Task<Handled> start_turn(State& state, agent::RunRequest request) {
  request.kind = "agent";
  request.given_key = request.session_key;
  request.agent_id = session::agent_of_key(request.session_key);
  if (request.timeout_ms == 0) request.timeout_ms = default_run_timeout_ms(state);
  auto submitted = co_await state.runtime->submit(std::move(request));
  Handled out;
  out.yes = submitted.has_value();
  if (!submitted) out.error = submitted.error().message;
  co_return out;
}

base::Task<Handled> on_transcript(State& state, std::string node_id, json::Object payload) {
  Handled out;
  const std::string text(base::trim(json::get_string_or(payload, "text", "")));
  if (text.empty() || text.size() > kMaxText) {
    out.reason = text.empty() ? "text required" : "text too long";
    co_return out;
  }
  agent::RunRequest request;
  request.session_key = session_key_of(state, payload, "");
  const std::string event_id = json::get_string_or(payload, "eventId", "");
  if (system_lines(state).repeated(request.session_key + "\n" + (event_id.empty() ? text : event_id), state.clock.wall_ms())) {
    out.reason = "duplicate";
    co_return out;
  }
  request.run_id = "voice:" + base::uuid4();
  request.message = text;
  request.thinking = "low";
  request.owner_device = node_id;
  auto started = co_await start_turn(state, std::move(request));
  co_return started;
}

std::optional<agent::ReplyRoute> route_of(const State& state, const json::Object& payload) {
  if (!json::get_bool(payload, "deliver").value_or(false)) return std::nullopt;
  const std::string channel(base::trim(json::get_string_or(payload, "channel", "")));
  std::string to(base::trim(json::get_string_or(payload, "to", "")));
  const bool known = std::any_of(state.channels.begin(), state.channels.end(), [&](const auto& c) { return c->id() == channel; });
  if (!known) return std::nullopt;
  if (to.starts_with(channel + ":")) to.erase(0, channel.size() + 1);
  if (to.empty()) return std::nullopt;
  return agent::ReplyRoute{channel, "default", to, to};
}

base::Task<Handled> on_request(State& state, std::string node_id, json::Object payload) {
  Handled out;
  const std::string text(base::trim(json::get_string_or(payload, "message", "")));
  if (text.empty() || text.size() > kMaxText) {
    out.reason = text.empty() ? "message required" : "message too long";
    co_return out;
  }
  agent::RunRequest request;
  request.session_key = session_key_of(state, payload, "node-" + node_id);
  const std::string key(base::trim(json::get_string_or(payload, "key", "")));
  // A request with a key is taken once.
  request.run_id = "node:" + node_id + ":" + (key.empty() ? base::uuid4() : key);
  request.message = text;
  request.thinking = json::get_string_or(payload, "thinking", "");
  if (const auto seconds = json::get_int(payload, "timeoutSeconds"); seconds && *seconds > 0) {
    request.timeout_ms = std::min<std::int64_t>(*seconds, 2'000'000) * 1000;
  }
  request.route = route_of(state, payload);
  request.owner_device = node_id;
  auto started = co_await start_turn(state, std::move(request));
  co_return started;
}

std::string exec_line(const std::string& event, const std::string& node_id, const json::Object& payload) {
  const std::string run_id(base::trim(json::get_string_or(payload, "runId", "")));
  const std::string command(base::trim(json::get_string_or(payload, "command", "")));
  std::string where = "node=" + node_id + (run_id.empty() ? "" : " id=" + run_id);
  if (event == "exec.started") return "Exec started (" + where + ")" + (command.empty() ? "" : ": " + command);
  if (event == "exec.denied") {
    const std::string reason(base::trim(json::get_string_or(payload, "reason", "")));
    return "Exec denied (" + where + (reason.empty() ? "" : ", " + reason) + ")" + (command.empty() ? "" : ": " + command);
  }
  const bool timed_out = json::get_bool(payload, "timedOut").value_or(false);
  const auto code = json::get_int(payload, "exitCode");
  std::string output(base::trim(json::get_string_or(payload, "output", "")));
  // Success without a word is no news.
  if (!timed_out && code == 0 && output.empty()) return {};
  if (output.size() > kMaxTail) {
    output.erase(0, output.size() - kMaxTail);
    while (!output.empty() && (static_cast<unsigned char>(output.front()) & 0xC0) == 0x80) output.erase(0, 1);
  }
  const std::string label = timed_out ? "timeout" : code ? fmt::format("code {}", *code) : std::string("code ?");
  return "Exec finished (" + where + ", " + label + ")" + (output.empty() ? "" : "\n" + output);
}

base::Task<Handled> on_exec(State& state, std::string event, std::string node_id, json::Object payload) {
  Handled out;
  const auto* wanted = json::find_path(state.config.resolved, "tools.exec.notifyOnExit");
  if (wanted && wanted->is_bool() && !wanted->get_bool()) out.reason = "tools.exec.notifyOnExit is false";
  else if (json::get_bool(payload, "suppressNotifyOnExit").value_or(false)) out.reason = "suppressed";
  if (!out.reason.empty()) co_return out;
  const std::string line = exec_line(event, node_id, payload);
  out.yes = true;
  if (line.empty()) co_return out;
  const std::string key = session_key_of(state, payload, "node-" + node_id);
  auto kept = co_await add_line(state, key, line);
  if (!kept) out.error = kept.error().message;
  co_return out;
}

base::Task<Handled> on_notification(State& state, std::string node_id, json::Object payload) {
  Handled out;
  const std::string change = json::get_string_or(payload, "change", "");
  const std::string key(base::trim(json::get_string_or(payload, "key", "")));
  if ((change != "posted" && change != "removed") || key.empty()) {
    out.reason = "change and key required";
    co_return out;
  }
  std::string line = fmt::format("Notification {} (node={} key={}", change, node_id, key);
  if (const std::string package = json::get_string_or(payload, "packageName", ""); !package.empty()) line += " package=" + package;
  line += ")";
  const std::string title(base::trim(json::get_string_or(payload, "title", ""))), text(base::trim(json::get_string_or(payload, "text", "")));
  if (change == "posted" && !(title + text).empty()) line += ": " + title + (!title.empty() && !text.empty() ? " - " : "") + text;
  const std::string session = session_key_of(state, payload, "node-" + node_id);
  auto kept = co_await add_line(state, session, std::move(line));
  out.yes = kept.has_value();
  if (!kept) out.error = kept.error().message;
  co_return out;
}

base::Task<Handled> on_push(State& state, std::string node_id, json::Object payload) {
  Handled out;
  const bool relay = json::get_string_or(payload, "transport", "") == "relay";
  const std::string handle = json::get_string_or(payload, relay ? "relayHandle" : "token", "");
  if (base::trim(handle).empty() || json::get_string_or(payload, "topic", "").empty()) {
    out.reason = "registration incomplete";
    co_return out;
  }
  payload["updatedAtMs"] = state.clock.wall_ms();
  auto job = [node_id, record = std::move(payload)](store::Db& db) { return store::put_record(db, "node-push", node_id, record); };
  auto written = co_await state.store.write(std::move(job));
  out.yes = written.has_value();
  if (!written) out.error = written.error().message;
  co_return out;
}

Handled on_subscribe(State& state, const std::string& node_id, const json::Object& payload, bool on) {
  Handled out;
  const std::string key(base::trim(json::get_string_or(payload, "sessionKey", "")));
  if (key.empty()) {
    out.reason = "sessionKey required";
    return out;
  }
  out.yes = state.nodes.subscribe(node_id, key, on);
  return out;
}

base::Task<MethodResult> node_event(State& state, CallContext caller, json::Object params) {
  const std::string event = json::get_string_or(params, "event", ""), node_id = caller.device_id;
  json::Object payload = payload_of(params);
  Handled handled;
  if (event == "chat.subscribe" || event == "chat.unsubscribe") {
    handled = on_subscribe(state, node_id, payload, event == "chat.subscribe");
  } else if (event == "voice.transcript") {
    handled = co_await on_transcript(state, node_id, std::move(payload));
  } else if (event == "agent.request") {
    handled = co_await on_request(state, node_id, std::move(payload));
  } else if (event == "exec.started" || event == "exec.finished" || event == "exec.denied") {
    handled = co_await on_exec(state, event, node_id, std::move(payload));
  } else if (event == "notifications.changed") {
    handled = co_await on_notification(state, node_id, std::move(payload));
  } else if (event == "push.apns.register") {
    handled = co_await on_push(state, node_id, std::move(payload));
  } else {
    // Unknown events are accepted: nodes of later releases send more.
    handled.reason = "unknown event";
  }
  if (!handled.error.empty()) {
    base::log_warn("node", fmt::format("event {} of {}: {}", event, node_id.substr(0, 12), handled.error));
    co_return unavailable("Error: " + handled.error);
  }
  json::Object out;
  out["ok"] = true;
  if (caller.protocol >= 4) {
    out["event"] = event;
    out["handled"] = handled.yes;
    if (!handled.reason.empty()) out["reason"] = handled.reason;
  }
  co_return Reply(std::move(out));
}

MethodResult noted(State&, const CallContext&, const json::Object&) {
  json::Object out;
  out["ok"] = true;
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"node.event", nullptr, node_event},
    {"node.skills.update", noted},
    {"node.pluginTools.update", noted},
    {"node.runnerInventory.update", noted},
};

}  // namespace

std::span<const Binding> node_event_bindings() { return kBindings; }

}  // namespace openclaw::gateway
