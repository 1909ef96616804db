// The database: <state>/native.sqlite (spec/DECISIONS.md 11). One thread of its own runs every statement; callers on
// the loop co_await. WAL, synchronous=FULL, group commit: all jobs queued while a transaction was being written are
// committed together, and a write() resumes only after its COMMIT has reached the disk. So "resumed" means "survives
// power loss".
//
// A job is a function of Db&; it runs inside a savepoint, so a failed job leaves nothing behind and does not
// disturb its neighbours. Jobs run in the order they were queued. A job must not touch anything but Db and values
// it owns (it runs on the store thread).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "base/result.h"
#include "base/task.h"
#include "store/db.h"

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
    using R = std::invoke_result_t<F, Db&>;
    auto slot = std::make_shared<std::optional<R>>();
    co_await submit([slot, job = std::move(job)](Db& db) mutable {
      slot->emplace(job(db));
      return slot->value().has_value();
    }, [slot](base::Error error) { slot->emplace(tl::unexpected(std::move(error))); });
    co_return std::move(**slot);
  }
  // Same thread and order; use for queries so that the intent is visible.
  template <class F>
  auto read(F job) -> base::Task<std::invoke_result_t<F, Db&>> {
    return write(std::move(job));
  }

 private:
  // `job` returns whether its savepoint is kept. `fail` is called (on the loop) instead when it could not be run
  // or its transaction could not be committed. Resumes on the loop after the commit.
  base::Task<void> submit(std::function<bool(Db&)> job, std::function<void(base::Error)> fail);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace openclaw::store
