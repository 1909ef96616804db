// May a caller's `system.run` go to the node with the mark "a person approved this" (OpenClaw nodes 5.3)? Pure.
#pragma once
#include <string>
#include <string_view>

#include "approvals/requests.h"
#include "json/json.h"

namespace openclaw::approvals {

struct RunCaller {
  std::string connection_id, device_id;
  bool may_decide = false;  // holds operator.approvals or operator.admin
};

struct RunVerdict {
  json::Object params;      // what goes to the node
  bool consumes = false;    // the approval is used up by this run
  // A refusal: code and text; then `details` holds the code too.
  std::string code, message;
  json::Object details;
  bool refused() const { return !code.empty(); }
};

// `record` is what the caller's runId names, or nullptr. Without a wish to be approved the record does not matter.
RunVerdict judge_run(const json::Object& params, const std::string& node_id, const RunCaller& caller,
                     const ApprovalRecord* record, std::int64_t now);
// Does the caller ask to be treated as approved?
bool wants_approval(const json::Object& params);

// {argv, cwd, agentId, sessionKey, envHash} of a plan: what an approval stands for.
json::Object run_binding(const json::Object& plan, const std::optional<std::string>& env_hash);

}  // namespace openclaw::approvals
