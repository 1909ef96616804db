#include "nodes/foreground_queue.h"

#include <algorithm>

namespace openclaw::nodes {

json::Object QueuedAction::to_json() const {
  json::Object out;
  out["id"] = id;
  out["nodeId"] = node_id;
  out["command"] = command;
  out["idempotencyKey"] = idempotency_key;
  json::put(out, "paramsJSON", params_json);
  out["enqueuedAtMs"] = enqueued_at;
  return out;
}

std::optional<QueuedAction> QueuedAction::from_json(const json::Object& object) {
  QueuedAction out;
  out.id = json::get_string_or(object, "id", "");
  out.node_id = json::get_string_or(object, "nodeId", "");
  out.command = json::get_string_or(object, "command", "");
  out.idempotency_key = json::get_string_or(object, "idempotencyKey", "");
  out.params_json = json::get_string(object, "paramsJSON");
  out.enqueued_at = json::get_int(object, "enqueuedAtMs").value_or(0);
  if (out.id.empty() || out.node_id.empty()) return std::nullopt;
  return out;
}

void ForegroundQueue::expire(std::vector<QueuedAction>& list, std::int64_t now, std::vector<std::string>* dropped) {
  std::erase_if(list, [&](const QueuedAction& action) {
    const bool old = now - action.enqueued_at > kForegroundQueueMs;
    if (old && dropped) dropped->push_back(action.id);
    return old;
  });
}

ForegroundQueue::Change ForegroundQueue::push(QueuedAction action, std::int64_t now) {
  auto& list = by_node_[action.node_id];
  Change out;
  expire(list, now, &out.dropped);
  for (const auto& known : list) {
    if (action.idempotency_key.empty() || known.idempotency_key != action.idempotency_key) continue;
    out.action = known;
    return out;
  }
  while (list.size() >= kForegroundQueueMax) {
    out.dropped.push_back(list.front().id);
    list.erase(list.begin());
  }
  action.enqueued_at = now;
  list.push_back(action);
  out.action = std::move(action);
  out.created = true;
  return out;
}

std::vector<QueuedAction> ForegroundQueue::pull(const std::string& node_id, std::int64_t now,
                                                bool (*allowed)(const void*, const std::string&), const void* context,
                                                std::vector<std::string>& dropped) {
  const auto it = by_node_.find(node_id);
  if (it == by_node_.end()) return {};
  expire(it->second, now, &dropped);
  std::erase_if(it->second, [&](const QueuedAction& action) {
    if (allowed(context, action.command)) return false;
    dropped.push_back(action.id);
    return true;
  });
  return it->second;
}

std::size_t ForegroundQueue::acknowledge(const std::string& node_id, const std::vector<std::string>& ids, std::int64_t now) {
  const auto it = by_node_.find(node_id);
  if (it == by_node_.end()) return 0;
  expire(it->second, now, nullptr);
  std::erase_if(it->second, [&](const QueuedAction& action) { return std::find(ids.begin(), ids.end(), action.id) != ids.end(); });
  return it->second.size();
}

void ForegroundQueue::load(const json::Object& object) {
  auto action = QueuedAction::from_json(object);
  if (!action) return;
  auto& list = by_node_[action->node_id];
  const auto later = [&](const QueuedAction& other) { return other.enqueued_at > action->enqueued_at; };
  list.insert(std::find_if(list.begin(), list.end(), later), std::move(*action));
}

bool foreground_only(std::string_view command) {
  return command.starts_with("canvas.") || command.starts_with("camera.") || command.starts_with("screen.") ||
         command.starts_with("talk.");
}

bool says_background(std::string_view code, std::string_view message) {
  return code == "NODE_BACKGROUND_UNAVAILABLE" || message.find("BACKGROUND_UNAVAILABLE") != std::string_view::npos;
}

}  // namespace openclaw::nodes
