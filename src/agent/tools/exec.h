// Pure parts of the exec tool.
#pragma once
#include "agent/tool.h"

#include <optional>
#include <string>

namespace openclaw::agent {

// The node that `exec host=node` uses: the named one, else the only connected one that offers system.run.
base::Result<json::Object> choose_exec_node(const json::Array& nodes, const std::string& name);
// The answer of system.run as the model reads it.
ToolResult exec_result(const json::Value& payload, std::int64_t timeout_s, const std::string& node);

}  // namespace openclaw::agent
