#include "agent/tool.h"
#include "agent/tools/support.h"
#include "session/keys.h"

#include <algorithm>

namespace openclaw::agent {

using base::Task;

namespace {

Task<ToolResult> run_session_status(ToolContext context, json::Object arguments) {
  auto key = text_argument(arguments, "sessionKey");
  if (key.empty()) {
    key = context.session_key;
  } else {
    session::KeySettings settings;
    settings.default_agent = context.agent_id;
    key = session::canonical_key(key, settings);
  }
  ToolResult out;
  out.text = context.host->session_status(key);
  co_return out;
}

std::string session_status_meta(const json::Object& arguments) {
  return text_argument(arguments, "sessionKey");
}

}  // namespace

Tool make_session_status_tool() {
  Tool tool;
  tool.spec.name = "session_status";
  tool.spec.description = "Show the status of a session: model, token use, context, queue.";
  tool.spec.parameters = object_schema({{"sessionKey", "string", "The session; default: this one."}}, {});
  tool.run = run_session_status;
  tool.meta = session_status_meta;
  return tool;
}

const std::vector<Tool>& builtin_tools() {
  static const std::vector<Tool> kTools = {make_exec_tool(), make_nodes_tool(), make_session_status_tool()};
  return kTools;
}

const Tool* find_tool(std::string_view name) {
  const auto& tools = builtin_tools();
  const auto found =
      std::find_if(tools.begin(), tools.end(), [name](const Tool& tool) { return tool.spec.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

}  // namespace openclaw::agent
