// node.pending.*: the foreground queue of iOS nodes and small requests that wait (OpenClaw protocol 7.5).
#include "gateway/methods/node_methods_queue.h"

#include "base/log.h"
#include "base/random.h"
#include "gateway/methods/bindings.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

constexpr const char* kActionKind = "node-action";
constexpr const char* kWorkKind = "node-work";
constexpr const char* kPushKind = "node-push";

base::Task<base::Result<>> store_actions(State& state, std::optional<nodes::QueuedAction> added, std::vector<std::string> gone) {
  if (!added && gone.empty()) co_return base::Result<>{};
  auto job = [added = std::move(added), gone = std::move(gone)](store::Db& db) -> base::Result<> {
    for (const auto& id : gone) OC_TRY(store::delete_record(db, kActionKind, id));
    if (added) OC_TRY(store::put_record(db, kActionKind, added->id, added->to_json()));
    return {};
  };
  auto written = co_await state.store.write(std::move(job));
  co_return written;
}

struct Allowed {
  const nodes::CommandPolicy* policy;
  std::string platform;
};

bool still_allowed(const void* context, const std::string& command) {
  const auto* allowed = static_cast<const Allowed*>(context);
  return allowed->policy->allowed(allowed->platform, command);
}

base::Task<MethodResult> pull(State& state, CallContext caller, json::Object) {
  const auto* node = state.nodes.find(caller.device_id);
  Allowed allowed{&state.settings.node_policy, node ? nodes::platform_of(node->platform, node->device_family) : std::string("unknown")};
  std::vector<std::string> dropped;
  const auto actions = state.nodes.foreground().pull(caller.device_id, state.clock.wall_ms(), still_allowed, &allowed, dropped);
  std::optional<nodes::QueuedAction> none;
  auto stored = co_await store_actions(state, none, dropped);
  if (!stored) co_return unavailable("Error: " + stored.error().message);
  json::Array rows;
  for (const auto& action : actions) {
    json::Object row;
    row["id"] = action.id;
    row["command"] = action.command;
    row["paramsJSON"] = action.params_json ? json::Value(*action.params_json) : json::Value(nullptr);
    row["enqueuedAtMs"] = action.enqueued_at;
    rows.emplace_back(std::move(row));
  }
  json::Object out;
  out["nodeId"] = caller.device_id;
  out["actions"] = std::move(rows);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> acknowledge(State& state, CallContext caller, json::Object params) {
  const auto ids = json::string_list(json::find(params, "ids"));
  const auto left = state.nodes.foreground().acknowledge(caller.device_id, ids, state.clock.wall_ms());
  auto gone = ids;
  std::optional<nodes::QueuedAction> none;
  auto stored = co_await store_actions(state, none, gone);
  if (!stored) co_return unavailable("Error: " + stored.error().message);
  json::Object out;
  out["nodeId"] = caller.device_id;
  out["ackedIds"] = json::strings(ids);
  out["remainingCount"] = static_cast<std::int64_t>(left);
  co_return Reply(std::move(out));
}

MethodResult drain(State& state, const CallContext& caller, const json::Object& params) {
  const auto most = static_cast<std::size_t>(json::get_int(params, "maxItems").value_or(4));
  const auto drained = state.nodes.work().drain(caller.device_id, most, state.clock.wall_ms());
  json::Array items;
  for (const auto& item : drained.items) items.emplace_back(item.to_json());
  json::Object out;
  out["nodeId"] = caller.device_id;
  out["revision"] = drained.revision;
  out["items"] = std::move(items);
  out["hasMore"] = drained.has_more;
  return Reply(std::move(out));
}

base::Task<MethodResult> enqueue(State& state, CallContext, json::Object params) {
  const std::string node_id = json::get_string_or(params, "nodeId", "");
  const auto* device = state.devices.find(node_id);
  // The queue is kept for nodes, not for every word that is thought of.
  if (!state.nodes.find(node_id) && !(device && protocol::has(device->roles, protocol::kRoleNode))) co_return invalid_request("unknown nodeId");
  const std::int64_t now = state.clock.wall_ms();
  nodes::WorkItem item;
  item.id = base::uuid4();
  item.type = json::get_string_or(params, "type", "");
  item.priority = json::get_string_or(params, "priority", "normal");
  item.created_at = now;
  if (const auto lives = json::get_int(params, "expiresInMs")) item.expires_at = now + *lives;
  const auto queued = state.nodes.work().enqueue(node_id, std::move(item), now);
  if (queued.created) {
    auto job = [node_id, record = state.nodes.work().stored(node_id)](store::Db& db) { return store::put_record(db, kWorkKind, node_id, record); };
    auto written = co_await state.store.write(std::move(job));
    if (!written) co_return unavailable("Error: " + written.error().message);
  }
  json::Object out;
  out["nodeId"] = node_id;
  out["revision"] = queued.revision;
  out["queued"] = queued.item.to_json();
  out["wakeTriggered"] = false;  // this gateway has no push service
  co_return Reply(std::move(out));
}

// Why a sleeping node is not woken.
base::Task<json::Object> wake_report(State& state, std::string node_id) {
  auto job = [node_id](store::Db& db) -> base::Result<bool> {
    OC_TRY_ASSIGN(const auto records, store::load_records(db, kPushKind));
    return std::any_of(records.begin(), records.end(), [&](const auto& entry) { return entry.first == node_id; });
  };
  auto registered = co_await state.store.read(std::move(job));
  json::Object out;
  out["path"] = registered && *registered ? "no-auth" : "no-registration";
  out["available"] = false;
  out["throttled"] = false;
  co_return out;
}

constexpr Binding kBindings[] = {
    {"node.pending.pull", nullptr, pull},
    {"node.pending.ack", nullptr, acknowledge},
    {"node.pending.drain", drain},
    {"node.pending.enqueue", nullptr, enqueue},
};

}  // namespace

base::Task<protocol::WireError> queue_if_background(State& state, nodes::Registry::Invocation invocation, protocol::WireError error) {
  const auto* details = error.details.if_object();
  const auto* inner = details ? json::get_object(*details, "nodeError") : nullptr;
  const auto* node = state.nodes.find(invocation.node_id);
  if (!inner || !node || nodes::platform_of(node->platform, node->device_family) != "ios") co_return error;
  if (!nodes::foreground_only(invocation.command)) co_return error;
  if (!nodes::says_background(json::get_string_or(*inner, "code", ""), json::get_string_or(*inner, "message", ""))) co_return error;
  nodes::QueuedAction action;
  action.id = base::uuid4();
  action.node_id = invocation.node_id;
  action.command = invocation.command;
  action.idempotency_key = invocation.idempotency_key;
  action.params_json = invocation.params_json;
  auto change = state.nodes.foreground().push(std::move(action), state.clock.wall_ms());
  const nodes::QueuedAction queued = change.action;
  std::optional<nodes::QueuedAction> added;
  if (change.created) added = queued;
  auto stored = co_await store_actions(state, added, change.dropped);
  if (!stored) {
    base::log_error("node", "a queued command was not stored: " + stored.error().message);
    co_return error;
  }
  const std::string node_id = invocation.node_id;
  json::Object wake = co_await wake_report(state, node_id);
  protocol::WireError out;
  out.code = protocol::kUnavailable;
  out.message = "node command queued until iOS returns to foreground";
  out.retryable = true;
  json::Object more;
  more["code"] = "QUEUED_UNTIL_FOREGROUND";
  more["queuedActionId"] = queued.id;
  more["nodeId"] = queued.node_id;
  more["command"] = queued.command;
  more["wake"] = std::move(wake);
  more["nodeError"] = *inner;
  out.details = std::move(more);
  co_return out;
}

base::Task<base::Result<>> load_node_work(State& state) {
  using Records = std::vector<std::pair<std::string, json::Object>>;
  auto job = [](store::Db& db) -> base::Result<std::pair<Records, Records>> {
    OC_TRY_ASSIGN(auto actions, store::load_records(db, kActionKind));
    OC_TRY_ASSIGN(auto work, store::load_records(db, kWorkKind));
    return std::make_pair(std::move(actions), std::move(work));
  };
  auto loaded = co_await state.store.read(std::move(job));
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());
  for (const auto& [id, record] : loaded->first) state.nodes.foreground().load(record);
  for (const auto& [id, record] : loaded->second) state.nodes.work().load(id, record);
  co_return base::Result<>{};
}

std::span<const Binding> node_queue_bindings() { return kBindings; }

}  // namespace openclaw::gateway
