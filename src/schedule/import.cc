#include "schedule/import.h"

#include "base/log.h"
#include "base/strings.h"
#include "fs/file.h"
#include "schedule/job.h"
#include "store/cron.h"
#include "store/records.h"

#include <fmt/format.h>

namespace openclaw::schedule {
namespace {

using base::Result;

constexpr std::size_t kMaxJobsFile = 16u << 20, kMaxRunsFile = 8u << 20;

Result<bool> imported(store::Db& db) {
  OC_TRY_ASSIGN(const auto meta, store::load_records(db, "meta"));
  for (const auto& [id, body] : meta) {
    if (id == "import-cron") return true;
  }
  return false;
}

Result<> import_runs(store::Db& db, const std::string& folder, const std::string& job_id, std::int64_t keep) {
  if (job_id.find_first_of("/\\") != job_id.npos) return {};
  const auto text = fs::read_file(folder + "/" + job_id + ".jsonl", kMaxRunsFile);
  if (!text) return {};
  for (const auto& line : base::split(*text, '\n')) {
    const auto parsed = json::parse(line);
    const auto* entry = parsed ? parsed->if_object() : nullptr;
    if (!entry || json::get_string_or(*entry, "action", "") != "finished") continue;
    OC_TRY(store::append_cron_run(db, job_id, json::get_int(*entry, "ts").value_or(0), *entry, keep));
  }
  return {};
}

}  // namespace

Result<> import_once(store::Db& db, const std::string& jobs_path, std::int64_t now, std::int64_t keep_runs) {
  OC_TRY_ASSIGN(const bool done, imported(db));
  if (done) return {};
  const auto text = fs::read_file(jobs_path, kMaxJobsFile);
  if (!text && text.error().kind != base::ErrorKind::not_found) {
    base::log_warn("cron", "jobs of the earlier installation were not taken over: " + text.error().message);
    return {};
  }
  json::Object mark;
  mark["at"] = now;
  std::size_t count = 0;
  if (text) {
    const auto parsed = json::parse(*text);
    const auto* file = parsed ? parsed->if_object() : nullptr;
    const auto* jobs = file ? json::get_array(*file, "jobs") : nullptr;
    if (!jobs) {
      base::log_warn("cron", fmt::format("jobs of the earlier installation were not taken over: {} {}", jobs_path,
                                         parsed ? "has no list \"jobs\"" : parsed.error().message));
      return {};
    }
    for (const auto& item : *jobs) {
      const auto* given = item.if_object();
      auto job = given ? import_job(*given, now) : std::nullopt;
      if (!job) {
        base::log_warn("cron", "a job of " + jobs_path + " was left out: " + (given ? json::get_string_or(*given, "name", "no name") : std::string("no object")));
        continue;
      }
      OC_TRY(store::put_record(db, "cron-job", job->id, job->stored()));
      OC_TRY(import_runs(db, fs::parent(jobs_path) + "/runs", job->id, keep_runs));
      ++count;
    }
    base::log_info("cron", fmt::format("{} jobs taken over from {}", count, jobs_path));
  }
  mark["jobs"] = static_cast<std::int64_t>(count);
  return store::put_record(db, "meta", "import-cron", mark);
}

}  // namespace openclaw::schedule
