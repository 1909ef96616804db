#include "approvals/run_guard.h"

#include "approvals/evaluate.h"
#include "base/strings.h"

namespace openclaw::approvals {
namespace {

// Only these keys of a caller reach the node; approvals are the gateway's alone to state.
constexpr std::string_view kForwarded[] = {"command", "rawCommand", "systemRunPlan", "cwd", "env", "timeoutMs",
                                           "needsScreenRecording", "agentId", "sessionKey", "runId", "suppressNotifyOnExit"};

RunVerdict refuse(std::string_view code, std::string message, const std::string& run_id = {}) {
  RunVerdict out;
  out.code = code;
  out.message = std::move(message);
  out.details["code"] = code;
  if (!run_id.empty()) out.details["runId"] = run_id;
  return out;
}

json::Value text_or_null(const json::Object& object, std::string_view key) {
  const auto text = json::get_string(object, key);
  return text && !base::trim(*text).empty() ? json::Value(std::string(base::trim(*text))) : json::Value(nullptr);
}

json::Object forwarded(const json::Object& params) {
  json::Object out;
  for (const auto& key : kForwarded) {
    if (const auto* value = json::find(params, key)) out[key] = *value;
  }
  return out;
}

// What the caller wants to run, in the shape of a binding.
json::Object wanted_binding(const json::Object& params, const std::optional<std::string>& hash) {
  json::Object plan;
  const auto* argv = json::find(params, "command");
  plan["argv"] = argv && argv->is_array() ? *argv : json::Value(json::Array{});
  for (const std::string_view key : {"cwd", "agentId", "sessionKey"}) plan[key] = text_or_null(params, key);
  return run_binding(plan, hash);
}

RunVerdict check_env(const json::Object& binding, const json::Object& params, const std::optional<std::string>& actual) {
  const auto expected = json::get_string(binding, "envHash");
  if (expected == actual) return {};
  const auto* env = json::get_object(params, "env");
  if (!expected) {
    auto out = refuse("APPROVAL_ENV_BINDING_MISSING", "approval id missing env binding for requested env overrides");
    json::Array keys;
    if (env) {
      for (const auto& [key, value] : *env) keys.emplace_back(key);
    }
    out.details["envKeys"] = std::move(keys);
    return out;
  }
  auto out = refuse("APPROVAL_ENV_MISMATCH", "approval id env binding mismatch");
  out.details["envKeys"] = json::Array{};
  out.details["expectedEnvHash"] = *expected;
  out.details["actualEnvHash"] = actual ? json::Value(*actual) : json::Value(nullptr);
  return out;
}

// The approval must be for this very run: same node, same asker.
RunVerdict check_place(const ApprovalRecord& record, const std::string& node_id, const RunCaller& caller) {
  if (node_id.empty()) return refuse("MISSING_NODE_ID", "node.invoke requires nodeId", record.id);
  const std::string approved_node = json::get_string_or(record.request, "nodeId", "");
  if (approved_node.empty()) return refuse("APPROVAL_NODE_BINDING_MISSING", "approval id missing node binding", record.id);
  if (approved_node != node_id) return refuse("APPROVAL_NODE_MISMATCH", "approval id not valid for this node", record.id);
  if (!record.device_id.empty() || !caller.device_id.empty()) {
    if (record.device_id != caller.device_id) return refuse("APPROVAL_DEVICE_MISMATCH", "approval id not valid for this device", record.id);
  } else if (record.connection_id != caller.connection_id) {
    return refuse("APPROVAL_CLIENT_MISMATCH", "approval id not valid for this client", record.id);
  }
  return {};
}

// The plan that was shown replaces what the caller says, if the caller says the same.
RunVerdict bind_plan(const ApprovalRecord& record, const json::Object& params) {
  const auto hash = env_hash(json::get_object(params, "env"));
  const auto* binding = json::get_object(record.request, "systemRunBinding");
  const auto* plan = json::get_object(record.request, "systemRunPlan");
  if (!binding || !plan) return refuse("APPROVAL_REQUEST_MISMATCH", "approval id does not match request", record.id);
  if (auto env = check_env(*binding, params, hash); env.refused()) {
    env.details["runId"] = record.id;
    return env;
  }
  json::Object wanted = wanted_binding(params, hash);
  for (const std::string_view key : {"argv", "cwd", "agentId", "sessionKey"}) {
    // What the caller leaves out is taken from the plan.
    if (wanted[key].is_null()) continue;
    if (key == "argv" && wanted[key].get_array().empty()) continue;
    const auto* approved = json::find(*binding, key);
    if (!approved || *approved != wanted[key]) {
      return refuse("APPROVAL_REQUEST_MISMATCH", "approval id does not match request", record.id);
    }
  }
  RunVerdict out;
  out.params = forwarded(params);
  out.params["command"] = *json::find(*plan, "argv");
  out.params["rawCommand"] = json::get_string_or(*plan, "commandText", "");
  for (const std::string_view key : {"cwd", "agentId", "sessionKey"}) {
    const auto* value = json::find(*plan, key);
    if (value && value->is_string()) out.params[key] = *value;
    else out.params.erase(key);
  }
  out.params["systemRunPlan"] = *plan;
  return out;
}

}  // namespace

json::Object run_binding(const json::Object& plan, const std::optional<std::string>& hash) {
  json::Object out;
  const auto* argv = json::find(plan, "argv");
  out["argv"] = argv ? *argv : json::Value(json::Array{});
  for (const std::string_view key : {"cwd", "agentId", "sessionKey"}) out[key] = text_or_null(plan, key);
  out["envHash"] = hash ? json::Value(*hash) : json::Value(nullptr);
  return out;
}

bool wants_approval(const json::Object& params) {
  const auto decision = json::get_string_or(params, "approvalDecision", "");
  return json::get_bool(params, "approved").value_or(false) || decision == "allow-once" || decision == "allow-always";
}

RunVerdict judge_run(const json::Object& params, const std::string& node_id, const RunCaller& caller,
                     const ApprovalRecord* record, std::int64_t now) {
  if (!wants_approval(params)) {
    const auto argv = json::string_list(json::find(params, "command"));
    const auto raw = json::get_string(params, "rawCommand");
    // A command that is no list is the node's to refuse.
    const auto* command = json::find(params, "command");
    if (!command || command->is_array()) {
      if (argv.empty() && raw && !base::trim(*raw).empty()) return refuse("MISSING_COMMAND", "rawCommand requires params.command");
      if (auto texts = check_raw_command(argv, raw); !texts) return refuse("RAW_COMMAND_MISMATCH", texts.error().message);
    }
    RunVerdict out;
    out.params = forwarded(params);
    return out;
  }
  const std::string run_id(base::trim(json::get_string_or(params, "runId", "")));
  if (run_id.empty()) return refuse("MISSING_RUN_ID", "approval override requires params.runId");
  if (!record || record->kind != "exec") return refuse("UNKNOWN_APPROVAL_ID", "unknown or expired approval id", run_id);
  const bool timed_out = record->resolved() && !record->decision && !record->consumed;
  if (now > record->expires_at && !(timed_out && caller.may_decide)) return refuse("APPROVAL_EXPIRED", "approval expired", run_id);
  if (auto place = check_place(*record, node_id, caller); place.refused()) return place;
  RunVerdict out = bind_plan(*record, params);
  if (out.refused()) return out;
  if (record->decision == "allow-once" && !record->consumed) {
    out.consumes = true;
    out.params["approved"] = true;
    out.params["approvalDecision"] = "allow-once";
    return out;
  }
  if (record->decision == "allow-always") {
    out.params["approved"] = true;
    out.params["approvalDecision"] = "allow-always";
    return out;
  }
  // Nobody answered: who may decide may fall back on the policy, once.
  if (timed_out && caller.may_decide && json::get_bool(params, "approved").value_or(false) &&
      json::get_string_or(params, "approvalDecision", "") == "allow-once") {
    out.consumes = true;
    out.params["approved"] = true;
    out.params["approvalDecision"] = "allow-once";
    return out;
  }
  return refuse("APPROVAL_REQUIRED", "approval required", run_id);
}

}  // namespace openclaw::approvals
