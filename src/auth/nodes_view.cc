#include "auth/nodes_view.h"

#include "base/random.h"
#include "base/strings.h"
#include "crypto/crypto.h"

#include <algorithm>
#include <array>

namespace openclaw::auth {
namespace {

// What gives away the machine, or lets the caller run anything on it.
constexpr std::array<std::string_view, 7> kAdminCommands = {
    "system.run",    "system.run.prepare",       "system.which",
    "browser.proxy", "system.execApprovals.get", "system.execApprovals.set",
    "fs.listDir"};
constexpr std::array<std::string_view, 5> kDeclaredTexts = {"version", "coreVersion", "uiVersion",
                                                            "modelIdentifier", "pathEnv"};

bool is_node(const PairedDevice& device) { return protocol::has(device.roles, protocol::kRoleNode); }

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void put_declared(json::Object& out, const json::Object& node, std::string_view key) {
  if (const auto* value = json::find(node, key)) out[key] = *value;
}

json::Object facts(const auto& entry) {
  json::Object out;
  out["nodeId"] = entry.device_id;
  put_text(out, "displayName", entry.display_name);
  put_text(out, "platform", entry.platform);
  for (const std::string_view key : kDeclaredTexts) {
    if (key != "pathEnv") put_declared(out, entry.node, key);
  }
  put_text(out, "deviceFamily", entry.device_family);
  put_text(out, "clientId", entry.client_id);
  put_text(out, "clientMode", entry.client_mode);
  for (const char* key : {"caps", "commands", "permissions"}) put_declared(out, entry.node, key);
  put_text(out, "remoteIp", entry.remote_ip);
  return out;
}

std::vector<std::string> declared_commands(const json::Object& node) {
  return json::string_list(json::find(node, "commands"));
}

}  // namespace

std::string_view node_approval_scope(const std::vector<std::string>& commands) {
  const bool admin = std::any_of(commands.begin(), commands.end(), [](const std::string& name) {
    return std::find(kAdminCommands.begin(), kAdminCommands.end(), name) != kAdminCommands.end();
  });
  if (admin) return protocol::kAdmin;
  return commands.empty() ? std::string_view() : protocol::kWrite;
}

std::vector<std::string> approved_commands(const PairedDevice* device,
                                           const std::vector<std::string>& commands) {
  std::vector<std::string> out;
  if (!device || !device->approval) return out;
  for (const auto& command : commands) {
    if (protocol::has(device->approval->commands, command)) out.push_back(command);
  }
  return out;
}

bool commands_wait(const PairedDevice& device, const std::vector<std::string>& commands) {
  return approved_commands(&device, commands).size() != commands.size();
}

void approve_commands(PairedDevice& device, const std::vector<std::string>& commands, std::int64_t now) {
  if (!device.approval) device.approval.emplace();
  NodeApproval& approval = *device.approval;
  if (approval.token.empty()) approval.token = base::random_token();
  if (approval.created_at == 0) approval.created_at = now;
  approval.approved_at = now;
  approval.commands = commands;
}

DeviceBook::Requested NodesView::request(PendingDevice wanted, std::int64_t now) {
  // A node that waits to be paired has its request already; what it declares goes there.
  for (const auto* waiting : book_.pending(now)) {
    if (waiting->device_id != wanted.device_id || waiting->commands_only ||
        !protocol::has(waiting->roles, protocol::kRoleNode))
      continue;
    PendingDevice again = *waiting;
    again.display_name = wanted.display_name;
    again.platform = wanted.platform;
    again.device_family = wanted.device_family;
    again.silent = wanted.silent;
    again.node = wanted.node;
    return book_.request(std::move(again), now);
  }
  wanted.role = protocol::kRoleNode;
  wanted.roles = {wanted.role};
  wanted.scopes.clear();
  wanted.commands_only = true;
  if (const auto* device = book_.find(wanted.device_id)) wanted.public_key = device->public_key;
  return book_.request(std::move(wanted), now);
}

NodesView::Approved NodesView::approve(const std::string& request_id, const protocol::Scopes& caller_scopes,
                                       std::int64_t now) {
  Approved out;
  const PendingDevice* found = book_.find_pending(request_id, now);
  if (!found || !protocol::has(found->roles, protocol::kRoleNode)) return out;
  out.found = true;
  const PendingDevice request = *found;
  const auto commands = declared_commands(request.node);
  const std::string_view needed = node_approval_scope(commands);
  if (!needed.empty() && !protocol::allows(caller_scopes, needed)) {
    out.missing_scope = needed;
    return out;
  }
  PairedDevice* device = nullptr;
  if (request.commands_only) {
    book_.reject(request_id, now);
    device = book_.edit(request.device_id);
    if (!device) {  // node.pair.request: a node that has never connected
      PairedDevice fresh;
      fresh.device_id = request.device_id;
      fresh.display_name = request.display_name;
      fresh.platform = request.platform;
      fresh.device_family = request.device_family;
      fresh.remote_ip = request.remote_ip;
      fresh.created_at = fresh.approved_at = now;
      device = &book_.put(std::move(fresh));
    }
    device->roles = protocol::merged(device->roles, {std::string(protocol::kRoleNode)});
    for (const auto& [key, value] : request.node) device->node[key] = value;
  } else {
    auto approved = book_.approve(request_id, &caller_scopes, now);
    out.missing_scope = std::move(approved.missing_scope);
    device = approved.device;
  }
  if (!device) return out;
  approve_commands(*device, commands, now);
  out.node_id = device->device_id;
  return out;
}

std::optional<PendingDevice> NodesView::reject(const std::string& request_id, std::int64_t now) {
  const PendingDevice* found = book_.find_pending(request_id, now);
  if (!found || !protocol::has(found->roles, protocol::kRoleNode)) return std::nullopt;
  return book_.reject(request_id, now);
}

const PairedDevice* NodesView::verify(const std::string& node_id, std::string_view token) const {
  const PairedDevice* device = book_.find(node_id);
  if (!device || !device->approval || device->approval->token.empty()) return nullptr;
  return crypto::secret_equal(device->approval->token, token) ? device : nullptr;
}

PairedDevice* NodesView::rename(const std::string& node_id, const std::string& name) {
  PairedDevice* device = book_.edit(std::string(base::trim(node_id)));
  if (!device || !is_node(*device)) return nullptr;
  device->display_name = name;
  device->node["renamed"] = name;
  return device;
}

std::vector<const PendingDevice*> NodesView::pending(std::int64_t now) const {
  auto out = book_.pending(now);
  std::erase_if(
      out, [](const PendingDevice* request) { return !protocol::has(request->roles, protocol::kRoleNode); });
  return out;
}

std::vector<const PairedDevice*> NodesView::paired() const {
  auto out = book_.all_paired();
  std::erase_if(out, [](const PairedDevice* device) { return !is_node(*device) || !device->approval; });
  return out;
}

json::Object NodesView::pending_json(const PendingDevice& request) {
  json::Object out;
  out["requestId"] = request.request_id;
  for (auto& [key, value] : facts(request)) out[key] = value;
  json::Array scopes;
  scopes.emplace_back(protocol::kPairing);
  if (const auto needed = node_approval_scope(declared_commands(request.node)); !needed.empty())
    scopes.emplace_back(needed);
  out["requiredApproveScopes"] = std::move(scopes);
  out["silent"] = request.silent;
  out["ts"] = request.ts;
  return out;
}

json::Object NodesView::paired_json(const PairedDevice& device) {
  json::Object out = facts(device);
  if (device.approval) {
    out["createdAtMs"] = device.approval->created_at;
    out["approvedAtMs"] = device.approval->approved_at;
  }
  json::put(out, "lastConnectedAtMs", json::get_int(device.node, "lastConnectedAtMs"));
  return out;
}

}  // namespace openclaw::auth
