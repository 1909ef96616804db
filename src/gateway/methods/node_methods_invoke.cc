// node.invoke and node.invoke.result (OpenClaw protocol 7.4, nodes 5.3).
#include <algorithm>

#include "approvals/run_guard.h"
#include "base/strings.h"
#include "gateway/methods/approval_desk.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/node_methods_queue.h"
#include "gateway/methods/pairing.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

tl::unexpected<protocol::WireError> not_connected() {
  json::Object details;
  details["code"] = "NOT_CONNECTED";
  return unavailable("node not connected", std::move(details));
}

// The command is the node's own and the policy lets it, but no operator has.
tl::unexpected<protocol::WireError> not_approved(const CallContext& caller, const std::string& command) {
  json::Object details;
  details["code"] = "PAIRING_CHANGED";
  details["command"] = command;
  if (caller.protocol >= 4) return unavailable("node pairing changed while invocation was active", std::move(details));
  return unavailable(fmt::format("node command not allowed: \"{}\" waits for approval: openclaw nodes pending", command), std::move(details));
}

std::optional<protocol::WireError> refusal(State& state, const CallContext& caller, const nodes::LiveNode& node, const std::string& command) {
  const std::string platform = nodes::platform_of(node.platform, node.device_family);
  if (auto refused = state.settings.node_policy.refusal(platform, node.commands, command)) return refused;
  const auto usable = usable_commands(state, node);
  if (std::find(usable.begin(), usable.end(), command) == usable.end()) return not_approved(caller, command).value();
  return std::nullopt;
}

// What of a caller's system.run goes to the node; an approval that it uses up is marked first, so that a crash cannot
// give it back.
base::Task<protocol::WireResult<json::Object>> run_params(State& state, CallContext caller, std::string node_id, json::Object given) {
  approvals::RunCaller who;
  who.connection_id = caller.connection_id;
  who.device_id = caller.device_id;
  who.may_decide = caller.may(protocol::kApprovals);
  const std::string run_id(base::trim(json::get_string_or(given, "runId", "")));
  auto& desk = approval_desk(state);
  const auto* record = approvals::wants_approval(given) ? desk.find(run_id) : nullptr;
  auto verdict = approvals::judge_run(given, node_id, who, record, state.clock.wall_ms());
  if (verdict.refused()) co_return invalid_request(verdict.message, std::move(verdict.details));
  if (verdict.consumes) {
    const bool marked = co_await desk.consume(run_id);
    if (!marked) co_return unavailable("Error: the approval could not be marked as used");
  }
  co_return std::move(verdict.params);
}

base::Task<MethodResult> invoke(State& state, CallContext caller, json::Object params) {
  nodes::Registry::Invocation invocation;
  invocation.node_id = std::string(base::trim(json::get_string_or(params, "nodeId", "")));
  invocation.command = std::string(base::trim(json::get_string_or(params, "command", "")));
  invocation.idempotency_key = json::get_string_or(params, "idempotencyKey", "");
  invocation.timeout_ms = json::get_int(params, "timeoutMs");
  if (invocation.node_id.empty() || invocation.command.empty()) co_return invalid_request("nodeId and command required");
  if (invocation.command == "system.execApprovals.get" || invocation.command == "system.execApprovals.set") {
    json::Object details;
    details["command"] = invocation.command;
    co_return invalid_request("node.invoke does not allow system.execApprovals.*; use exec.approvals.node.*", std::move(details));
  }
  const auto* node = state.nodes.find(invocation.node_id);
  if (!node) co_return not_connected();
  if (auto refused = refusal(state, caller, *node, invocation.command)) co_return tl::unexpected(std::move(*refused));
  const json::Value* given = json::find(params, "params");
  if (invocation.command == "system.run" && given && given->is_object()) {
    json::Object run = given->get_object();
    auto forwarded = co_await run_params(state, caller, invocation.node_id, std::move(run));
    if (!forwarded) co_return tl::unexpected(std::move(forwarded).error());
    invocation.params_json = json::write(*forwarded);
  } else if (given) {
    invocation.params_json = json::write(*given);
  }
  nodes::Registry::Invocation sent = invocation;
  auto outcome = co_await state.nodes.invoke(std::move(sent));
  if (outcome) co_return Reply(std::move(*outcome));
  protocol::WireError error = std::move(outcome).error();
  auto final = co_await queue_if_background(state, std::move(invocation), std::move(error));
  co_return tl::unexpected(std::move(final));
}

MethodResult invoke_result(State& state, const CallContext& caller, const json::Object& params) {
  const std::string node_id = json::get_string_or(params, "nodeId", "");
  if (node_id != caller.device_id) return invalid_request("nodeId mismatch");
  json::Object out;
  out["ok"] = true;
  if (!state.nodes.resolve(node_id, params)) out["ignored"] = true;
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"node.invoke", nullptr, invoke},
    {"node.invoke.result", invoke_result},
};

}  // namespace

std::span<const Binding> node_invoke_bindings() { return kBindings; }

}  // namespace openclaw::gateway
