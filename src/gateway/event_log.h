// The last events of the gateway, so that a client that lost its connection gets exactly what it missed (resume, our
// extension of the protocol; docs/RESUME.md). Numbers are gateway-wide and belong to one epoch, a run of the process.
// Bounded by count, bytes and age; while no client wants to resume, events are numbered but not kept. On the loop's
// thread.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "protocol/methods.h"

namespace openclaw::gateway {

struct LoggedEvent {
  std::int64_t eid = 0;
  const protocol::EventRow* row = nullptr;
  std::shared_ptr<const std::string> head;  // {"type":"event","event":..,"payload":..  without the end
  std::string target;                       // resume key of the only receiver; empty = everybody the row allows
  std::int64_t at = 0;                      // steady ms
};

struct EventLogLimits {
  std::size_t count = 10'000;
  std::size_t bytes = 16 << 20;
  std::int64_t age_ms = 600'000;
};

class EventLog {
 public:
  explicit EventLog(std::string epoch, EventLogLimits limits = {}) : epoch_(std::move(epoch)), limits_(limits) {}

  const std::string& epoch() const { return epoch_; }
  std::int64_t newest() const { return newest_; }
  // The smallest number that is still there; newest() + 1 when nothing is.
  std::int64_t oldest() const { return events_.empty() ? newest_ + 1 : events_.front().eid; }

  // Somebody may ask within `ms` from now for what happens from here on.
  void want(std::int64_t now, std::int64_t ms);
  bool wanted(std::int64_t now) const { return now < wanted_until_; }

  // Numbers an event and, while wanted, keeps it.
  std::int64_t add(const protocol::EventRow& row, const std::shared_ptr<const std::string>& head, std::string target, std::int64_t now);
  void trim(std::int64_t now);

  // Is everything after `eid` still there?
  bool covers(const std::string& epoch, std::int64_t eid) const;
  const std::deque<LoggedEvent>& events() const { return events_; }
  std::size_t bytes() const { return bytes_; }

 private:
  void drop_front();
  std::string epoch_;
  EventLogLimits limits_;
  std::deque<LoggedEvent> events_;
  std::size_t bytes_ = 0;
  std::int64_t newest_ = 0, wanted_until_ = 0;
};

}  // namespace openclaw::gateway
