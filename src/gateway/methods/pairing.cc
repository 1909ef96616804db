#include "gateway/methods/pairing.h"

#include "base/log.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using Found = std::optional<auth::PendingDevice>;

Found find_request(const State& state, const std::string& request_id) {
  const auto* request = state.devices.find_pending(request_id, state.clock.wall_ms());
  return request ? Found(*request) : std::nullopt;
}

void announce_node(State& state, const std::string& request_id, const std::string& node_id, bool approved) {
  json::Object event;
  event["requestId"] = request_id;
  event["nodeId"] = node_id;
  event["decision"] = approved ? "approved" : "rejected";
  event["ts"] = state.clock.wall_ms();
  const std::string text = json::write(event);
  state.hub.broadcast("node.pair.resolved", text);
  // Nodes of protocol 4 are told what became of them.
  for (const auto& [id, session] : state.hub.all()) {
    if (session->device_id == node_id && session->role == protocol::kRoleNode && session->protocol >= 4) {
      Hub::send_to(*session, "node.pair.resolved", text);
    }
  }
}

void announce(State& state, const auth::PendingDevice& request, bool approved) {
  if (request.commands_only) return announce_node(state, request.request_id, request.device_id, approved);
  announce_resolved(state, request.request_id, request.device_id, approved,
                    protocol::has(request.roles, protocol::kRoleNode));
}

// The request goes, and the device's record is as it is now.
base::Task<protocol::WireResult<std::string>> commit(State& state, auth::PendingDevice request,
                                                     auth::DeviceBook::Saved saved) {
  const auto* device = state.devices.find(request.device_id);
  auto write_job = [id = request.device_id, request_id = request.request_id,
                    body = device->to_json()](store::Db& db) -> base::Result<> {
    OC_TRY(store::delete_record(db, "device-pending", request_id));
    return store::put_record(db, "device", id, body);
  };
  auto written = co_await state.store.write(std::move(write_job));
  if (!written) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + written.error().message);
  }
  announce(state, request, true);
  co_return request.device_id;
}

base::Task<void> ask_for_commands(State& state, auth::PendingDevice wanted) {
  auto requested = co_await request_node(state, std::move(wanted));
  if (!requested) base::log_warn("node", "pairing request not stored: " + requested.error().message);
}

base::Task<void> store_later(State& state, std::string device_id) {
  auto written = co_await store_paired(state, std::move(device_id));
  if (!written) base::log_warn("gateway", "device record not stored: " + written.error().message);
}

}  // namespace

void announce_resolved(State& state, const std::string& request_id, const std::string& device_id,
                       bool approved, bool node) {
  json::Object event;
  event["requestId"] = request_id;
  event["deviceId"] = device_id;
  event["decision"] = approved ? "approved" : "rejected";
  event["ts"] = state.clock.wall_ms();
  state.hub.broadcast("device.pair.resolved", json::write(event));
  if (node) announce_node(state, request_id, device_id, approved);
}

base::Task<base::Result<>> store_paired(State& state, std::string device_id) {
  const auto* device = state.devices.find(device_id);
  if (!device) co_return base::fail(base::ErrorKind::not_found, "unknown device");
  auto body = device->to_json();
  auto write_job = [device_id, body = std::move(body)](store::Db& db) {
    return store::put_record(db, "device", device_id, body);
  };
  auto written = co_await state.store.write(std::move(write_job));
  co_return written;
}

base::Task<protocol::WireResult<std::string>> approve_pairing(State& state, CallContext caller,
                                                              std::string request_id) {
  auto request = find_request(state, request_id);
  if (!request) co_return invalid_request("unknown requestId");
  if (request->commands_only) {
    auto approved = co_await approve_node(state, caller, request_id);
    co_return approved;
  }
  const std::int64_t now = state.clock.wall_ms();
  auto saved = state.devices.save(request->device_id);
  auto approved = state.devices.approve(request_id, &caller.scopes, now);
  if (!approved.missing_scope.empty()) co_return missing_scope(caller, approved.missing_scope);
  if (!approved.device) co_return invalid_request("unknown requestId");
  if (protocol::has(request->roles, protocol::kRoleNode)) {
    const auto commands = json::string_list(json::find(request->node, "commands"));
    if (caller.may(auth::node_approval_scope(commands)))
      auth::approve_commands(*approved.device, commands, now);
  }
  auto done = co_await commit(state, *request, std::move(saved));
  co_return done;
}

base::Task<protocol::WireResult<std::string>> approve_node(State& state, CallContext caller,
                                                           std::string request_id) {
  auto request = find_request(state, request_id);
  if (!request) co_return invalid_request("unknown requestId");
  auto saved = state.devices.save(request->device_id);
  const auto approved =
      auth::NodesView(state.devices).approve(request_id, caller.scopes, state.clock.wall_ms());
  if (!approved.found) co_return invalid_request("unknown requestId");
  if (!approved.missing_scope.empty()) co_return missing_scope(caller, approved.missing_scope);
  auto done = co_await commit(state, *request, std::move(saved));
  co_return done;
}

base::Task<protocol::WireResult<std::string>> reject_pairing(State& state, std::string request_id,
                                                             bool nodes_only) {
  auto request = find_request(state, request_id);
  if (!request || (nodes_only && !protocol::has(request->roles, protocol::kRoleNode)))
    co_return invalid_request("unknown requestId");
  auto saved = state.devices.save(request->device_id);
  state.devices.reject(request_id, state.clock.wall_ms());
  auto write_job = [request_id](store::Db& db) {
    return store::delete_record(db, "device-pending", request_id);
  };
  auto written = co_await state.store.write(std::move(write_job));
  if (!written) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + written.error().message);
  }
  announce(state, *request, false);
  co_return request->device_id;
}

base::Task<protocol::WireResult<auth::DeviceBook::Requested>> request_node(State& state,
                                                                           auth::PendingDevice wanted) {
  auto saved = state.devices.save(wanted.device_id);
  auto requested = auth::NodesView(state.devices).request(std::move(wanted), state.clock.wall_ms());
  auto write_job = [id = requested.request.request_id, removed = requested.removed_ids,
                    body = requested.request.to_json()](store::Db& db) -> base::Result<> {
    for (const auto& old : removed) OC_TRY(store::delete_record(db, "device-pending", old));
    return store::put_record(db, "device-pending", id, body);
  };
  auto written = co_await state.store.write(std::move(write_job));
  if (!written) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + written.error().message);
  }
  if (requested.created)
    state.hub.broadcast("node.pair.requested", json::write(auth::NodesView::pending_json(requested.request)));
  co_return requested;
}

void reconcile_node(State& state, const std::string& node_id, const std::vector<std::string>& commands,
                    bool silent) {
  auto* device = state.devices.edit(node_id);
  if (!device) return;
  const bool wait = auth::commands_wait(*device, commands);
  if (!wait && device->approval) return;
  if (silent || !wait) {
    const auto before = device->approval ? device->approval->commands : std::vector<std::string>{};
    auth::approve_commands(*device, protocol::merged(before, commands), state.clock.wall_ms());
    return base::spawn(state.loop, store_later(state, node_id), "store node");
  }
  auth::PendingDevice wanted;
  wanted.device_id = node_id;
  wanted.display_name = device->display_name;
  wanted.platform = device->platform;
  wanted.device_family = device->device_family;
  wanted.client_id = device->client_id;
  wanted.client_mode = device->client_mode;
  wanted.remote_ip = device->remote_ip;
  for (const char* key : {"version", "modelIdentifier", "caps", "permissions"}) {
    if (const auto* value = json::find(device->node, key)) wanted.node[key] = *value;
  }
  wanted.node["commands"] = json::strings(commands);
  base::log_info(
      "node", fmt::format("commands of {} wait for approval: openclaw nodes pending", node_id.substr(0, 12)));
  base::spawn(state.loop, ask_for_commands(state, std::move(wanted)), "node request");
}

std::vector<std::string> usable_commands(const State& state, const nodes::LiveNode& node) {
  return auth::approved_commands(state.devices.find(node.node_id), node.commands);
}

base::Task<base::Result<std::string>> issue_bootstrap(State& state, auth::BootstrapProfile profile) {
  auto issued = state.devices.bootstrap().issue(std::move(profile), state.clock.wall_ms());
  const auto* token = state.devices.bootstrap().find(issued.id);
  auto write_job = [id = issued.id, removed = issued.removed_ids,
                    body = token->to_json()](store::Db& db) -> base::Result<> {
    for (const auto& old : removed) OC_TRY(store::delete_record(db, "bootstrap", old));
    return store::put_record(db, "bootstrap", id, body);
  };
  auto written = co_await state.store.write(std::move(write_job));
  if (!written) {
    state.devices.bootstrap().remove(issued.id);
    co_return tl::unexpected(std::move(written).error());
  }
  co_return issued.token;
}

}  // namespace openclaw::gateway
