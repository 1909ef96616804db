// device.pair.list, approve, reject.
#include "gateway/methods/bindings.h"
#include "gateway/methods/pairing.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

void announce(State& state, const std::string& request_id, const std::string& device_id, const char* decision, bool node) {
  json::Object event;
  event["requestId"] = request_id;
  event["deviceId"] = device_id;
  event["decision"] = decision;
  event["ts"] = state.clock.wall_ms();
  state.hub.broadcast("device.pair.resolved", json::write(event));
  if (!node) return;
  event.erase("deviceId");
  event["nodeId"] = device_id;
  state.hub.broadcast("node.pair.resolved", json::write(event));
}

MethodResult list(State& state, const CallContext&, const json::Object&) {
  json::Array pending, paired;
  for (const auto* request : state.devices.pending(state.clock.wall_ms())) {
    json::Object entry = request->to_json();
    entry.erase("node");
    pending.emplace_back(std::move(entry));
  }
  for (const auto* device : state.devices.paired()) paired.emplace_back(device->to_public_json());
  json::Object out;
  out["pending"] = std::move(pending);
  out["paired"] = std::move(paired);
  return Reply(std::move(out));
}

base::Task<MethodResult> approve(State& state, CallContext caller, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  auto approved = co_await approve_pairing(state, std::move(caller), id);
  if (!approved) co_return tl::unexpected(std::move(approved).error());
  json::Object out;
  out["requestId"] = id;
  if (const auto* device = state.devices.find(*approved)) out["device"] = device->to_public_json();
  co_return Reply(std::move(out));
}

base::Task<MethodResult> reject(State& state, CallContext, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  auto rejected = co_await reject_pairing(state, id);
  if (!rejected) co_return tl::unexpected(std::move(rejected).error());
  json::Object out;
  out["requestId"] = id;
  out["deviceId"] = *rejected;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"device.pair.list", list},
    {"device.pair.approve", nullptr, approve},
    {"device.pair.reject", nullptr, reject},
};

}  // namespace

base::Task<base::Result<>> store_paired(State& state, std::string device_id) {
  const auto* device = state.devices.find(device_id);
  if (!device) co_return base::fail(base::ErrorKind::not_found, "unknown device");
  auto body = device->to_json();
  auto written_job = [device_id, body = std::move(body)](store::Db& db) { return store::put_record(db, "device", device_id, body); };
  auto written = co_await state.store.write(std::move(written_job));
  co_return written;
}

base::Task<protocol::WireResult<std::string>> approve_pairing(State& state, CallContext caller, std::string request_id) {
  const std::int64_t now = state.clock.wall_ms();
  const auto* request = state.devices.find_pending(request_id, now);
  if (!request) co_return invalid_request("unknown requestId");
  if (request->role == protocol::kRoleOperator) {
    const std::string lacking = protocol::first_uncovered(protocol::kRoleOperator, caller.scopes, request->scopes);
    if (!lacking.empty()) co_return invalid_request("missing scope: " + lacking);
  }
  const auth::PairedDevice* device = state.devices.approve(request_id, now);
  const std::string device_id = device->device_id;
  const bool node = device->role == protocol::kRoleNode;
  auto body = device->to_json();
  auto written_job = [device_id, request_id, body = std::move(body)](store::Db& db) -> base::Result<> {
    OC_TRY(store::delete_record(db, "device-pending", request_id));
    return store::put_record(db, "device", device_id, body);
  };
  auto written = co_await state.store.write(std::move(written_job));
  if (!written) co_return protocol::unavailable("Error: " + written.error().message);
  announce(state, request_id, device_id, "approved", node);
  co_return device_id;
}

base::Task<protocol::WireResult<std::string>> reject_pairing(State& state, std::string request_id) {
  auto request = state.devices.reject(request_id, state.clock.wall_ms());
  if (!request) co_return invalid_request("unknown requestId");
  auto written_job = [request_id](store::Db& db) { return store::delete_record(db, "device-pending", request_id); };
  auto written = co_await state.store.write(std::move(written_job));
  if (!written) co_return protocol::unavailable("Error: " + written.error().message);
  announce(state, request_id, request->device_id, "rejected", request->role == protocol::kRoleNode);
  co_return request->device_id;
}

std::span<const Binding> device_bindings() { return kBindings; }

}  // namespace openclaw::gateway
