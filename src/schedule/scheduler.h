// Runs jobs when they are due. One instance, on the loop's thread. Every change of a job is committed before it is
// answered or announced. A run begins in the transaction that also notes it in the job, so a crash leaves both or
// neither; it ends in one that writes the run log and the job. What was under way at a crash is taken up at start:
// the runtime says how the run ended, and the job is settled once.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "schedule/failure.h"
#include "schedule/outcome.h"
#include "store/channels.h"
#include "store/store.h"

namespace openclaw::schedule {

// What the scheduler needs of the gateway.
class Host {
 public:
  virtual ~Host() = default;
  virtual Settings settings() const = 0;
  // Decided before a run begins and kept with it: where its reply goes.
  virtual json::Object plan(const Job& job) = 0;
  // Resumes after the commit of the run; `also` joins the transaction.
  virtual base::Task<base::Result<>> begin(Job job, std::int64_t run_at, std::function<base::Result<>(store::Db&)> also) = 0;
  // Waits for the end of the job's run, which may have begun before a restart.
  virtual base::Task<Outcome> finish(Job job) = 0;
  virtual void event(const json::Object& payload) = 0;
  // The outbox record of a notice; nothing when it has no place to go to. It is stored with the end of the run, then
  // `notices_stored` says so.
  virtual std::optional<store::OutboxRecord> outgoing(const Job& /*job*/, const Notice& /*notice*/) { return std::nullopt; }
  virtual void notices_stored(const std::string& /*channel*/) {}
};

// Waiters go first come, first served.
class TurnLock {
 public:
  explicit TurnLock(base::Loop& loop) : loop_(loop) {}
  base::Task<void> take();
  void give();

 private:
  base::Loop& loop_;
  bool taken_ = false;
  std::deque<std::shared_ptr<base::Event>> waiting_;
};

class Scheduler : public std::enable_shared_from_this<Scheduler> {
 public:
  Scheduler(base::Loop& loop, store::Store& store, const base::Clock& clock, std::unique_ptr<Host> host);

  // Loads the jobs; at the first start takes over the reference's `jobs_path` and the run logs beside it.
  base::Task<base::Result<>> load(std::string jobs_path);
  void start();
  void stop();
  void configuration_changed() { wake_.set(); }

  // `normalized` passed the schema. Errors carry the text after "Error: "; not_found for an unknown id.
  base::Task<base::Result<json::Object>> add(json::Object normalized);
  base::Task<base::Result<json::Object>> update(std::string id, json::Object patch);
  base::Task<base::Result<bool>> remove(std::string id);
  // {ok, enqueued, runId} or {ok, ran:false, reason}
  base::Task<base::Result<json::Object>> run(std::string id, bool force);
  json::Object list(const json::Object& params) const;
  base::Task<base::Result<json::Object>> runs(std::string job_id, json::Object params);
  std::size_t size() const { return jobs_.size(); }
  std::optional<std::int64_t> next_wake() const;
  bool enabled() const { return host_->settings().enabled; }

 private:
  using JobPtr = std::shared_ptr<Job>;
  static base::Task<void> loop_task(std::shared_ptr<Scheduler> self);
  static base::Task<void> watch(std::shared_ptr<Scheduler> self, std::string id, std::int64_t run_at);
  base::Task<void> run_due();
  JobPtr first_due(std::int64_t now) const;
  std::size_t running() const;
  // With the lock held.
  base::Task<base::Result<>> begin(std::string id, std::string run_id, std::string mode);
  base::Task<void> settle_run(std::string id, std::int64_t run_at, Outcome outcome);
  base::Task<base::Result<>> put(Job job);
  void announce(const Job& job, std::string_view action);

  base::Loop& loop_;
  store::Store& store_;
  const base::Clock& clock_;
  std::unique_ptr<Host> host_;
  std::map<std::string, JobPtr> jobs_;
  TurnLock lock_;
  base::Event wake_;
  std::int64_t manual_runs_ = 0;
  bool stopped_ = false;
};

}  // namespace openclaw::schedule
