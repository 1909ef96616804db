// system-event, wake.
#include "base/log.h"
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "gateway/methods/system_lines.h"
#include "session/keys.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

constexpr std::string_view kPresenceLine = "Node:";

std::string text_param(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

// "Node: <host> (<ip>) · app <version> · last input <n>s ago · mode <mode> · reason <reason>", parts in any
// number.
session::PresenceEntry parse_presence(const std::string& text) {
  session::PresenceEntry out;
  out.text = text;
  for (const auto& piece : base::split(base::replace_all(text, "\xc2\xb7", "\n"), '\n')) {
    const std::string_view part = base::trim(piece);
    const auto after = [&](std::string_view word) {
      return std::string(base::trim(part.substr(word.size())));
    };
    if (part.starts_with("Node:")) {
      out.host = after("Node:");
      const auto open = out.host.rfind(" (");
      if (open != std::string::npos && out.host.ends_with(')')) {
        out.ip = out.host.substr(open + 2, out.host.size() - open - 3);
        out.host.resize(open);
      }
    } else if (part.starts_with("app ")) {
      out.version = after("app ");
    } else if (part.starts_with("last input ")) {
      const std::string value = after("last input ");
      out.last_input_seconds = base::parse_int(value.substr(0, value.find('s')));
    } else if (part.starts_with("mode ")) {
      out.mode = after("mode ");
    } else if (part.starts_with("reason ")) {
      out.reason = after("reason ");
    }
  }
  return out;
}

void override_text(std::string& field, const json::Object& params, std::string_view name) {
  if (auto given = text_param(params, name); !given.empty()) field = std::move(given);
}

session::PresenceEntry reported(const std::string& text, const json::Object& params) {
  session::PresenceEntry out = parse_presence(text);
  override_text(out.host, params, "host");
  override_text(out.ip, params, "ip");
  override_text(out.version, params, "version");
  override_text(out.platform, params, "platform");
  override_text(out.device_family, params, "deviceFamily");
  override_text(out.model_identifier, params, "modelIdentifier");
  override_text(out.mode, params, "mode");
  override_text(out.reason, params, "reason");
  override_text(out.device_id, params, "deviceId");
  override_text(out.instance_id, params, "instanceId");
  if (const auto seconds = json::get_int(params, "lastInputSeconds")) out.last_input_seconds = *seconds;
  out.roles = json::string_list(json::find(params, "roles"));
  out.scopes = json::string_list(json::find(params, "scopes"));
  return out;
}

// A text for the main session's next run.
base::Task<MethodResult> queue(State& state, std::string text) {
  json::Object out;
  out["ok"] = true;
  if (text.empty()) co_return Reply(std::move(out));
  if (!state.store_ready.is_set()) co_await state.store_ready.wait();
  if (!state.store_problem.empty()) co_return protocol::unavailable(state.store_problem);
  std::string key = session::main_session_key(state.settings.default_agent, key_settings(state));
  auto kept = co_await add_line(state, std::move(key), std::move(text));
  if (!kept) co_return protocol::unavailable(kept.error().message);
  co_return Reply(std::move(out));
}

// What of a presence line is news to the agent; empty when it is only a sign of life.
std::string news_of(const session::PresenceEntry& entry, const std::vector<std::string>& changed) {
  const auto has = [&](const char* name) {
    return std::find(changed.begin(), changed.end(), name) != changed.end();
  };
  const std::string reason = base::lower_ascii(entry.reason);
  const bool new_reason = has("reason") && !reason.starts_with("periodic") && reason != "heartbeat";
  if (!has("host") && !has("ip") && !has("version") && !has("mode") && !new_reason) return {};
  std::string out = "Node: " + (entry.host.empty() ? std::string("Unknown") : entry.host);
  if (!entry.ip.empty()) out += " (" + entry.ip + ")";
  if (has("version")) out += " \xc2\xb7 app " + entry.version;
  if (has("mode")) out += " \xc2\xb7 mode " + entry.mode;
  if (new_reason) out += " \xc2\xb7 reason " + entry.reason;
  return out;
}

base::Task<MethodResult> system_event(State& state, CallContext, json::Object params) {
  std::string text = text_param(params, "text");
  if (text.empty()) co_return protocol::invalid_request("text required");
  session::PresenceEntry entry = reported(text, params);
  std::string key = text;
  for (const auto* name : {&entry.ip, &entry.host, &entry.instance_id, &entry.device_id}) {
    if (!name->empty()) key = *name;
  }
  const auto changed = state.presence.report(base::lower_ascii(key), entry, state.clock.wall_ms());
  announce_presence(state);
  if (text.starts_with(kPresenceLine)) text = news_of(entry, changed);
  auto result = co_await queue(state, std::move(text));
  co_return std::move(result);
}

// Agents of this gateway have no heartbeat that "now" could bring forward: the text waits for the next
// message, as in the reference with heartbeats switched off.
base::Task<MethodResult> wake(State& state, CallContext, json::Object params) {
  std::string text = text_param(params, "text");
  if (text.empty()) {
    json::Object out;
    out["ok"] = false;
    co_return Reply(std::move(out));
  }
  auto result = co_await queue(state, std::move(text));
  co_return std::move(result);
}

constexpr Binding kBindings[] = {
    {"system-event", nullptr, system_event},
    {"wake", nullptr, wake},
};

}  // namespace

std::span<const Binding> system_event_bindings() { return kBindings; }

}  // namespace openclaw::gateway
