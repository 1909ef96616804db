// Takes over the reference's <state>/cron at the first start. Runs on the store thread, once for a state folder.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/db.h"

namespace openclaw::schedule {

// `jobs_path` is its jobs.json; the run logs are in runs/ beside it. A file that cannot be read is named in the log
// and tried again at the next start.
base::Result<> import_once(store::Db& db, const std::string& jobs_path, std::int64_t now, std::int64_t keep_runs);

}  // namespace openclaw::schedule
