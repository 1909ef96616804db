// When a job runs: {kind:"at", at} · {kind:"every", everyMs, anchorMs?} · {kind:"cron", expr, tz?, staggerMs?} (OpenClaw
// methods 9). Pure but for tzdata.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::schedule {

inline constexpr std::int64_t kDefaultStaggerMs = 300'000;  // of expressions that fire at the full hour

// The first time after `now` (Unix ms) that the schedule names; nullopt when there is none. Errors: invalid (an
// expression or a zone that means nothing).
base::Result<std::optional<std::int64_t>> next_run(const json::Object& schedule, std::int64_t now);
// The last time before `now` of a cron schedule; nullopt for others.
base::Result<std::optional<std::int64_t>> previous_run(const json::Object& schedule, std::int64_t now);
// How far runs of different jobs are spread.
std::int64_t stagger_ms(const json::Object& schedule);
// This job's part of it, always the same for one id.
std::int64_t stagger_offset(const std::string& job_id, std::int64_t stagger);

// ISO 8601 (a date, or date and time; UTC unless it says otherwise) or Unix milliseconds as digits.
std::optional<std::int64_t> parse_absolute(std::string_view text);
// "90s", "1h30m", "0.5d"; a bare number counts in `default_unit` (ms, s, m, h, d).
base::Result<std::int64_t> parse_duration(std::string_view text, std::string_view default_unit = "ms");

// How long a job that failed `errors` times in a row waits.
std::int64_t error_backoff(std::int64_t errors, const std::vector<std::int64_t>& steps);
extern const std::vector<std::int64_t> kErrorBackoff;  // 30 s, 1, 5, 15, 60 min
// May the error go away by itself? `retry_on`: rate_limit, overloaded, network, timeout, server_error; empty = all.
bool transient_error(std::string_view error, const std::vector<std::string>& retry_on = {});

}  // namespace openclaw::schedule
