// exec.approvals.*: the approvals file of the gateway's host, and that of a node through the node.
#include "approvals/file.h"
#include "base/random.h"
#include "base/strings.h"
#include "fs/file.h"
#include "gateway/methods/bindings.h"
#include "gateway/worker.h"

namespace openclaw::gateway {
namespace {

using base::Result;
using protocol::invalid_request;
using protocol::unavailable;

constexpr std::int64_t kNodeTimeoutMs = 30'000;

// The file as it is; made when there is none, so that there is a hash to build on.
Result<approvals::Snapshot> ensure_file(const std::string& state_dir) {
  const std::string path = approvals::approvals_path(state_dir);
  OC_TRY_ASSIGN(auto snapshot, approvals::load_approvals(path));
  if (snapshot.exists) return snapshot;
  json::Object socket;
  socket["path"] = state_dir + "/exec-approvals.sock";
  socket["token"] = base::random_token().substr(0, 32);
  json::Object document;
  document["version"] = 1;
  document["socket"] = std::move(socket);
  document["defaults"] = json::Object{};
  document["agents"] = json::Object{};
  OC_TRY(fs::write_atomic(path, json::write_pretty(json::Value(std::move(document))) + "\n", 0600));
  return approvals::load_approvals(path);
}

MethodResult reply_of(const Result<approvals::Snapshot>& snapshot) {
  if (!snapshot) return unavailable("Error: " + snapshot.error().message);
  json::Object out;
  out["path"] = snapshot->path;
  out["exists"] = snapshot->exists;
  out["hash"] = snapshot->hash;
  out["file"] = snapshot->file.public_document();
  return Reply(std::move(out));
}

base::Task<MethodResult> get(State& state, CallContext, json::Object) {
  std::function<Result<approvals::Snapshot>()> job = [dir = state.settings.state_dir] { return ensure_file(dir); };
  auto snapshot = co_await on_worker<approvals::Snapshot>(state.loop, std::move(job));
  co_return reply_of(snapshot);
}

Result<approvals::Snapshot> replace_file(const std::string& state_dir, json::Object document, const std::optional<std::string>& base_hash) {
  OC_TRY(ensure_file(state_dir));
  OC_TRY_ASSIGN(auto file, approvals::ApprovalsFile::from_json(std::move(document), "exec approvals"));
  return approvals::store_approvals(approvals::approvals_path(state_dir), std::move(file), base_hash);
}

base::Task<MethodResult> set(State& state, CallContext, json::Object params) {
  std::function<Result<approvals::Snapshot>()> job = [dir = state.settings.state_dir, document = *json::get_object(params, "file"),
                                                      hash = json::get_string(params, "baseHash")] {
    return replace_file(dir, document, hash);
  };
  auto stored = co_await on_worker<approvals::Snapshot>(state.loop, std::move(job));
  if (!stored && stored.error().kind == base::ErrorKind::invalid) {
    // The words of the node's file, said of the gateway's.
    std::string text = base::replace_all(stored.error().message, "; reload and retry", "; re-run exec.approvals.get and retry");
    co_return invalid_request(base::replace_all(std::move(text), "exec approvals changed;", "exec approvals changed since last load;"));
  }
  co_return reply_of(stored);
}

base::Task<MethodResult> through_node(State& state, std::string node_id, std::string command, json::Object params) {
  nodes::Registry::Invocation invocation;
  invocation.node_id = node_id;
  invocation.command = std::move(command);
  invocation.params_json = json::write(params);
  invocation.idempotency_key = base::uuid4();
  invocation.timeout_ms = kNodeTimeoutMs;
  if (!state.nodes.find(node_id)) {
    json::Object inner;
    inner["code"] = "NOT_CONNECTED";
    inner["message"] = "node not connected";
    json::Object details;
    details["nodeError"] = std::move(inner);
    co_return unavailable("NOT_CONNECTED: node not connected", std::move(details));
  }
  auto outcome = co_await state.nodes.invoke(std::move(invocation));
  if (!outcome) co_return tl::unexpected(std::move(outcome).error());
  auto* object = outcome->if_object();
  if (auto* payload = object ? object->if_contains("payload") : nullptr) co_return Reply(std::move(*payload));
  co_return Reply(json::Value(nullptr));
}

base::Task<MethodResult> node_get(State& state, CallContext, json::Object params) {
  const std::string node_id = json::get_string_or(params, "nodeId", ""), command = "system.execApprovals.get";
  json::Object nothing;
  auto result = co_await through_node(state, node_id, command, std::move(nothing));
  co_return result;
}

base::Task<MethodResult> node_set(State& state, CallContext, json::Object params) {
  json::Object forwarded;
  forwarded["file"] = *json::find(params, "file");
  json::put(forwarded, "baseHash", json::get_string(params, "baseHash"));
  const std::string node_id = json::get_string_or(params, "nodeId", ""), command = "system.execApprovals.set";
  auto result = co_await through_node(state, node_id, command, std::move(forwarded));
  co_return result;
}

constexpr Binding kBindings[] = {
    {"exec.approvals.get", nullptr, get},
    {"exec.approvals.set", nullptr, set},
    {"exec.approvals.node.get", nullptr, node_get},
    {"exec.approvals.node.set", nullptr, node_set},
};

}  // namespace

std::span<const Binding> approval_file_bindings() { return kBindings; }

}  // namespace openclaw::gateway
