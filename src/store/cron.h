// The run log of the scheduler. Jobs themselves are records of kind "cron-job" (records.h).
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "json/json.h"
#include "store/db.h"

namespace openclaw::store {

// Keeps the newest `keep` entries of the job.
base::Result<> append_cron_run(Db& db, const std::string& job_id, std::int64_t ts, const json::Object& body, std::int64_t keep);
// Calls `entry` for each run, newest first; of all jobs when the id is empty. Ends when it returns false.
base::Result<> each_cron_run(Db& db, const std::string& job_id, const std::function<bool(json::Object)>& entry);
base::Result<> delete_cron_runs(Db& db, const std::string& job_id);

}  // namespace openclaw::store
