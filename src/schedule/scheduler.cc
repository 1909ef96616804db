#include "schedule/scheduler.h"

#include "base/log.h"
#include "base/random.h"
#include "schedule/import.h"
#include "schedule/listing.h"
#include "store/cron.h"
#include "store/records.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::schedule {

using base::ErrorKind;
using base::Result;
using base::Task;

namespace {

constexpr const char* kKind = "cron-job";
// The clock on the wall may jump; looking again after this long bounds what that costs.
constexpr std::int64_t kMaxSleepMs = 30'000;
constexpr std::size_t kMaxJobs = 5'000;

tl::unexpected<base::Error> unknown_job(const std::string& id) {
  return base::fail(ErrorKind::not_found, "unknown cron job id: " + id);
}

}  // namespace

Task<void> TurnLock::take() {
  if (!taken_) {
    taken_ = true;
    co_return;
  }
  auto turn = std::make_shared<base::Event>(loop_);
  waiting_.push_back(turn);
  co_await turn->wait();
}

void TurnLock::give() {
  if (waiting_.empty()) {
    taken_ = false;
    return;
  }
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  next->set();
}

Scheduler::Scheduler(base::Loop& loop, store::Store& store, const base::Clock& clock, std::unique_ptr<Host> host)
    : loop_(loop), store_(store), clock_(clock), host_(std::move(host)), lock_(loop), wake_(loop) {}

Task<Result<>> Scheduler::load(std::string jobs_path) {
  const std::int64_t now = clock_.wall_ms();
  auto job = [jobs_path, now, keep = host_->settings().keep_runs](store::Db& db) -> Result<std::vector<std::pair<std::string, json::Object>>> {
    OC_TRY(import_once(db, jobs_path, now, keep));
    return store::load_records(db, kKind);
  };
  auto loaded = co_await store_.write(std::move(job));
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());
  for (const auto& [id, record] : *loaded) {
    auto parsed = Job::from_stored(record);
    if (!parsed) {
      base::log_warn("cron", "job " + id + " cannot be read and is left alone");
      continue;
    }
    if (parsed->run_id.empty()) parsed->state().stable_erase("runningAtMs");
    jobs_[id] = std::make_shared<Job>(std::move(*parsed));
  }
  co_return Result<>{};
}

void Scheduler::start() {
  for (const auto& [id, job] : jobs_) {
    if (job->run_id.empty()) continue;
    const std::int64_t run_at = json::get_int(job->state(), "runningAtMs").value_or(clock_.wall_ms());
    base::spawn(loop_, watch(shared_from_this(), id, run_at), "cron run");
  }
  base::spawn(loop_, loop_task(shared_from_this()), "cron");
}

void Scheduler::stop() {
  stopped_ = true;
  wake_.set();
}

std::optional<std::int64_t> Scheduler::next_wake() const {
  std::optional<std::int64_t> out;
  for (const auto& [id, job] : jobs_) {
    const auto at = job->next_at();
    if (job->enabled() && at && (!out || *at < *out)) out = at;
  }
  return out;
}

std::size_t Scheduler::running() const {
  return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& entry) {
    return !entry.second->run_id.empty() && entry.second->run_mode == "due";
  }));
}

Scheduler::JobPtr Scheduler::first_due(std::int64_t now) const {
  JobPtr out;
  for (const auto& [id, job] : jobs_) {
    const auto at = job->next_at();
    if (!job->enabled() || !job->run_id.empty() || !at || *at > now) continue;
    if (!out || *at < *out->next_at()) out = job;
  }
  return out;
}

Task<void> Scheduler::run_due() {
  for (;;) {
    const auto settings = host_->settings();
    if (stopped_ || !settings.enabled || running() >= settings.max_concurrent) co_return;
    co_await lock_.take();
    const std::int64_t now = clock_.wall_ms();
    const JobPtr job = stopped_ ? nullptr : first_due(now);
    if (!job) {
      lock_.give();
      co_return;
    }
    const std::string id = job->id, run_id = fmt::format("cron:{}:{}", id, now), mode = "due";
    auto begun = co_await begin(id, run_id, mode);
    lock_.give();
    if (!begun) {
      base::log_warn("cron", fmt::format("job {} could not begin: {}", job->id, begun.error().message));
      co_return;
    }
  }
}

Task<void> Scheduler::loop_task(std::shared_ptr<Scheduler> self) {
  while (!self->stopped_) {
    self->wake_.reset();
    co_await self->run_due();
    if (self->stopped_) co_return;
    std::int64_t pause = kMaxSleepMs;
    const bool full = self->running() >= self->host_->settings().max_concurrent;
    if (const auto next = self->next_wake(); next && !full) pause = std::clamp<std::int64_t>(*next - self->clock_.wall_ms(), 10, kMaxSleepMs);
    co_await self->wake_.wait_for(base::Millis(pause));
  }
}

Task<Result<>> Scheduler::begin(std::string id, std::string run_id, std::string mode) {
  const std::int64_t now = clock_.wall_ms();
  Job next = *jobs_.at(id);
  next.run_id = run_id;
  next.run_mode = mode;
  next.plan = host_->plan(next);
  next.state()["runningAtMs"] = now;
  if (next.one_shot()) {
    set_next(next, std::nullopt);
  } else if (const auto due = next.next_at(); due && *due <= now) {
    // Slots that passed while nobody looked are made up for by this one run.
    auto later = next_due(next, now);
    set_next(next, later ? *later : std::nullopt);
  }
  auto also = [id, record = next.stored()](store::Db& db) { return store::put_record(db, kKind, id, record); };
  Job copy = next;
  auto begun = co_await host_->begin(std::move(copy), now, std::move(also));
  if (!begun) {
    if (stopped_) co_return begun;
    // A job that cannot even begin has failed; else it would be due again at once.
    Outcome outcome;
    outcome.status = "error";
    outcome.error = begun.error().message;
    *jobs_.at(id) = std::move(next);
    co_await settle_run(id, now, std::move(outcome));
    co_return Result<>{};
  }
  *jobs_.at(id) = std::move(next);
  json::Object event;
  event["jobId"] = id;
  event["action"] = "started";
  event["runAtMs"] = now;
  host_->event(event);
  base::spawn(loop_, watch(shared_from_this(), id, now), "cron run");
  co_return Result<>{};
}

Task<void> Scheduler::watch(std::shared_ptr<Scheduler> self, std::string id, std::int64_t run_at) {
  const auto known = self->jobs_.find(id);
  if (known == self->jobs_.end()) co_return;
  Job copy = *known->second;
  Outcome outcome = co_await self->host_->finish(std::move(copy));
  if (self->stopped_) co_return;  // found and settled at the next start
  co_await self->lock_.take();
  co_await self->settle_run(id, run_at, std::move(outcome));
  self->lock_.give();
  self->wake_.set();
}

Task<void> Scheduler::settle_run(std::string id, std::int64_t run_at, Outcome outcome) {
  const auto known = jobs_.find(id);
  if (known == jobs_.end()) co_return;  // removed meanwhile, with its log
  const std::int64_t now = clock_.wall_ms();
  const auto settings = host_->settings();
  Settled settled = settle(*known->second, outcome, run_at, now, settings);
  std::vector<store::OutboxRecord> notices;
  for (const auto& notice : failure_notices(settled.job, outcome, now, settings)) {
    auto record = host_->outgoing(settled.job, notice);
    if (record) notices.push_back(std::move(*record));
    else base::log_warn("cron", fmt::format("nobody could be told that job {} fails: no channel", id));
  }
  const json::Object entry = run_entry(settled.job, outcome, run_at, now);
  auto job = [id, now, entry, keep = settings.keep_runs, remove = settled.remove, record = settled.job.stored(), notices](store::Db& db) -> Result<> {
    OC_TRY(store::append_cron_run(db, id, now, entry, keep));
    for (const auto& notice : notices) OC_TRY(store::push_outbox(db, notice));
    if (remove) return store::delete_record(db, kKind, id);
    return store::put_record(db, kKind, id, record);
  };
  auto written = co_await store_.write(std::move(job));
  if (!written) base::log_error("cron", fmt::format("the end of a run of job {} was not stored: {}", id, written.error().message));
  if (outcome.status == "error") base::log_warn("cron", fmt::format("job {} ({}): {}", id, settled.job.text("name"), outcome.error));
  if (written) {
    for (const auto& notice : notices) host_->notices_stored(notice.channel);
  }
  host_->event(finished_event(settled.job, outcome, run_at, now));
  if (settled.remove) {
    jobs_.erase(id);
    announce(settled.job, "removed");
  } else {
    *known->second = std::move(settled.job);
  }
}

Task<Result<>> Scheduler::put(Job job) {
  auto work = [id = job.id, record = job.stored()](store::Db& db) { return store::put_record(db, kKind, id, record); };
  auto written = co_await store_.write(std::move(work));
  co_return written;
}

void Scheduler::announce(const Job& job, std::string_view action) {
  json::Object event;
  event["jobId"] = job.id;
  event["action"] = action;
  if (action != "removed") json::put(event, "nextRunAtMs", job.next_at());
  host_->event(event);
}

Task<Result<json::Object>> Scheduler::add(json::Object normalized) {
  if (jobs_.size() >= kMaxJobs) co_return base::fail(ErrorKind::busy, fmt::format("there are {} cron jobs already", kMaxJobs));
  auto job = make_job(normalized, base::uuid4(), clock_.wall_ms(), host_->settings().default_agent);
  if (!job) co_return tl::unexpected(std::move(job).error());
  co_await lock_.take();
  Job copy = *job;
  auto written = co_await put(std::move(copy));
  if (written) jobs_[job->id] = std::make_shared<Job>(*job);
  lock_.give();
  if (!written) co_return tl::unexpected(std::move(written).error());
  announce(*job, "added");
  wake_.set();
  co_return job->body;
}

Task<Result<json::Object>> Scheduler::update(std::string id, json::Object patch) {
  co_await lock_.take();
  Result<Job> next = unknown_job(id);
  if (const auto known = jobs_.find(id); known != jobs_.end()) {
    next = patched(*known->second, patch, clock_.wall_ms(), host_->settings().default_agent);
  }
  Result<> written;
  if (next) {
    Job copy = *next;
    written = co_await put(std::move(copy));
    if (written) *jobs_.at(id) = *next;
  }
  lock_.give();
  if (!next) co_return tl::unexpected(std::move(next).error());
  if (!written) co_return tl::unexpected(std::move(written).error());
  announce(*next, "updated");
  wake_.set();
  co_return next->body;
}

Task<Result<bool>> Scheduler::remove(std::string id) {
  co_await lock_.take();
  const auto known = jobs_.find(id);
  if (known == jobs_.end()) {
    lock_.give();
    co_return false;
  }
  auto work = [id](store::Db& db) { return store::delete_record(db, kKind, id); };
  auto written = co_await store_.write(std::move(work));
  const Job gone = *jobs_.at(id);
  if (written) jobs_.erase(id);
  lock_.give();
  if (!written) co_return tl::unexpected(std::move(written).error());
  announce(gone, "removed");
  wake_.set();
  co_return true;
}

Task<Result<json::Object>> Scheduler::run(std::string id, bool force) {
  co_await lock_.take();
  const std::int64_t now = clock_.wall_ms();
  const auto known = jobs_.find(id);
  json::Object out;
  out["ok"] = true;
  std::string reason;
  if (known == jobs_.end()) {
    lock_.give();
    co_return unknown_job(id);
  }
  const auto due = known->second->next_at();
  if (!known->second->run_id.empty()) reason = "already-running";
  else if (!force && (!known->second->enabled() || !due || *due > now)) reason = "not-due";
  if (!reason.empty()) {
    lock_.give();
    out["ran"] = false;
    out["reason"] = reason;
    co_return out;
  }
  const std::string run_id = fmt::format("manual:{}:{}:{}", id, now, ++manual_runs_);
  const std::string mode = "force";
  auto begun = co_await begin(id, run_id, mode);
  lock_.give();
  if (!begun) co_return tl::unexpected(std::move(begun).error());
  out["enqueued"] = true;
  out["runId"] = run_id;
  co_return out;
}

json::Object Scheduler::list(const json::Object& params) const {
  std::vector<const Job*> jobs;
  for (const auto& [id, job] : jobs_) jobs.push_back(job.get());
  return list_jobs(jobs, params);
}

Task<Result<json::Object>> Scheduler::runs(std::string job_id, json::Object params) {
  auto filter = RunFilter::from(params);
  const bool one = !job_id.empty();
  auto work = [job_id, filter](store::Db& db) -> Result<std::vector<json::Object>> {
    std::vector<json::Object> out;
    OC_TRY(store::each_cron_run(db, job_id, [&](json::Object entry) {
      if (filter.takes(entry)) out.push_back(std::move(entry));
      return true;
    }));
    return out;
  };
  auto found = co_await store_.read(std::move(work));
  if (!found) co_return tl::unexpected(std::move(found).error());
  co_return list_runs(std::move(*found), params, one);
}

}  // namespace openclaw::schedule
