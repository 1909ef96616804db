// How a job's run ended, and what that makes of the job (OpenClaw agent runtime 18). Pure but for tzdata.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schedule/job.h"
#include "schedule/schedule.h"

namespace openclaw::schedule {

struct Outcome {
  std::string status = "ok";  // ok, error, skipped
  std::string error, summary;
  std::optional<bool> delivered;
  std::string delivery_status = "not-requested";  // delivered, not-delivered, unknown, not-requested
  std::string delivery_error;
  std::string session_id, session_key, model, provider;
  std::optional<json::Object> usage;  // {input_tokens, output_tokens, total_tokens}
};

// What the configuration says (block `cron`).
struct Settings {
  bool enabled = true;
  std::size_t max_concurrent = 1;
  std::int64_t retry_attempts = 3;
  std::vector<std::int64_t> retry_steps = {30'000, 60'000, 300'000};
  std::vector<std::string> retry_on;  // empty = every kind
  std::int64_t keep_runs = 2'000;     // of one job
  std::string default_agent = "main";
  bool alerts = false;                // failureAlert of jobs that say nothing
  std::int64_t alert_after = 3, alert_cooldown_ms = 3'600'000;
  std::string alert_mode = "announce";
  json::Object failure_destination;   // of jobs that say nothing
};

// The job after the run; `remove` when it is done for good.
struct Settled {
  Job job;
  bool remove = false;
};
Settled settle(Job job, const Outcome& outcome, std::int64_t run_at, std::int64_t now, const Settings& settings);

// The entry of the run log, and the `cron` event of the end.
json::Object run_entry(const Job& job, const Outcome& outcome, std::int64_t run_at, std::int64_t now);
json::Object finished_event(const Job& job, const Outcome& outcome, std::int64_t run_at, std::int64_t now);

// auth, format, rate_limit, billing, timeout, model_not_found or unknown
std::string_view error_reason(std::string_view error);

}  // namespace openclaw::schedule
