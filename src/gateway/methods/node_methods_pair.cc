// node.pair.*: the node side of the one pairing store (OpenClaw protocol 7.3).
#include "base/strings.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/pairing.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

MethodResult pair_list(State& state, const CallContext&, const json::Object&) {
  const auth::NodesView nodes(state.devices);
  json::Array pending, paired;
  for (const auto* request : nodes.pending(state.clock.wall_ms())) pending.emplace_back(auth::NodesView::pending_json(*request));
  // Without tokens: whoever may list nodes need not be one.
  for (const auto* device : nodes.paired()) paired.emplace_back(auth::NodesView::paired_json(*device));
  json::Object out;
  out["pending"] = std::move(pending);
  out["paired"] = std::move(paired);
  return Reply(std::move(out));
}

// The answer to the one who has the token, or who has just made it.
json::Object with_token(const auth::PairedDevice& device) {
  const json::Object shown = auth::NodesView::paired_json(device);
  json::Object out;
  out["nodeId"] = shown.at("nodeId");
  if (device.approval) out["token"] = device.approval->token;
  for (const auto& [key, value] : shown) out[key] = value;
  return out;
}

base::Task<MethodResult> pair_approve(State& state, CallContext caller, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  auto approved = co_await approve_node(state, std::move(caller), id);
  if (!approved) co_return tl::unexpected(std::move(approved).error());
  json::Object out;
  out["requestId"] = id;
  if (const auto* device = state.devices.find(*approved)) out["node"] = with_token(*device);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> pair_reject(State& state, CallContext, json::Object params) {
  const std::string id = json::get_string_or(params, "requestId", "");
  auto rejected = co_await reject_pairing(state, id, true);
  if (!rejected) co_return tl::unexpected(std::move(rejected).error());
  json::Object out;
  out["requestId"] = id;
  out["nodeId"] = *rejected;
  co_return Reply(std::move(out));
}

base::Task<MethodResult> pair_request(State& state, CallContext, json::Object params) {
  auth::PendingDevice wanted;
  const auto text = [&](std::string_view key) { return std::string(base::trim(json::get_string_or(params, key, ""))); };
  wanted.device_id = text("nodeId");
  if (wanted.device_id.empty()) co_return invalid_request("nodeId required");
  wanted.display_name = text("displayName");
  wanted.platform = text("platform");
  wanted.device_family = text("deviceFamily");
  wanted.remote_ip = text("remoteIp");
  wanted.silent = json::get_bool(params, "silent").value_or(false);
  for (const std::string_view key : {"version", "coreVersion", "uiVersion", "modelIdentifier", "caps", "commands"}) {
    if (const auto* value = json::find(params, key)) wanted.node[key] = *value;
  }
  auto requested = co_await request_node(state, std::move(wanted));
  if (!requested) co_return tl::unexpected(std::move(requested).error());
  json::Object request = auth::NodesView::pending_json(requested->request);
  json::Object out;
  out["status"] = "pending";
  out["request"] = std::move(request);
  out["created"] = requested->created;
  co_return Reply(std::move(out));
}

MethodResult pair_verify(State& state, const CallContext&, const json::Object& params) {
  const auto* device = auth::NodesView(state.devices).verify(json::get_string_or(params, "nodeId", ""), json::get_string_or(params, "token", ""));
  json::Object out;
  out["ok"] = device != nullptr;
  if (device) out["node"] = with_token(*device);
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"node.pair.list", pair_list},
    {"node.pair.approve", nullptr, pair_approve},
    {"node.pair.reject", nullptr, pair_reject},
    {"node.pair.request", nullptr, pair_request},
    {"node.pair.verify", pair_verify},
};

}  // namespace

std::span<const Binding> node_pair_bindings() { return kBindings; }

}  // namespace openclaw::gateway
