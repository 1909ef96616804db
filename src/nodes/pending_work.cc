#include "nodes/pending_work.h"

#include <algorithm>

namespace openclaw::nodes {
namespace {

int rank(const WorkItem& item) { return item.priority == "high" ? 0 : item.priority == "normal" ? 1 : 2; }

}  // namespace

json::Object WorkItem::to_json() const {
  json::Object out;
  out["id"] = id;
  out["type"] = type;
  out["priority"] = priority;
  out["createdAtMs"] = created_at;
  out["expiresAtMs"] = expires_at ? json::Value(*expires_at) : json::Value(nullptr);
  return out;
}

void PendingWork::expire(Work& work, std::int64_t now) {
  std::erase_if(work.items, [&](const WorkItem& item) { return item.expires_at && *item.expires_at <= now; });
}

PendingWork::Queued PendingWork::enqueue(const std::string& node_id, WorkItem item, std::int64_t now) {
  auto& work = by_node_[node_id];
  expire(work, now);
  Queued out;
  const auto same = std::find_if(work.items.begin(), work.items.end(), [&](const WorkItem& one) { return one.type == item.type; });
  if (same != work.items.end()) {
    out.item = *same;
  } else {
    ++work.revision;
    out.created = true;
    out.item = item;
    work.items.push_back(std::move(item));
  }
  out.revision = work.revision;
  return out;
}

PendingWork::Drained PendingWork::drain(const std::string& node_id, std::size_t max_items, std::int64_t now) {
  Drained out;
  if (const auto it = by_node_.find(node_id); it != by_node_.end()) {
    expire(it->second, now);
    out.revision = it->second.revision;
    out.items = it->second.items;
  }
  const bool asked = std::any_of(out.items.begin(), out.items.end(), [](const WorkItem& item) { return item.type == "status.request"; });
  if (!asked) out.items.push_back(WorkItem{"baseline-status", "status.request", "default", now, std::nullopt});
  std::stable_sort(out.items.begin(), out.items.end(), [](const WorkItem& a, const WorkItem& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.created_at < b.created_at;
  });
  out.has_more = out.items.size() > max_items;
  if (out.has_more) out.items.resize(max_items);
  return out;
}

json::Object PendingWork::stored(const std::string& node_id) const {
  json::Object out;
  const auto it = by_node_.find(node_id);
  if (it == by_node_.end()) return out;
  out["revision"] = it->second.revision;
  json::Array items;
  for (const auto& item : it->second.items) items.emplace_back(item.to_json());
  out["items"] = std::move(items);
  return out;
}

void PendingWork::load(const std::string& node_id, const json::Object& record) {
  Work work;
  work.revision = json::get_int(record, "revision").value_or(0);
  if (const auto* items = json::get_array(record, "items")) {
    for (const auto& entry : *items) {
      const auto* object = entry.if_object();
      if (!object) continue;
      WorkItem item;
      item.id = json::get_string_or(*object, "id", "");
      item.type = json::get_string_or(*object, "type", "");
      item.priority = json::get_string_or(*object, "priority", "normal");
      item.created_at = json::get_int(*object, "createdAtMs").value_or(0);
      item.expires_at = json::get_int(*object, "expiresAtMs");
      work.items.push_back(std::move(item));
    }
  }
  by_node_[node_id] = std::move(work);
}

}  // namespace openclaw::nodes
