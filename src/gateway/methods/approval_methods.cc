// exec.approval.* and plugin.approval.*: a question to a person, and its answer.
#include "approvals/run_guard.h"
#include "base/random.h"
#include "base/strings.h"
#include "gateway/methods/approval_desk.h"
#include "gateway/methods/bindings.h"

namespace openclaw::gateway {
namespace {

using approvals::ApprovalRecord;
using protocol::invalid_request;

constexpr std::int64_t kExecTimeoutMs = 1'800'000, kPluginTimeoutMs = 120'000;
constexpr std::int64_t kMaxTimeoutMs = 7LL * 86'400'000;

std::string text_of(const json::Object& object, std::string_view key) { return std::string(base::trim(json::get_string_or(object, key, ""))); }

// The value as broadcast: null when it is absent or blank.
json::Value or_null(const json::Object& params, std::string_view key) {
  const auto* value = json::find(params, key);
  if (!value || value->is_null()) return nullptr;
  if (!value->is_string()) return *value;
  const std::string text(base::trim(std::string_view(value->get_string())));
  return text.empty() ? json::Value(nullptr) : json::Value(text);
}

void copy(const json::Object& params, json::Object& request, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) request[key] = or_null(params, key);
}

// What is shown of a plan: its members in the protocol's order.
json::Object shown_plan(const json::Object& plan) {
  json::Object out;
  for (const std::string_view key : {"argv", "cwd", "commandText", "commandPreview", "agentId", "sessionKey", "mutableFileOperand"}) {
    if (const auto* value = json::find(plan, key)) out[key] = *value;
  }
  return out;
}

struct ExecQuestion {
  json::Object request;
  std::optional<std::string> env_hash;
};

tl::expected<ExecQuestion, protocol::WireError> exec_question(const json::Object& params) {
  ExecQuestion out;
  const bool on_node = text_of(params, "host") == "node";
  const auto* plan = json::get_object(params, "systemRunPlan");
  if (on_node && text_of(params, "nodeId").empty()) return invalid_request("nodeId is required for host=node");
  if (on_node && !plan) return invalid_request("systemRunPlan is required for host=node");
  const auto* argv = plan ? json::get_array(*plan, "argv") : nullptr;
  if (on_node && (!argv || argv->empty())) return invalid_request("commandArgv is required for host=node");
  const bool planned = on_node && plan;
  const std::string command = planned ? text_of(*plan, "commandText") : text_of(params, "command");
  if (command.empty()) return invalid_request("command is required");
  auto& request = out.request;
  request["command"] = command;
  const std::string preview = planned ? text_of(*plan, "commandPreview") : "";
  if (!preview.empty() && preview != command) request["commandPreview"] = preview;
  if (planned) request["commandArgv"] = *argv;
  else if (const auto* given = json::get_array(params, "commandArgv")) request["commandArgv"] = *given;
  const auto* env = json::get_object(params, "env");
  if (planned) {
    out.env_hash = approvals::env_hash(env);
    if (env && !env->empty()) {
      std::vector<std::string> names;
      for (const auto& [key, value] : *env) names.emplace_back(key);
      std::sort(names.begin(), names.end());
      request["envKeys"] = json::strings(names);
    }
    request["systemRunBinding"] = approvals::run_binding(*plan, out.env_hash);
    request["systemRunPlan"] = shown_plan(*plan);
  } else {
    request["systemRunBinding"] = nullptr;
    request["systemRunPlan"] = nullptr;
  }
  request["cwd"] = planned ? or_null(*plan, "cwd") : or_null(params, "cwd");
  request["nodeId"] = on_node ? or_null(params, "nodeId") : json::Value(nullptr);
  copy(params, request, {"host", "security", "ask"});
  request["allowedDecisions"] = json::strings(approvals::allowed_decisions(text_of(params, "ask")));
  request["agentId"] = planned ? or_null(*plan, "agentId") : or_null(params, "agentId");
  request["resolvedPath"] = or_null(params, "resolvedPath");
  request["sessionKey"] = planned ? or_null(*plan, "sessionKey") : or_null(params, "sessionKey");
  copy(params, request, {"turnSourceChannel", "turnSourceTo", "turnSourceAccountId", "turnSourceThreadId"});
  return out;
}

ApprovalRecord record_for(State& state, const CallContext& caller, const json::Object& params, std::int64_t default_ms) {
  ApprovalRecord out;
  out.created_at = state.clock.wall_ms();
  out.expires_at = out.created_at + std::min(json::get_int(params, "timeoutMs").value_or(default_ms), kMaxTimeoutMs);
  out.connection_id = caller.connection_id;
  out.device_id = caller.device_id;
  out.client_id = caller.client.id;
  return out;
}

base::Task<MethodResult> ask(State& state, CallContext caller, ApprovalRecord record, bool two_phase) {
  const std::string id = record.id;
  json::Object accepted;
  accepted["status"] = "accepted";
  accepted["id"] = id;
  accepted["createdAtMs"] = record.created_at;
  accepted["expiresAtMs"] = record.expires_at;
  auto opened = co_await approval_desk(state).open(std::move(record));
  if (!opened) co_return tl::unexpected(std::move(opened).error());
  if (!approval_desk(state).has_approver(caller.connection_id)) {
    // Nobody is there who could answer, and nobody is told by another way.
    co_await approval_desk(state).give_up(id);
  } else if (two_phase && caller.interim) {
    caller.interim(accepted);
  }
  auto over = co_await approval_desk(state).wait(id);
  over.created_at = accepted.at("createdAtMs").get_int64();
  over.expires_at = accepted.at("expiresAtMs").get_int64();
  co_return Reply(over.answer());
}

base::Task<MethodResult> exec_request(State& state, CallContext caller, json::Object params) {
  auto question = exec_question(params);
  if (!question) co_return tl::unexpected(std::move(question).error());
  ApprovalRecord record = record_for(state, caller, params, kExecTimeoutMs);
  record.kind = "exec";
  record.id = text_of(params, "id");
  if (record.id.empty()) record.id = base::uuid4();
  record.request = std::move(question->request);
  record.env_hash = std::move(question->env_hash);
  const bool two_phase = json::get_bool(params, "twoPhase").value_or(false);
  auto result = co_await ask(state, std::move(caller), std::move(record), two_phase);
  co_return result;
}

base::Task<MethodResult> plugin_request(State& state, CallContext caller, json::Object params) {
  ApprovalRecord record = record_for(state, caller, params, kPluginTimeoutMs);
  record.kind = "plugin";
  record.id = "plugin:" + base::uuid4();
  copy(params, record.request, {"pluginId", "title", "description", "severity", "toolName", "toolCallId", "agentId", "sessionKey",
                                "turnSourceChannel", "turnSourceTo", "turnSourceAccountId", "turnSourceThreadId"});
  const bool two_phase = json::get_bool(params, "twoPhase").value_or(false);
  auto result = co_await ask(state, std::move(caller), std::move(record), two_phase);
  co_return result;
}

base::Task<MethodResult> wait_for(State& state, std::string kind, json::Object params) {
  const std::string id = text_of(params, "id");
  if (id.empty()) co_return invalid_request("id is required");
  const auto* record = approval_desk(state).find(id);
  if (!record || record->kind != kind) co_return invalid_request("approval expired or not found");
  ApprovalRecord asked = *record;
  auto over = co_await approval_desk(state).wait(id);
  over.created_at = asked.created_at;
  over.expires_at = asked.expires_at;
  co_return Reply(over.answer());
}

base::Task<MethodResult> exec_wait(State& state, CallContext, json::Object params) {
  const std::string kind = "exec";
  auto result = co_await wait_for(state, kind, std::move(params));
  co_return result;
}

base::Task<MethodResult> plugin_wait(State& state, CallContext, json::Object params) {
  const std::string kind = "plugin";
  auto result = co_await wait_for(state, kind, std::move(params));
  co_return result;
}

base::Task<MethodResult> exec_resolve(State& state, CallContext caller, json::Object params) {
  const std::string kind = "exec";
  auto result = co_await approval_desk(state).resolve(kind, std::move(caller), std::move(params));
  co_return result;
}

base::Task<MethodResult> plugin_resolve(State& state, CallContext caller, json::Object params) {
  const std::string kind = "plugin";
  auto result = co_await approval_desk(state).resolve(kind, std::move(caller), std::move(params));
  co_return result;
}

MethodResult exec_list(State& state, const CallContext&, const json::Object&) { return Reply(json::Value(approval_desk(state).waiting("exec"))); }
MethodResult plugin_list(State& state, const CallContext&, const json::Object&) { return Reply(json::Value(approval_desk(state).waiting("plugin"))); }

constexpr Binding kBindings[] = {
    {"exec.approval.request", nullptr, exec_request},
    {"exec.approval.waitDecision", nullptr, exec_wait},
    {"exec.approval.resolve", nullptr, exec_resolve},
    {"exec.approval.list", exec_list},
    {"plugin.approval.request", nullptr, plugin_request},
    {"plugin.approval.waitDecision", nullptr, plugin_wait},
    {"plugin.approval.resolve", nullptr, plugin_resolve},
    {"plugin.approval.list", plugin_list},
};

}  // namespace

std::span<const Binding> approval_bindings() { return kBindings; }

}  // namespace openclaw::gateway
