// A tool the model may call. Tools reach the gateway only through ToolHost, which runs a method of the registry in
// process with the operator scopes of the gateway itself.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "agent/model.h"
#include "base/task.h"
#include "json/json.h"
#include "protocol/errors.h"

namespace openclaw::agent {

class ToolHost {
 public:
  virtual ~ToolHost() = default;
  virtual base::Task<protocol::WireResult<>> call(std::string method, json::Object params) = 0;
  // Lines of the /status text for a session (spec/agent.md 16).
  virtual std::string session_status(const std::string& session_key) = 0;
};

struct ToolContext {
  ToolHost* host = nullptr;
  std::string session_key;  // canonical
  std::string agent_id;
  std::string run_id;
  base::CancelToken cancel;
};

struct ToolResult {
  std::string text;                // what the model reads
  json::Value details = nullptr;   // kept in the transcript, not sent to the model
  bool is_error = false;
};

struct Tool {
  ToolSpec spec;
  // A plain function: coroutine lambdas with captures outlive their captures.
  base::Task<ToolResult> (*run)(ToolContext context, json::Object arguments);
  // Short text for progress events, e.g. the command of exec; may be null.
  std::string (*meta)(const json::Object& arguments);
};

// exec, nodes, session_status. Built once.
const std::vector<Tool>& builtin_tools();
const Tool* find_tool(std::string_view name);

}  // namespace openclaw::agent
