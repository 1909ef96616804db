// node.list, describe, invoke, results, events, and the node side of pairing (one store with devices).
#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/pairing.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

json::Object live_entry(const nodes::LiveNode& node) {
  json::Object out;
  out["nodeId"] = node.node_id;
  put_text(out, "displayName", node.display_name);
  put_text(out, "platform", node.platform);
  put_text(out, "version", node.version);
  put_text(out, "clientId", node.client_id);
  put_text(out, "clientMode", node.client_mode);
  put_text(out, "deviceFamily", node.device_family);
  put_text(out, "modelIdentifier", node.model_identifier);
  put_text(out, "remoteIp", node.remote_ip);
  out["caps"] = json::strings(node.caps);
  auto commands = node.commands;
  std::sort(commands.begin(), commands.end());
  out["commands"] = json::strings(commands);
  put_text(out, "pathEnv", node.path_env);
  if (!node.permissions.empty()) out["permissions"] = node.permissions;
  out["connectedAtMs"] = node.connected_at;
  return out;
}

json::Object offline_entry(const State& state, const auth::PairedDevice& device) {
  json::Object out;
  out["nodeId"] = device.device_id;
  put_text(out, "displayName", device.display_name);
  put_text(out, "platform", device.platform);
  put_text(out, "version", json::get_string_or(device.node, "version", ""));
  put_text(out, "clientId", device.client_id);
  put_text(out, "clientMode", device.client_mode);
  put_text(out, "deviceFamily", device.device_family);
  put_text(out, "remoteIp", device.remote_ip);
  out["caps"] = json::strings(json::string_list(json::find(device.node, "caps")));
  auto commands = state.settings.node_policy.filter(nodes::platform_of(device.platform, device.device_family),
                                                    json::string_list(json::find(device.node, "commands")));
  std::sort(commands.begin(), commands.end());
  out["commands"] = json::strings(commands);
  return out;
}

std::vector<json::Object> node_entries(const State& state) {
  std::vector<json::Object> out;
  for (const auto* node : state.nodes.all()) {
    json::Object entry = live_entry(*node);
    const auto* device = state.devices.find(node->node_id);
    if (device) {
      put_text(entry, "displayName", device->display_name);
      entry["approvedAtMs"] = device->approved_at;
    }
    // Why a declared command is missing is the first thing people ask (spec: nodes 11).
    json::Array filtered;
    for (const auto& command : node->declared) {
      if (std::find(node->commands.begin(), node->commands.end(), command) == node->commands.end()) filtered.emplace_back(command);
    }
    if (!filtered.empty()) entry["filteredCommands"] = std::move(filtered);
    entry["paired"] = device != nullptr;
    entry["connected"] = true;
    out.push_back(std::move(entry));
  }
  for (const auto* device : state.devices.paired()) {
    if (!protocol::has(device->roles, protocol::kRoleNode) || state.nodes.find(device->device_id)) continue;
    json::Object entry = offline_entry(state, *device);
    entry["approvedAtMs"] = device->approved_at;
    entry["paired"] = true;
    entry["connected"] = false;
    out.push_back(std::move(entry));
  }
  std::stable_sort(out.begin(), out.end(), [](const json::Object& a, const json::Object& b) {
    const bool ca = a.at("connected").get_bool(), cb = b.at("connected").get_bool();
    if (ca != cb) return ca;
    const std::string na = base::lower_ascii(json::get_string_or(a, "displayName", "")), nb = base::lower_ascii(json::get_string_or(b, "displayName", ""));
    if (na != nb) return na < nb;
    return a.at("nodeId").get_string() < b.at("nodeId").get_string();
  });
  return out;
}

MethodResult list(State& state, const CallContext&, const json::Object&) {
  json::Array rows;
  for (auto& entry : node_entries(state)) rows.emplace_back(std::move(entry));
  json::Object out;
  out["ts"] = state.clock.wall_ms();
  out["nodes"] = std::move(rows);
  return Reply(std::move(out));
}

MethodResult describe(State& state, const CallContext&, const json::Object& params) {
  const std::string id(base::trim(json::get_string_or(params, "nodeId", "")));
  if (id.empty()) return invalid_request("nodeId required");
  for (const auto& entry : node_entries(state)) {
    if (json::get_string_or(entry, "nodeId", "") != id) continue;
    json::Object out;
    out["ts"] = state.clock.wall_ms();
    for (const auto& [key, value] : entry) out[key] = value;
    return Reply(std::move(out));
  }
  return invalid_request("unknown nodeId");
}

// Only these keys of a caller reach the node; approvals are the gateway's alone to state (OpenClaw protocol 7.4).
tl::expected<json::Value, protocol::WireError> run_params(const json::Value* given) {
  constexpr std::string_view kForwarded[] = {"command", "rawCommand", "systemRunPlan", "cwd", "env", "timeoutMs",
                                             "needsScreenRecording", "agentId", "sessionKey", "runId", "suppressNotifyOnExit"};
  json::Object out;
  const auto* object = given ? given->if_object() : nullptr;
  if (!object) return json::Value(std::move(out));
  const bool override_wanted = json::get_bool(*object, "approved").value_or(false) || json::get_string(*object, "approvalDecision").has_value();
  if (override_wanted) {
    json::Object details;
    const bool has_id = json::get_string(*object, "runId").has_value();
    details["code"] = has_id ? "UNKNOWN_APPROVAL_ID" : "MISSING_RUN_ID";
    return invalid_request(has_id ? "unknown or expired approval id" : "approval override requires params.runId", std::move(details));
  }
  for (const auto& key : kForwarded) {
    if (const auto* value = json::find(*object, key)) out[key] = *value;
  }
  return json::Value(std::move(out));
}

base::Task<MethodResult> invoke(State& state, CallContext, json::Object params) {
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
  if (!node) {
    json::Object details;
    details["code"] = "NOT_CONNECTED";
    co_return protocol::unavailable("node not connected", std::move(details));
  }
  const std::string platform = nodes::platform_of(node->platform, node->device_family);
  if (auto refusal = state.settings.node_policy.refusal(platform, node->commands, invocation.command)) co_return tl::unexpected(std::move(*refusal));
  const json::Value* given = json::find(params, "params");
  if (invocation.command == "system.run") {
    auto forwarded = run_params(given);
    if (!forwarded) co_return tl::unexpected(std::move(forwarded).error());
    invocation.params_json = json::write(*forwarded);
  } else if (given) {
    invocation.params_json = json::write(*given);
  }
  auto outcome = co_await state.nodes.invoke(std::move(invocation));
  if (!outcome) co_return tl::unexpected(std::move(outcome).error());
  co_return Reply(std::move(*outcome));
}

MethodResult invoke_result(State& state, const CallContext& caller, const json::Object& params) {
  const std::string node_id = json::get_string_or(params, "nodeId", "");
  if (node_id != caller.device_id) return invalid_request("nodeId mismatch");
  json::Object out;
  out["ok"] = true;
  if (!state.nodes.resolve(node_id, params)) out["ignored"] = true;
  return Reply(std::move(out));
}

MethodResult node_event(State&, const CallContext& caller, const json::Object& params) {
  // Every event is accepted, unknown ones included; what the agent does with them comes with the node work.
  base::log_debug("node", caller.device_id.substr(0, 12) + " event " + json::get_string_or(params, "event", ""));
  json::Object out;
  out["ok"] = true;
  return Reply(std::move(out));
}

json::Object pending_node(const auth::PendingDevice& request) {
  json::Object out;
  out["requestId"] = request.request_id;
  out["nodeId"] = request.device_id;
  put_text(out, "displayName", request.display_name);
  put_text(out, "platform", request.platform);
  put_text(out, "version", json::get_string_or(request.node, "version", ""));
  put_text(out, "deviceFamily", request.device_family);
  out["caps"] = json::strings(json::string_list(json::find(request.node, "caps")));
  out["commands"] = json::strings(json::string_list(json::find(request.node, "commands")));
  put_text(out, "remoteIp", request.remote_ip);
  out["silent"] = request.silent;
  out["ts"] = request.ts;
  return out;
}

json::Object paired_node(const State& state, const auth::PairedDevice& device) {
  json::Object out = offline_entry(state, device);
  out["createdAtMs"] = device.created_at;
  out["approvedAtMs"] = device.approved_at;
  json::put(out, "lastConnectedAtMs", json::get_int(device.node, "lastConnectedAtMs"));
  return out;
}

MethodResult pair_list(State& state, const CallContext&, const json::Object&) {
  json::Array pending, paired;
  for (const auto* request : state.devices.pending(state.clock.wall_ms())) {
    if (request->role == protocol::kRoleNode) pending.emplace_back(pending_node(*request));
  }
  for (const auto* device : state.devices.paired()) {
    if (protocol::has(device->roles, protocol::kRoleNode)) paired.emplace_back(paired_node(state, *device));
  }
  json::Object out;
  out["pending"] = std::move(pending);
  out["paired"] = std::move(paired);
  return Reply(std::move(out));
}

base::Task<MethodResult> pair_approve(State& state, CallContext caller, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  const auto* request = state.devices.find_pending(id, state.clock.wall_ms());
  if (!request || request->role != protocol::kRoleNode) co_return invalid_request("unknown requestId");
  for (const auto& command : json::string_list(json::find(request->node, "commands"))) {
    const bool shell = command == "system.run" || command == "system.run.prepare" || command == "system.which";
    if (shell && !caller.may(protocol::kAdmin)) co_return invalid_request("missing scope: operator.admin");
  }
  auto approved = co_await approve_pairing(state, caller, id);
  if (!approved) co_return tl::unexpected(std::move(approved).error());
  json::Object out;
  out["requestId"] = id;
  if (const auto* device = state.devices.find(*approved)) out["node"] = paired_node(state, *device);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> pair_reject(State& state, CallContext, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  auto rejected = co_await reject_pairing(state, id);
  if (!rejected) co_return tl::unexpected(std::move(rejected).error());
  json::Object out;
  out["requestId"] = id;
  out["nodeId"] = *rejected;
  co_return Reply(std::move(out));
}

base::Task<MethodResult> rename(State& state, CallContext, json::Object params) {
  const std::string id(base::trim(json::get_string_or(params, "nodeId", "")));
  const std::string name(base::trim(json::get_string_or(params, "displayName", "")));
  if (name.empty()) co_return invalid_request("displayName required");
  auto* device = state.devices.edit(id);
  if (!device || !protocol::has(device->roles, protocol::kRoleNode)) co_return invalid_request("unknown nodeId");
  device->display_name = name;
  device->node["renamed"] = name;
  auto stored = co_await store_paired(state, id);
  if (!stored) co_return protocol::unavailable("Error: " + stored.error().message);
  json::Object out;
  out["nodeId"] = id;
  out["displayName"] = name;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"node.list", list},
    {"node.describe", describe},
    {"node.invoke", nullptr, invoke},
    {"node.invoke.result", invoke_result},
    {"node.event", node_event},
    {"node.pair.list", pair_list},
    {"node.pair.approve", nullptr, pair_approve},
    {"node.pair.reject", nullptr, pair_reject},
    {"node.rename", nullptr, rename},
};

}  // namespace

std::span<const Binding> node_bindings() { return kBindings; }

}  // namespace openclaw::gateway
