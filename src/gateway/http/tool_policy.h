// Which tools an invocation from outside may reach (OpenClaw agent runtime 13, protocol 8.4). Pure.
#pragma once
#include <string>
#include <string_view>

#include "json/json.h"

namespace openclaw::gateway {

// tools.profile, tools.allow, tools.alsoAllow, tools.deny, and the same of the agent. All must permit; deny wins. Names
// are compared without case, may be groups ("group:nodes") and may hold '*'.
bool tool_permitted(const json::Value& config, std::string_view agent_id, std::string_view tool);
// Over HTTP some tools are closed unless gateway.tools.allow names them; gateway.tools.deny closes more.
bool tool_reachable(const json::Value& config, std::string_view tool);

}  // namespace openclaw::gateway
