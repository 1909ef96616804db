#include "store/store.h"

#include "base/log.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace openclaw::store {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

// Owner of each datum: `queue`, `stopping` and `state` belong to `mutex`; `db` and `failing` to the store
// thread; `thread` to the loop thread. `open_error` is written before the completion of open() is posted and
// constant after.
struct Store::Impl {
  // A caller waiting for its job. Owns the suspended coroutine, so whatever destroys it (the loop's end
  // included) frees the caller's frame, and with it the job, exactly once.
  struct Waiter {
    explicit Waiter(base::Loop& loop, Job* j) : job(j), work(loop.get_executor()) {}
    virtual ~Waiter() = default;
    virtual void resume() = 0;  // on the loop
    Job* job;                   // null: waits for open()
    asio::executor_work_guard<base::Loop::executor_type> work;
  };
  template <class Handler>
  struct HandlerWaiter final : Waiter {
    HandlerWaiter(base::Loop& loop, Job* j, Handler h) : Waiter(loop, j), handler(std::move(h)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };
  using Batch = std::vector<std::unique_ptr<Waiter>>;
  enum class State { fresh, running, closed };

  Impl(base::Loop& l, std::string p) : loop(l), path(std::move(p)) {}

  base::Result<> begin_open();
  void start(std::unique_ptr<Waiter> waiter);
  void push(std::unique_ptr<Waiter> waiter);
  void stop();
  void deliver(Batch batch);

  void main(std::unique_ptr<Waiter> opener) noexcept;
  void open_database();
  void run_batch(const Batch& batch);
  std::size_t run_group(const Batch& batch, std::size_t from);
  bool run_job(Job& job);
  void note_commit(const base::Result<>& outcome);

  base::Loop& loop;
  const std::string path;

  std::mutex mutex;
  std::condition_variable wake;
  Batch queue;
  State state = State::fresh;
  bool stopping = false;

  std::thread thread;
  std::unique_ptr<Db> db;
  bool failing = false;
  std::optional<Error> open_error;
};

namespace {

Error closed_error(const std::string& path) {
  return Error{ErrorKind::closed, "the database " + path + " is closed", {}, 0};
}

}  // namespace

// ---- loop thread

base::Result<> Store::Impl::begin_open() {
  const std::lock_guard lock(mutex);
  if (state == State::closed) return tl::unexpected(closed_error(path));
  if (state == State::running)
    return base::fail(ErrorKind::failed, "the database " + path + " is open already");
  state = State::running;
  return {};
}

void Store::Impl::start(std::unique_ptr<Waiter> waiter) {
  Waiter* opener = waiter.release();
  try {
    thread = std::thread([this, opener] { main(std::unique_ptr<Waiter>(opener)); });
  } catch (const std::system_error& e) {
    open_error =
        Error{ErrorKind::io, std::string("cannot start the store thread: ") + e.what(), {}, e.code().value()};
    Batch batch;
    batch.emplace_back(opener);
    {
      const std::lock_guard lock(mutex);
      state = State::closed;
      for (auto& queued : queue) batch.push_back(std::move(queued));
      queue.clear();
    }
    for (auto& entry : batch)
      if (entry->job) entry->job->fail(*open_error);
    deliver(std::move(batch));
  }
}

void Store::Impl::push(std::unique_ptr<Waiter> waiter) {
  {
    const std::lock_guard lock(mutex);
    if (state != State::closed) {
      queue.push_back(std::move(waiter));
      if (queue.size() == 1) wake.notify_one();
      return;
    }
  }
  waiter->job->fail(open_error ? *open_error : closed_error(path));
  Batch batch;
  batch.push_back(std::move(waiter));
  deliver(std::move(batch));
}

void Store::Impl::stop() {
  Batch never_run;
  {
    const std::lock_guard lock(mutex);
    // Without a thread nobody will take what is queued.
    if (state == State::fresh) never_run.swap(queue);
    state = State::closed;
    stopping = true;
    wake.notify_one();
  }
  if (thread.joinable()) thread.join();
  for (auto& waiter : never_run) waiter->job->fail(closed_error(path));
  if (!never_run.empty()) deliver(std::move(never_run));
}

// Either thread. One post for the group: its callers resume in the order of their jobs.
void Store::Impl::deliver(Batch batch) {
  asio::post(loop, [batch = std::move(batch)]() mutable {
    for (auto& waiter : batch) {
      waiter->resume();
      waiter.reset();
    }
  });
}

// ---- store thread

void Store::Impl::main(std::unique_ptr<Waiter> opener) noexcept {
  open_database();
  {
    Batch batch;
    batch.push_back(std::move(opener));
    deliver(std::move(batch));
  }
  for (;;) {
    Batch batch;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) break;
      batch.swap(queue);
    }
    if (open_error) {
      for (auto& waiter : batch) waiter->job->fail(*open_error);
    } else {
      run_batch(batch);
    }
    deliver(std::move(batch));
  }
  if (db) {
    // A reader of another process may keep the log from being emptied; it is then applied at the next open.
    if (auto done = db->run("PRAGMA wal_checkpoint(TRUNCATE)"); !done)
      base::log_warn("store", done.error().message);
    db.reset();
  }
}

void Store::Impl::open_database() {
  auto opened = Db::open(path);
  if (!opened) {
    open_error = std::move(opened).error();
    return;
  }
  if (auto migrated = (*opened)->migrate(); !migrated) {
    open_error = std::move(migrated).error();
    return;
  }
  db = std::move(*opened);
}

// One transaction, normally. SQLite abandons a transaction by itself on some errors (disk full, I/O); the
// jobs after such a point get a transaction of their own.
void Store::Impl::run_batch(const Batch& batch) {
  for (std::size_t at = 0; at < batch.size();) at = run_group(batch, at);
}

// Runs jobs from `from` on in one transaction; returns the index of the first that is not dealt with.
std::size_t Store::Impl::run_group(const Batch& batch, std::size_t from) {
  std::vector<Job*> kept;  // to be told when the transaction fails; the others have an error of their own
  const auto fail_kept = [&](const Error& cause) {
    Error error = cause;
    error.kind = ErrorKind::io;
    for (Job* job : kept) job->fail(error);
  };
  if (auto begun = db->run("BEGIN IMMEDIATE"); !begun) {
    for (std::size_t i = from; i < batch.size(); ++i) kept.push_back(batch[i]->job);
    fail_kept(begun.error());
    note_commit(begun);
    return batch.size();
  }
  kept.reserve(batch.size() - from);
  std::size_t next = from;
  while (next < batch.size() && db->in_transaction()) {
    Job* job = batch[next++]->job;
    if (run_job(*job)) kept.push_back(job);
  }
  base::Result<> outcome;
  if (db->in_transaction()) {
    outcome = db->run("COMMIT");
    if (!outcome && db->in_transaction()) (void)db->run("ROLLBACK");
  } else {
    outcome = base::fail(
        ErrorKind::io,
        "database " + path + ": the transaction was rolled back because a write of the same group failed",
        "see the log for the disk error; retry once it is mended");
  }
  if (!outcome) fail_kept(outcome.error());
  note_commit(outcome);
  return next;
}

// True when the job's changes are part of the transaction.
bool Store::Impl::run_job(Job& job) {
  if (auto marked = db->run("SAVEPOINT job"); !marked) {
    job.fail(std::move(marked).error());
    return false;
  }
  bool good = false;
  try {
    good = job.run(*db);
  } catch (const std::bad_alloc&) {
    job.fail(Error{ErrorKind::io, "out of memory while writing to the database " + path, {}, 0});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fatal: a store job ended with an exception: %s\n", e.what());
    std::abort();
  }
  if (!db->in_transaction()) return good;  // the caller sees it and fails the group
  base::Result<> ended;
  if (!good) ended = db->run("ROLLBACK TO job");
  if (ended) ended = db->run("RELEASE job");
  if (ended) return good;
  // Neither kept nor undone for certain: nothing of this transaction may stay.
  if (good) job.fail(std::move(ended).error());
  (void)db->run("ROLLBACK");
  return false;
}

// Once when writing stops working and once when it works again.
void Store::Impl::note_commit(const base::Result<>& outcome) {
  if (failing == !outcome) return;
  failing = !outcome;
  if (failing) {
    base::log_error("store", "writes fail: " + outcome.error().message);
  } else {
    base::log_info("store", "writes succeed again");
  }
}

// ---- face

Store::Store(base::Loop& loop, std::string path) : impl_(std::make_unique<Impl>(loop, std::move(path))) {}

Store::~Store() { close(); }

void Store::close() { impl_->stop(); }

base::Task<base::Result<>> Store::open() {
  Impl* impl = impl_.get();
  OC_CO_TRY(impl->begin_open());
  const auto initiate = [](auto handler, Impl* self) {
    using Handler = std::decay_t<decltype(handler)>;
    self->start(std::make_unique<Impl::HandlerWaiter<Handler>>(self->loop, nullptr, std::move(handler)));
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate, asio::use_awaitable, impl);
  if (impl->open_error) co_return tl::unexpected(*impl->open_error);
  co_return base::Result<>();
}

base::Task<void> Store::submit(Job* job) {
  const auto initiate = [](auto handler, Impl* self, Job* queued) {
    using Handler = std::decay_t<decltype(handler)>;
    self->push(std::make_unique<Impl::HandlerWaiter<Handler>>(self->loop, queued, std::move(handler)));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate, asio::use_awaitable,
                                                                      impl_.get(), job);
}

}  // namespace openclaw::store
