#include "gateway/run_observers.h"

namespace openclaw::gateway {
namespace {

// One entry of a table; its end takes the entry out.
template <class Table>
struct Entry {
  Entry(const std::shared_ptr<Table>& table, std::string key, typename Table::mapped_type callback)
      : table_(table), at_(table->emplace(std::move(key), std::move(callback))) {}
  ~Entry() {
    if (const auto table = table_.lock()) table->erase(at_);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

 private:
  std::weak_ptr<Table> table_;
  typename Table::iterator at_;
};

// A callback may end watches, its own too: those of the key are copied first.
template <class Table, class Event>
void call_all(const Table& table, const std::string& key, const Event& event) {
  const auto [first, last] = table.equal_range(key);
  if (first == last) return;
  std::vector<typename Table::mapped_type> callbacks;
  for (auto it = first; it != last; ++it) callbacks.push_back(it->second);
  for (const auto& callback : callbacks) (*callback)(event);
}

}  // namespace

RunObservers::RunObservers()
    : runs_(std::make_shared<Table<OnAgent>>()), sessions_(std::make_shared<Table<OnMessage>>()) {}

RunObservers::Watch RunObservers::follow_run(std::string run_id, OnAgent callback) {
  return std::make_shared<Entry<Table<OnAgent>>>(runs_, std::move(run_id), std::make_shared<OnAgent>(std::move(callback)));
}

RunObservers::Watch RunObservers::follow_session(std::string session_key, OnMessage callback) {
  return std::make_shared<Entry<Table<OnMessage>>>(sessions_, std::move(session_key),
                                                   std::make_shared<OnMessage>(std::move(callback)));
}

void RunObservers::agent(const agent::AgentEvent& event) const { call_all(*runs_, event.run_id, event); }

void RunObservers::session_message(const std::string& session_key, const store::MessageRecord& message) const {
  call_all(*sessions_, session_key, message);
}

}  // namespace openclaw::gateway
