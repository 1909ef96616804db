#include "gateway/event_log.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

std::size_t cost(const LoggedEvent& event) { return event.head->size() + event.target.size() + sizeof(LoggedEvent); }

}  // namespace

void EventLog::want(std::int64_t now, std::int64_t ms) { wanted_until_ = std::max(wanted_until_, now + ms); }

void EventLog::drop_front() {
  bytes_ -= cost(events_.front());
  events_.pop_front();
}

std::int64_t EventLog::add(const protocol::EventRow& row, const std::shared_ptr<const std::string>& head, std::string target, std::int64_t now) {
  ++newest_;
  if (!wanted(now)) {
    // What was kept ends before this event: it is of no use to anybody any more.
    events_.clear();
    bytes_ = 0;
    return newest_;
  }
  events_.push_back(LoggedEvent{newest_, &row, head, std::move(target), now});
  bytes_ += cost(events_.back());
  trim(now);
  return newest_;
}

void EventLog::trim(std::int64_t now) {
  while (!events_.empty() && (events_.size() > limits_.count || bytes_ > limits_.bytes || now - events_.front().at > limits_.age_ms)) {
    drop_front();
  }
}

bool EventLog::covers(const std::string& epoch, std::int64_t eid) const {
  return epoch == epoch_ && eid <= newest_ && eid + 1 >= oldest();
}

}  // namespace openclaw::gateway
