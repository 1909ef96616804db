// node.list, node.describe, node.rename.
#include <algorithm>

#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/pairing.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

json::Array sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return json::strings(names);
}

json::Object live_entry(const State& state, const nodes::LiveNode& node) {
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
  out["commands"] = sorted(usable_commands(state, node));
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
  for (const std::string_view key : {"version", "coreVersion", "uiVersion"}) put_text(out, key, json::get_string_or(device.node, key, ""));
  put_text(out, "clientId", device.client_id);
  put_text(out, "clientMode", device.client_mode);
  put_text(out, "deviceFamily", device.device_family);
  put_text(out, "modelIdentifier", json::get_string_or(device.node, "modelIdentifier", ""));
  put_text(out, "remoteIp", device.remote_ip);
  out["caps"] = json::strings(json::string_list(json::find(device.node, "caps")));
  const auto declared = json::string_list(json::find(device.node, "commands"));
  const auto left = state.settings.node_policy.filter(nodes::platform_of(device.platform, device.device_family), declared);
  out["commands"] = sorted(auth::approved_commands(&device, left));
  put_text(out, "pathEnv", json::get_string_or(device.node, "pathEnv", ""));
  if (const auto* permissions = json::get_object(device.node, "permissions")) out["permissions"] = *permissions;
  return out;
}

// What an operator still has to decide about a node; protocol 4 always says how it stands.
void put_approval(json::Object& entry, State& state, const std::string& node_id, int protocol) {
  for (const auto* request : auth::NodesView(state.devices).pending(state.clock.wall_ms())) {
    if (request->device_id != node_id) continue;
    entry["approvalState"] = "pending-approval";
    entry["pendingRequestId"] = request->request_id;
    entry["pendingDeclaredCaps"] = sorted(json::string_list(json::find(request->node, "caps")));
    entry["pendingDeclaredCommands"] = sorted(json::string_list(json::find(request->node, "commands")));
    return;
  }
  if (protocol >= 4) entry["approvalState"] = "approved";
}

// Why a declared command is missing is the first thing people ask (OpenClaw nodes 11).
void put_filtered(json::Object& entry, const nodes::LiveNode& node) {
  json::Array filtered;
  for (const auto& command : node.declared) {
    if (std::find(node.commands.begin(), node.commands.end(), command) == node.commands.end()) filtered.emplace_back(command);
  }
  if (!filtered.empty()) entry["filteredCommands"] = std::move(filtered);
}

std::vector<json::Object> node_entries(State& state, int protocol) {
  std::vector<json::Object> out;
  for (const auto* node : state.nodes.all()) {
    json::Object entry = live_entry(state, *node);
    const auto* device = state.devices.find(node->node_id);
    if (device) {
      put_text(entry, "displayName", device->display_name);
      entry["approvedAtMs"] = device->approved_at;
    }
    put_filtered(entry, *node);
    put_approval(entry, state, node->node_id, protocol);
    entry["paired"] = device != nullptr;
    entry["connected"] = true;
    out.push_back(std::move(entry));
  }
  for (const auto* device : state.devices.all_paired()) {
    if (!protocol::has(device->roles, protocol::kRoleNode) || state.nodes.find(device->device_id)) continue;
    json::Object entry = offline_entry(state, *device);
    put_approval(entry, state, device->device_id, protocol);
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

MethodResult list(State& state, const CallContext& caller, const json::Object&) {
  json::Array rows;
  for (auto& entry : node_entries(state, caller.protocol)) rows.emplace_back(std::move(entry));
  json::Object out;
  out["ts"] = state.clock.wall_ms();
  out["nodes"] = std::move(rows);
  return Reply(std::move(out));
}

MethodResult describe(State& state, const CallContext& caller, const json::Object& params) {
  const std::string id(base::trim(json::get_string_or(params, "nodeId", "")));
  if (id.empty()) return invalid_request("nodeId required");
  for (const auto& entry : node_entries(state, caller.protocol)) {
    if (json::get_string_or(entry, "nodeId", "") != id) continue;
    json::Object out;
    out["ts"] = state.clock.wall_ms();
    for (const auto& [key, value] : entry) out[key] = value;
    return Reply(std::move(out));
  }
  return invalid_request("unknown nodeId");
}

base::Task<MethodResult> rename(State& state, CallContext, json::Object params) {
  const std::string id(base::trim(json::get_string_or(params, "nodeId", "")));
  const std::string name(base::trim(json::get_string_or(params, "displayName", "")));
  if (id.empty()) co_return invalid_request("nodeId required");
  if (name.empty()) co_return invalid_request("displayName required");
  auto saved = state.devices.save(id);
  if (!auth::NodesView(state.devices).rename(id, name)) co_return invalid_request("unknown nodeId");
  auto stored = co_await store_paired(state, id);
  if (!stored) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + stored.error().message);
  }
  json::Object out;
  out["nodeId"] = id;
  out["displayName"] = name;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"node.list", list},
    {"node.describe", describe},
    {"node.rename", nullptr, rename},
};

}  // namespace

std::span<const Binding> node_bindings() { return kBindings; }

}  // namespace openclaw::gateway
