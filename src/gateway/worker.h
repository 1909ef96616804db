// Blocking work of the gateway (files, folders) off the loop's thread: one thread, a bounded queue, results
// back on the loop.
#pragma once
#include "base/result.h"
#include "base/task.h"

#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace openclaw::gateway {

// False when too much is waiting already; the job is then not run. Any thread.
bool worker_post(std::function<void()> job);

// Runs `job` on the worker; it must own what it uses. ErrorKind::busy when too much is waiting.
template <class T>
base::Task<base::Result<T>> on_worker(base::Loop& loop, std::function<base::Result<T>()> job) {
  struct Slot {
    explicit Slot(base::Loop& l) : done(l) {}
    base::Event done;
    std::optional<base::Result<T>> result;
  };
  auto slot = std::make_shared<Slot>(loop);
  // The slot and what it holds die on the loop's thread: the worker passes its share on.
  std::function<void()> work = [share = slot, &loop, run = std::move(job)]() mutable {
    auto result = std::make_shared<base::Result<T>>(run());
    boost::asio::post(loop, [own = std::move(share), result] {
      own->result.emplace(std::move(*result));
      own->done.set();
    });
  };
  if (!worker_post(std::move(work)))
    co_return base::fail(base::ErrorKind::busy, "the gateway is busy; retry shortly");
  co_await slot->done.wait();
  co_return std::move(*slot->result);
}

}  // namespace openclaw::gateway
