// Commands that an iOS node could not run in the background; it fetches them when it comes to the foreground (OpenClaw
// protocol 7.5). Pure but for the store, which the caller keeps in step: every change names the records it touches.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace openclaw::nodes {

struct QueuedAction {
  std::string id, node_id, command, idempotency_key;
  std::optional<std::string> params_json;
  std::int64_t enqueued_at = 0;

  json::Object to_json() const;  // as stored
  static std::optional<QueuedAction> from_json(const json::Object& object);
};

inline constexpr std::size_t kForegroundQueueMax = 64;         // per node; the oldest goes
inline constexpr std::int64_t kForegroundQueueMs = 600'000;

class ForegroundQueue {
 public:
  struct Change {
    QueuedAction action;
    bool created = false;              // false: the idempotency key was queued already
    std::vector<std::string> dropped;  // ids that fell out
  };
  Change push(QueuedAction action, std::int64_t now);
  // What is alive, oldest first. `allowed` says whether a command may still be called; others go and are named.
  std::vector<QueuedAction> pull(const std::string& node_id, std::int64_t now, bool (*allowed)(const void*, const std::string&),
                                 const void* context, std::vector<std::string>& dropped);
  std::size_t acknowledge(const std::string& node_id, const std::vector<std::string>& ids, std::int64_t now);  // how many remain
  void load(const json::Object& object);

 private:
  void expire(std::vector<QueuedAction>& list, std::int64_t now, std::vector<std::string>* dropped);
  std::map<std::string, std::vector<QueuedAction>> by_node_;
};

// Only in the foreground: canvas.*, camera.*, screen.*, talk.*
bool foreground_only(std::string_view command);
// Does the node's refusal mean that the app is in the background?
bool says_background(std::string_view code, std::string_view message);

}  // namespace openclaw::nodes
