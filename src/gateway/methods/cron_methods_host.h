// What the scheduler does with a job: a run of the agent, its delivery, the events.
#pragma once
#include <memory>

#include "gateway/state.h"
#include "schedule/scheduler.h"

namespace openclaw::gateway {

std::unique_ptr<schedule::Host> make_cron_host(State& state);
// The reference's job file: cron.store, or <state>/cron/jobs.json.
std::string cron_jobs_path(const State& state);

}  // namespace openclaw::gateway
