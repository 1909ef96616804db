// device.pair.* and device.token.* (OpenClaw methods 11).
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/pairing.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

std::string text(const json::Object& params, std::string_view key) {
  return std::string(base::trim(json::get_string_or(params, key, "")));
}

MethodResult list(State& state, const CallContext&, const json::Object&) {
  json::Array pending, paired;
  for (const auto* request : state.devices.pending(state.clock.wall_ms())) {
    if (!request->commands_only) pending.emplace_back(request->to_public_json());
  }
  for (const auto* device : state.devices.paired()) paired.emplace_back(device->to_public_json());
  json::Object out;
  out["pending"] = std::move(pending);
  out["paired"] = std::move(paired);
  return Reply(std::move(out));
}

base::Task<MethodResult> approve(State& state, CallContext caller, json::Object params) {
  const std::string id = text(params, "requestId");
  auto approved = co_await approve_pairing(state, std::move(caller), id);
  if (!approved) co_return tl::unexpected(std::move(approved).error());
  json::Object out;
  out["requestId"] = id;
  if (const auto* device = state.devices.find(*approved)) out["device"] = device->to_public_json();
  co_return Reply(std::move(out));
}

base::Task<MethodResult> reject(State& state, CallContext, json::Object params) {
  const std::string id = text(params, "requestId");
  auto rejected = co_await reject_pairing(state, id);
  if (!rejected) co_return tl::unexpected(std::move(rejected).error());
  json::Object out;
  out["requestId"] = id;
  out["deviceId"] = *rejected;
  co_return Reply(std::move(out));
}

base::Task<MethodResult> remove(State& state, CallContext, json::Object params) {
  const std::string id = text(params, "deviceId");
  auto saved = state.devices.save(id);
  const auto requests = state.devices.remove(id);
  if (!requests) co_return invalid_request("unknown deviceId");
  auto write_job = [id, requests = *requests](store::Db& db) -> base::Result<> {
    for (const auto& request : requests) OC_TRY(store::delete_record(db, "device-pending", request));
    return store::delete_record(db, "device", id);
  };
  auto written = co_await state.store.write(std::move(write_job));
  if (!written) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + written.error().message);
  }
  json::Object out;
  out["deviceId"] = id;
  co_return Reply(std::move(out));
}

// After the answer: one that removes its own device still learns that it worked.
base::Task<void> close_later(State& state, std::string device_id, std::string role) {
  co_await base::sleep_for(base::Millis(0));
  state.hub.close_device(device_id, role, 4001, "device removed");
}

base::Task<MethodResult> remove_and_close(State& state, CallContext caller, json::Object params) {
  const std::string id = text(params, "deviceId");
  auto removed = co_await remove(state, std::move(caller), std::move(params));
  if (removed) base::spawn(state.loop, close_later(state, id, ""), "close device");
  co_return removed;
}

// Protocol 4: who lacks admin manages the operator token of its own device only.
bool may_manage(const CallContext& caller, const std::string& device_id, const std::string& role) {
  if (caller.protocol < 4 || caller.may(protocol::kAdmin)) return true;
  return caller.device_id == device_id && role == protocol::kRoleOperator;
}

base::Task<MethodResult> rotate(State& state, CallContext caller, json::Object params) {
  const std::string id = text(params, "deviceId"), role = text(params, "role");
  std::optional<protocol::Scopes> scopes;
  if (json::get_array(params, "scopes")) scopes = json::string_list(json::find(params, "scopes"));
  auto saved = state.devices.save(id);
  const bool allowed = may_manage(caller, id, role);
  const auto* token =
      allowed ? state.devices.rotate(id, role, scopes, &caller.scopes, state.clock.wall_ms()) : nullptr;
  if (!token) co_return invalid_request("device token rotation denied");
  json::Object out;
  out["deviceId"] = id;
  out["role"] = role;
  // A token belongs to its device; on protocol 4 nobody else sees it.
  if (caller.protocol < 4 || caller.device_id == id) out["token"] = token->token;
  out["scopes"] = json::strings(token->scopes);
  out["rotatedAtMs"] = token->rotated_at.value_or(0);
  auto stored = co_await store_paired(state, id);
  if (!stored) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + stored.error().message);
  }
  base::spawn(state.loop, close_later(state, id, role), "close device");
  co_return Reply(std::move(out));
}

base::Task<MethodResult> revoke(State& state, CallContext caller, json::Object params) {
  const std::string id = text(params, "deviceId"), role = text(params, "role");
  auto saved = state.devices.save(id);
  const bool allowed = may_manage(caller, id, role);
  const auto* token = allowed ? state.devices.revoke(id, role, state.clock.wall_ms()) : nullptr;
  if (!token) co_return invalid_request("unknown deviceId/role");
  json::Object out;
  out["deviceId"] = id;
  out["role"] = role;
  out["revokedAtMs"] = token->revoked_at.value_or(0);
  auto stored = co_await store_paired(state, id);
  if (!stored) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + stored.error().message);
  }
  base::spawn(state.loop, close_later(state, id, role), "close device");
  co_return Reply(std::move(out));
}

base::Task<MethodResult> rename(State& state, CallContext, json::Object params) {
  const std::string id = text(params, "deviceId"), name = text(params, "displayName");
  if (name.empty()) co_return invalid_request("displayName required");
  auto* device = state.devices.edit(id);
  if (!device) co_return invalid_request("unknown deviceId");
  auto saved = state.devices.save(id);
  device->display_name = name;
  device->node["renamed"] = name;
  auto stored = co_await store_paired(state, id);
  if (!stored) {
    state.devices.restore(std::move(saved));
    co_return protocol::unavailable("Error: " + stored.error().message);
  }
  json::Object out;
  out["deviceId"] = id;
  out["displayName"] = name;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"device.pair.list", list},
    {"device.pair.approve", nullptr, approve},
    {"device.pair.reject", nullptr, reject},
    {"device.pair.remove", nullptr, remove_and_close},
    {"device.pair.rename", nullptr, rename},
    {"device.token.rotate", nullptr, rotate},
    {"device.token.revoke", nullptr, revoke},
};

}  // namespace

std::span<const Binding> device_bindings() { return kBindings; }

}  // namespace openclaw::gateway
