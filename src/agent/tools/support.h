// Shared by the tools: results, argument access, JSON Schema, node calls.
#pragma once
#include "agent/tool.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

// {"status":"error","tool":name,"error":message}, which the model reads like any other result.
ToolResult tool_failure(std::string_view tool, std::string_view message);
ToolResult tool_json(const json::Value& value);

struct Property {
  std::string_view name, type, description;
  std::vector<std::string> values = {};  // enum
};
// JSON Schema of an object with these properties.
json::Object object_schema(const std::vector<Property>& properties, const std::vector<std::string>& required);

// A string argument, trimmed; empty when absent or of another type.
std::string text_argument(const json::Object& arguments, std::string_view name);
std::optional<std::int64_t> number_argument(const json::Object& arguments, std::string_view name);
// Copies the argument when it is there.
void copy_argument(const json::Object& from, std::string_view name, json::Object& to,
                   std::string_view as = {});

// The gateway's method, its error as one of ours.
base::Task<base::Result<json::Value>> host_call(ToolHost* host, std::string method, json::Object params);
base::Task<base::Result<json::Array>> list_nodes(ToolHost* host);
// node.invoke; the payload of the answer.
struct NodeCommand {
  std::string node_id, command;
  json::Object params;
  std::int64_t timeout_ms = 0;  // 0 = the gateway's default
};
base::Task<base::Result<json::Value>> invoke_node(ToolHost* host, NodeCommand command);

Tool make_exec_tool();
Tool make_nodes_tool();
Tool make_session_status_tool();

}  // namespace openclaw::agent
