#include "gateway/methods/agent_lookup.h"

#include "base/strings.h"
#include "config/paths.h"
#include "session/keys.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

std::vector<const json::Object*> entries(const State& state) {
  std::vector<const json::Object*> out;
  if (const auto* list = state.config.get_array("agents.list")) {
    for (const auto& item : *list) {
      if (const auto* object = item.if_object(); object && json::get_string(*object, "id"))
        out.push_back(object);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> configured_agents(const State& state) {
  std::vector<std::string> out;
  for (const auto* entry : entries(state))
    out.push_back(session::normalize_agent_id(json::get_string_or(*entry, "id", "")));
  if (out.empty()) out.push_back(state.settings.default_agent);
  return out;
}

tl::expected<std::string, protocol::WireError> agent_of_params(const State& state,
                                                               const json::Object& params) {
  const std::string given(base::trim(json::get_string_or(params, "agentId", "")));
  if (given.empty()) return state.settings.default_agent;
  const auto known = configured_agents(state);
  std::string id = session::normalize_agent_id(given);
  if (std::find(known.begin(), known.end(), id) != known.end()) return id;
  return protocol::invalid_request("unknown agent id \"" + given + "\"");
}

std::string agent_workspace(const State& state, const std::string& agent_id) {
  const std::string home = state.env.get("HOME").value_or("");
  for (const auto* entry : entries(state)) {
    if (session::normalize_agent_id(json::get_string_or(*entry, "id", "")) != agent_id) continue;
    if (const auto own = json::get_string(*entry, "workspace")) return config::expand_home(*own, home);
  }
  if (agent_id == state.settings.default_agent) return config::expand_home(state.settings.workspace, home);
  return state.settings.state_dir + "/workspace-" + agent_id;
}

}  // namespace openclaw::gateway
