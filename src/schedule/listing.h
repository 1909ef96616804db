// cron.list and cron.runs: filters, order, pages. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "schedule/job.h"

namespace openclaw::schedule {

// `params` passed the schema of cron.list. {jobs, total, offset, limit, hasMore, nextOffset}
json::Object list_jobs(const std::vector<const Job*>& jobs, const json::Object& params);

// Which entries of the run log are wanted.
struct RunFilter {
  std::vector<std::string> statuses, delivery_statuses;  // empty = all
  std::string query;                                     // lower case
  bool ascending = false;
  static RunFilter from(const json::Object& params);
  bool takes(const json::Object& entry) const;
};
// `entries` are newest first and filtered. {entries, total, ...}
json::Object list_runs(std::vector<json::Object> entries, const json::Object& params, bool of_one_job);

}  // namespace openclaw::schedule
