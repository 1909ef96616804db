// Who is told that a job fails: delivery.failureDestination (or cron.failureDestination) hears of each failure,
// failureAlert of a series of them (OpenClaw agent runtime 18). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schedule/outcome.h"

namespace openclaw::schedule {

// A message to a channel; `channel` may be "last".
struct Notice {
  std::string channel, to, account, text;
};
// For a job that was settled after a failure; notes an alert in its state. Destinations of mode webhook are left out:
// the run log has what they would be told.
std::vector<Notice> failure_notices(Job& job, const Outcome& outcome, std::int64_t now, const Settings& settings);

}  // namespace openclaw::schedule
