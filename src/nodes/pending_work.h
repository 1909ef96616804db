// Small requests that wait for a node until it asks (OpenClaw protocol 7.5, pending work). One of each type a node;
// reading does not remove them, they expire. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"

namespace openclaw::nodes {

struct WorkItem {
  std::string id, type, priority = "normal";  // status.request, location.request; high, normal, default
  std::int64_t created_at = 0;
  std::optional<std::int64_t> expires_at;

  json::Object to_json() const;  // as sent
};

class PendingWork {
 public:
  struct Queued {
    std::int64_t revision = 0;
    WorkItem item;
    bool created = false;  // false: one of the type waits already
  };
  Queued enqueue(const std::string& node_id, WorkItem item, std::int64_t now);
  struct Drained {
    std::int64_t revision = 0;
    std::vector<WorkItem> items;
    bool has_more = false;
  };
  // A request for the node's status is always there: without one in the queue a baseline item is added.
  Drained drain(const std::string& node_id, std::size_t max_items, std::int64_t now);

  json::Object stored(const std::string& node_id) const;  // record of one node
  void load(const std::string& node_id, const json::Object& record);

 private:
  struct Work {
    std::int64_t revision = 0;
    std::vector<WorkItem> items;
  };
  static void expire(Work& work, std::int64_t now);
  std::map<std::string, Work> by_node_;
};

}  // namespace openclaw::nodes
