// What a request to a hook means: its parameters, the configuration's rules and mappings (OpenClaw protocol 8.6). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "gateway/http/hook_template.h"
#include "json/json.h"

namespace openclaw::gateway {

struct HookSettings {
  std::string base_path = "/hooks";  // no slash at the end
  std::string token;
  std::size_t max_body = 262'144;
  std::string default_session_key;
  bool request_session_keys = false;
  std::vector<std::string> session_prefixes;             // lower case; empty = any
  std::optional<std::vector<std::string>> agents;        // that may be asked for; absent = all
  json::Array mappings;                                  // those of the presets last
};
// Nothing while hooks are off or unusable: no token, the path "/", or the gateway's own secret as token.
std::optional<HookSettings> hook_settings(const config::Snapshot& config, const std::vector<std::string>& gateway_secrets);

struct WakeAction {
  std::string text;
  bool now = true;  // else at the next heartbeat
};
struct AgentAction {
  std::string message, name = "Hook";
  std::string agent_id;      // as asked for; empty = the default one
  std::string session_key;   // as asked for; empty = hooks.defaultSessionKey or a new one
  bool now = true;
  bool deliver = true;
  std::string channel = "last", to, model, thinking;
  std::int64_t timeout_ms = 0;  // 0 = the usual one
  bool trusted = false;         // the mapping says allowUnsafeExternalContent
};
using HookAction = std::variant<WakeAction, AgentAction>;

// Errors: the text of the 400.
base::Result<WakeAction> wake_action(const json::Object& body);
base::Result<AgentAction> agent_action(const json::Object& body, const std::vector<std::string>& channels);
// The rules about agents and session keys. `from_request`: the key was in the request, not in a mapping.
base::Result<> check_agent_action(const HookSettings& settings, const AgentAction& action, bool from_request);

// The first mapping for this path and body; nullptr when there is none.
const json::Object* find_mapping(const HookSettings& settings, std::string_view path, const json::Value& payload);
// What a mapping makes of a request. ErrorKind::invalid: a 400; anything else: "hook mapping failed".
base::Result<HookAction> mapped_action(const json::Object& mapping, const HookContext& context, const std::vector<std::string>& channels);

// The header, else the body: 1 to 256 characters; empty when there is none.
std::string idempotency_key(std::string_view header, std::string_view own_header, const json::Object& body);

}  // namespace openclaw::gateway
