#include "gateway/http/hook_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::int64_t kMaxTimeoutSeconds = 7 * 24 * 3600;

tl::unexpected<base::Error> refuse(std::string text) { return base::fail(ErrorKind::invalid, std::move(text)); }

std::string text_of(const json::Object& object, std::string_view key) {
  return std::string(base::trim(json::get_string_or(object, key, "")));
}

std::string without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

json::Object gmail_mapping() {
  json::Object match;
  match["path"] = "gmail";
  json::Object out;
  out["id"] = "gmail";
  out["match"] = std::move(match);
  out["action"] = "agent";
  out["wakeMode"] = "now";
  out["name"] = "Gmail";
  out["sessionKey"] = "hook:gmail:{{messages[0].id}}";
  out["messageTemplate"] =
      "A new email has arrived.\nFrom: {{messages[0].from}}\nSubject: {{messages[0].subject}}\n\n{{messages[0].snippet}}\n\n"
      "{{messages[0].body}}";
  return out;
}

bool wakes_now(const json::Object& object, std::string_view key) { return json::get_string_or(object, key, "") != "next-heartbeat"; }

std::int64_t timeout_of(const json::Object& object) {
  const auto seconds = json::get_int(object, "timeoutSeconds").value_or(0);
  return std::clamp<std::int64_t>(seconds, 0, kMaxTimeoutSeconds) * 1000;
}

Result<std::string> channel_of(const json::Object& object, const std::vector<std::string>& channels) {
  const auto* value = json::find(object, "channel");
  if (!value || value->is_null()) return std::string("last");
  const auto channel = base::lower_ascii(text_of(object, "channel"));
  if (channel == "last" || std::find(channels.begin(), channels.end(), channel) != channels.end()) return channel;
  auto names = channels;
  names.insert(names.begin(), "last");
  return refuse("channel must be " + base::join(names, "|"));
}

}  // namespace

std::optional<HookSettings> hook_settings(const config::Snapshot& config, const std::vector<std::string>& gateway_secrets) {
  if (!config.get_bool("hooks.enabled").value_or(false)) return std::nullopt;
  HookSettings out;
  out.token = std::string(base::trim(config.get_string("hooks.token").value_or("")));
  if (out.token.empty()) return std::nullopt;
  if (std::find(gateway_secrets.begin(), gateway_secrets.end(), out.token) != gateway_secrets.end()) return std::nullopt;
  if (const auto path = config.get_string("hooks.path"); path && !base::trim(*path).empty()) {
    out.base_path = "/" + without_slashes(base::trim(*path));
    if (out.base_path == "/") return std::nullopt;
  }
  if (const auto bytes = config.get_int("hooks.maxBodyBytes"); bytes && *bytes > 0) out.max_body = static_cast<std::size_t>(*bytes);
  out.default_session_key = std::string(base::trim(config.get_string("hooks.defaultSessionKey").value_or("")));
  out.request_session_keys = config.get_bool("hooks.allowRequestSessionKey").value_or(false);
  for (const auto& prefix : config.string_list("hooks.allowedSessionKeyPrefixes")) {
    if (auto text = base::lower_ascii(base::trim(prefix)); !text.empty()) out.session_prefixes.push_back(std::move(text));
  }
  if (config.get_array("hooks.allowedAgentIds")) {
    auto agents = config.string_list("hooks.allowedAgentIds");
    const bool all = std::any_of(agents.begin(), agents.end(), [](const auto& id) { return base::trim(id) == "*"; });
    for (auto& id : agents) id = session::normalize_agent_id(id);
    if (!all) out.agents = std::move(agents);
  }
  if (const auto* mappings = config.get_array("hooks.mappings")) out.mappings = *mappings;
  const auto presets = config.string_list("hooks.presets");
  if (std::find(presets.begin(), presets.end(), "gmail") != presets.end()) out.mappings.push_back(gmail_mapping());
  return out;
}

Result<WakeAction> wake_action(const json::Object& body) {
  WakeAction out{text_of(body, "text"), wakes_now(body, "mode")};
  if (out.text.empty()) return refuse("text required");
  return out;
}

Result<AgentAction> agent_action(const json::Object& body, const std::vector<std::string>& channels) {
  AgentAction out;
  out.message = text_of(body, "message");
  if (out.message.empty()) return refuse("message required");
  if (auto name = text_of(body, "name"); !name.empty()) out.name = std::move(name);
  out.agent_id = text_of(body, "agentId");
  out.session_key = text_of(body, "sessionKey");
  out.now = wakes_now(body, "wakeMode");
  out.deliver = json::get_bool(body, "deliver").value_or(true);
  OC_TRY_ASSIGN(out.channel, channel_of(body, channels));
  out.to = text_of(body, "to");
  out.model = text_of(body, "model");
  if (out.model.empty() && body.contains("model")) return refuse("model required");
  out.thinking = text_of(body, "thinking");
  out.timeout_ms = timeout_of(body);
  return out;
}

Result<> check_agent_action(const HookSettings& settings, const AgentAction& action, bool from_request) {
  if (!action.agent_id.empty() && settings.agents) {
    const auto id = session::normalize_agent_id(action.agent_id);
    if (std::find(settings.agents->begin(), settings.agents->end(), id) == settings.agents->end()) {
      return refuse("agentId is not allowed by hooks.allowedAgentIds");
    }
  }
  if (action.session_key.empty()) return {};
  if (from_request && !settings.request_session_keys) {
    return refuse("sessionKey is disabled for external /hooks/agent payloads; set hooks.allowRequestSessionKey=true to enable");
  }
  if (settings.session_prefixes.empty()) return {};
  const auto key = base::lower_ascii(action.session_key);
  const bool allowed = std::any_of(settings.session_prefixes.begin(), settings.session_prefixes.end(),
                                   [&](const std::string& prefix) { return key.starts_with(prefix); });
  if (allowed) return {};
  return refuse("sessionKey must start with one of: " + base::join(settings.session_prefixes, ", "));
}

const json::Object* find_mapping(const HookSettings& settings, std::string_view path, const json::Value& payload) {
  const auto wanted = without_slashes(path);
  const auto* body = payload.if_object();
  const auto source = body ? json::get_string_or(*body, "source", "") : std::string();
  for (const auto& value : settings.mappings) {
    const auto* mapping = value.if_object();
    if (!mapping) continue;
    if (const auto* match = json::get_object(*mapping, "match")) {
      if (const auto only = json::get_string(*match, "path"); only && without_slashes(base::trim(*only)) != wanted) continue;
      if (const auto only = json::get_string(*match, "source"); only && *only != source) continue;
    }
    return mapping;
  }
  return nullptr;
}

Result<HookAction> mapped_action(const json::Object& mapping, const HookContext& context, const std::vector<std::string>& channels) {
  const auto rendered = [&](std::string_view key) {
    return std::string(base::trim(render_template(json::get_string_or(mapping, key, ""), context)));
  };
  if (mapping.contains("transform")) {
    return base::fail(ErrorKind::config, "its transform is a JavaScript module, which this gateway does not run",
                      "Express it with messageTemplate or textTemplate in hooks.mappings.");
  }
  if (json::get_string_or(mapping, "action", "agent") == "wake") {
    WakeAction out{rendered("textTemplate"), wakes_now(mapping, "wakeMode")};
    if (out.text.empty()) return refuse("hook mapping requires text");
    return HookAction(std::move(out));
  }
  AgentAction out;
  out.message = rendered("messageTemplate");
  if (out.message.empty()) return refuse("hook mapping requires message");
  if (auto name = rendered("name"); !name.empty()) out.name = std::move(name);
  out.agent_id = text_of(mapping, "agentId");
  out.session_key = rendered("sessionKey");
  out.now = wakes_now(mapping, "wakeMode");
  out.deliver = json::get_bool(mapping, "deliver").value_or(true);
  auto channel = channel_of(mapping, channels);
  if (!channel) return base::fail(ErrorKind::config, channel.error().message, "Correct `channel` of the mapping in hooks.mappings.");
  out.channel = std::move(*channel);
  out.to = rendered("to");
  out.model = rendered("model");
  out.thinking = rendered("thinking");
  out.timeout_ms = timeout_of(mapping);
  out.trusted = json::get_bool(mapping, "allowUnsafeExternalContent").value_or(false);
  return HookAction(std::move(out));
}

std::string idempotency_key(std::string_view header, std::string_view own_header, const json::Object& body) {
  const auto in_body = json::get_string_or(body, "idempotencyKey", "");
  for (const std::string_view given : {header, own_header, std::string_view(in_body)}) {
    const auto key = base::trim(given);
    if (!key.empty() && key.size() <= 256) return std::string(key);
  }
  return {};
}

}  // namespace openclaw::gateway
