// What methods act on besides the parts of State: loaded when the store is open, started when the runtime runs.
#pragma once
#include "gateway/state.h"

namespace openclaw::gateway {

// Approvals that wait, work left for nodes, cron jobs (with the takeover of the reference's). Before store_ready.
base::Task<base::Result<>> load_subjects(State& state);
// Timers: the scheduler. After store_ready.
void start_subjects(State& state);
void stop_subjects(State& state);

}  // namespace openclaw::gateway
