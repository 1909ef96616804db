#include "nodes/registry.h"

#include "base/limits.h"
#include "base/random.h"

namespace openclaw::nodes {
namespace {

using protocol::WireResult;

tl::unexpected<protocol::WireError> node_error(const std::optional<std::string>& code, const std::optional<std::string>& message) {
  json::Object inner;
  json::put(inner, "code", code);
  json::put(inner, "message", message);
  std::string text;
  if (code && message) text = message->starts_with(*code) ? *message : *code + ": " + *message;
  else if (code) text = *code;
  else if (message) text = *message;
  else text = "node invoke failed";
  json::Object details;
  details["nodeError"] = std::move(inner);
  return protocol::unavailable(std::move(text), std::move(details));
}

WireResult<> outcome_of(const std::string& node_id, const std::string& command, const json::Object& result) {
  if (!json::get_bool(result, "ok").value_or(false)) {
    const auto* error = json::get_object(result, "error");
    const json::Object none;
    const json::Object& e = error ? *error : none;
    return node_error(json::get_string(e, "code"), json::get_string(e, "message"));
  }
  json::Object out;
  out["ok"] = true;
  out["nodeId"] = node_id;
  out["command"] = command;
  const json::Value* text = json::find(result, "payloadJSON");
  if (text && text->is_string()) {
    const std::string raw(text->get_string().c_str(), text->get_string().size());
    if (auto parsed = json::parse(raw)) {
      out["payload"] = std::move(*parsed);
    } else {
      json::Object wrapped;
      wrapped["payloadJSON"] = raw;
      out["payload"] = std::move(wrapped);
    }
    out["payloadJSON"] = raw;
  } else {
    const json::Value* payload = json::find(result, "payload");
    if (text && !text->is_null()) payload = text;  // a payloadJSON that is no string counts as the payload
    out["payload"] = payload ? *payload : json::Value(nullptr);
    out["payloadJSON"] = nullptr;
  }
  return json::Value(std::move(out));
}

}  // namespace

void Registry::add(LiveNode node) {
  if (live_.contains(node.node_id)) {
    fail_pending(node.node_id);
    forget_subscriptions(node.node_id);
  }
  const std::string id = node.node_id;
  live_[id] = std::move(node);
}

void Registry::set_commands(const std::string& node_id, std::vector<std::string> commands) {
  if (const auto it = live_.find(node_id); it != live_.end()) it->second.commands = std::move(commands);
}

bool Registry::remove(const std::string& node_id, const std::string& connection_id) {
  const auto it = live_.find(node_id);
  if (it == live_.end() || it->second.connection_id != connection_id) return false;
  live_.erase(it);
  fail_pending(node_id);
  forget_subscriptions(node_id);
  return true;
}

void Registry::forget_subscriptions(const std::string& node_id) {
  for (auto it = subscribers_.begin(); it != subscribers_.end();) {
    it->second.erase(node_id);
    it = it->second.empty() ? subscribers_.erase(it) : std::next(it);
  }
}

bool Registry::subscribe(const std::string& node_id, const std::string& session_key, bool on) {
  if (!live_.contains(node_id)) return false;
  if (on) {
    subscribers_[session_key].insert(node_id);
  } else if (const auto it = subscribers_.find(session_key); it != subscribers_.end()) {
    it->second.erase(node_id);
    if (it->second.empty()) subscribers_.erase(it);
  }
  return true;
}

void Registry::send_to_subscribers(const std::string& session_key, std::string_view event, const json::Object& payload) const {
  const auto it = subscribers_.find(session_key);
  if (it == subscribers_.end()) return;
  for (const auto& id : it->second) {
    if (const auto* node = find(id); node && node->send) node->send(event, payload);
  }
}

void Registry::fail_pending(const std::string& node_id) {
  for (auto& [id, pending] : pending_) {
    if (pending->node_id != node_id) continue;
    pending->disconnected = true;
    pending->done.set();
  }
}

const LiveNode* Registry::find(const std::string& node_id) const {
  const auto it = live_.find(node_id);
  return it == live_.end() ? nullptr : &it->second;
}

std::vector<const LiveNode*> Registry::all() const {
  std::vector<const LiveNode*> out;
  for (const auto& [id, node] : live_) out.push_back(&node);
  return out;
}

base::Task<WireResult<>> Registry::invoke(Invocation invocation) {
  const LiveNode* node = find(invocation.node_id);
  if (!node) {
    json::Object details;
    details["code"] = "NOT_CONNECTED";
    co_return protocol::unavailable("node not connected", std::move(details));
  }
  const std::string id = base::uuid4();
  json::Object request;
  request["id"] = id;
  request["nodeId"] = invocation.node_id;
  request["command"] = invocation.command;
  request["paramsJSON"] = invocation.params_json ? json::Value(*invocation.params_json) : json::Value(nullptr);
  json::put(request, "timeoutMs", invocation.timeout_ms);
  if (!invocation.idempotency_key.empty()) request["idempotencyKey"] = invocation.idempotency_key;
  auto pending = std::make_shared<Pending>(loop_, invocation.node_id, invocation.command);
  pending_[id] = pending;
  node->send("node.invoke.request", request);

  const std::int64_t limit = invocation.timeout_ms.value_or(base::kInvokeTimeoutMs);
  const bool answered = co_await pending->done.wait_for(base::Millis(limit));
  pending_.erase(id);
  if (!answered) co_return node_error("TIMEOUT", "node invoke timed out");
  if (pending->disconnected) co_return protocol::unavailable("Error: node disconnected (" + invocation.command + ")");
  co_return outcome_of(invocation.node_id, invocation.command, pending->result);
}

bool Registry::resolve(const std::string& node_id, const json::Object& result) {
  const auto it = pending_.find(json::get_string_or(result, "id", ""));
  if (it == pending_.end() || it->second->node_id != node_id || it->second->done.is_set()) return false;
  it->second->result = result;
  it->second->done.set();
  return true;
}

}  // namespace openclaw::nodes
