// Agents by the id that a client gives.
#pragma once
#include "gateway/dispatch.h"

#include <string>
#include <vector>

namespace openclaw::gateway {

// Ids of agents.list, else the default agent alone.
std::vector<std::string> configured_agents(const State& state);
// `agentId` of the parameters, normalised, else the default agent; refuses: unknown agent id "<id>".
tl::expected<std::string, protocol::WireError> agent_of_params(const State& state,
                                                               const json::Object& params);
// The agent's own workspace, the default one, or <state>/workspace-<id>.
std::string agent_workspace(const State& state, const std::string& agent_id);

}  // namespace openclaw::gateway
