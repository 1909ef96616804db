// The plan that an exec approval is given for (OpenClaw nodes 5.3): exact argv, pinned program, canonical
// folder and the hash of the script that would run. Reads files; they are small or refused.
#pragma once
#include "approvals/wrapper.h"
#include "base/result.h"
#include "json/json.h"

#include <functional>
#include <optional>
#include <string>

namespace openclaw::nodes {

struct PlanRequest {
  approvals::Argv argv;
  std::optional<std::string> raw_command, cwd, agent_id, session_key;
  std::function<std::optional<std::string>(std::string_view name)> find;  // PATH lookup
};

struct FileOperand {
  std::size_t argv_index = 0;
  std::string path, sha256;
};

struct RunPlan {
  approvals::Argv argv;
  std::optional<std::string> cwd;
  std::string command_text;
  std::optional<std::string> preview, agent_id, session_key;
  std::optional<FileOperand> operand;
};

// Error messages are the wire texts: "SYSTEM_RUN_DENIED: approval requires an existing canonical cwd", ...
base::Result<RunPlan> build_run_plan(const PlanRequest& request);
json::Object to_json(const RunPlan& plan);

// A command that comes with a plan must still be the planned one: same argv, same folder, same script.
base::Result<> recheck_run_plan(const json::Object& plan, const approvals::Argv& argv,
                                const std::optional<std::string>& cwd);

// Which argument is the script an interpreter would run.
struct ScriptOperand {
  enum class Kind { none, file, unsafe };  // unsafe: runs files, but not one that could be named
  Kind kind = Kind::none;
  std::size_t index = 0;
};
ScriptOperand find_script_operand(const approvals::Argv& argv);

}  // namespace openclaw::nodes
