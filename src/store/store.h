// The database: <state>/native.sqlite (docs/DURABILITY.md). One thread of its own runs every statement;
// callers on the loop co_await. WAL, synchronous=FULL, group commit: all jobs queued while a transaction was
// being written are committed together, and a write() resumes only after its COMMIT has reached the disk. So
// "resumed" means "survives power loss".
//
// A job is a function of Db&; it runs inside a savepoint, so a failed job leaves nothing behind and does not
// disturb its neighbours. Jobs run in the order they were queued. A job must not touch anything but Db and
// values it owns (it runs on the store thread). An exception other than std::bad_alloc that leaves a job is a
// defect and ends the process.
//
// Errors of write() and read(): what the job returned; io when the transaction could not be begun or
// committed (then no job of the group is reported as done); closed after close(); the error of open() when
// that failed.
#pragma once
#include "base/result.h"
#include "base/task.h"
#include "store/db.h"

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace openclaw::store {

class Store {
 public:
  Store(base::Loop& loop, std::string path);
  ~Store();  // close()
  Store(const Store&) = delete;

  // Starts the thread, opens and migrates. Jobs may be queued before; they wait. Errors: io, invalid (not a
  // database, or written by a newer version of ours).
  base::Task<base::Result<>> open();
  // Runs what is queued, checkpoints, joins the thread. Blocking; call after the loop has stopped feeding it.
  void close();

  // F: base::Result<R>(Db&).
  template <class F>
  auto write(F job) -> base::Task<std::invoke_result_t<F, Db&>> {
    TypedJob<F> work(std::move(job));
    co_await submit(&work);
    co_return std::move(*work.result);
  }
  // Same thread and order; use for queries so that the intent is visible.
  template <class F>
  auto read(F job) -> base::Task<std::invoke_result_t<F, Db&>> {
    return write(std::move(job));
  }

 private:
  // Lives in the frame of the suspended write(), which its queue entry owns: no allocation of its own.
  class Job {
   public:
    virtual bool run(Db& db) = 0;              // store thread; false: roll its savepoint back
    virtual void fail(base::Error error) = 0;  // not run, or run and not committed

   protected:
    ~Job() = default;
  };
  template <class F>
  class TypedJob final : public Job {
   public:
    using R = std::invoke_result_t<F, Db&>;
    explicit TypedJob(F function) : function_(std::move(function)) {}
    bool run(Db& db) override {
      result.emplace(function_(db));
      return result->has_value();
    }
    void fail(base::Error error) override { result.emplace(tl::unexpected(std::move(error))); }
    std::optional<R> result;

   private:
    F function_;
  };
  // Resumes on the loop after the commit.
  base::Task<void> submit(Job* job);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace openclaw::store
