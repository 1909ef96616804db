// Coroutines on the one event loop. A Task runs on the thread of the Loop that spawned it and on no other.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace openclaw::base {

template <class T = void>
using Task = boost::asio::awaitable<T>;
using Loop = boost::asio::io_context;
using Millis = std::chrono::milliseconds;

// Starts a detached task. An exception that escapes it is a defect: it is logged with `name` and the process
// aborts, because a half-run task leaves state nobody owns.
void spawn(Loop& loop, Task<void> task, const char* name);

// Runs the loop until the task is done and returns its result (command line and tests).
template <class T>
T run_until_done(Loop& loop, Task<T> task);

// Suspends the calling task. False when `loop` is stopped meanwhile.
Task<void> sleep_for(Millis duration);

// Event: a flag that tasks wait for. Single-threaded. set() wakes all present and later waiters.
class Event {
 public:
  explicit Event(Loop& loop);
  void set();
  void reset();
  bool is_set() const { return set_; }
  Task<void> wait();
  // False on timeout.
  Task<bool> wait_for(Millis timeout);

 private:
  Task<bool> wait_until(std::chrono::steady_clock::time_point deadline);
  bool set_ = false;
  Loop& loop_;
  std::vector<std::weak_ptr<boost::asio::steady_timer>> waiters_;
};

// Cancellation that travels with a request. Single-threaded. A default CancelToken is never cancelled.
class CancelToken {
 public:
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&&) noexcept = default;
    Registration& operator=(Registration&&) noexcept;
    ~Registration();

   private:
    friend class CancelToken;
    std::shared_ptr<std::function<void()>> callback_;
  };
  CancelToken() = default;
  bool cancelled() const;
  // `callback` runs at cancel() (at once when that has happened), unless the registration died before.
  [[nodiscard]] Registration on_cancel(std::function<void()> callback) const;

 private:
  friend class CancelSource;
  struct State;
  std::shared_ptr<State> state_;
};
class CancelSource {
 public:
  CancelSource();
  CancelToken token() const;
  void cancel();

 private:
  std::shared_ptr<CancelToken::State> state_;
};

namespace detail {
void spawn_root(Loop& loop, Task<void> task);
}
template <class T>
T run_until_done(Loop& loop, Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    detail::spawn_root(loop, std::move(task));
    loop.restart();
    loop.run();
  } else {
    std::optional<T> out;
    auto wrapper = [](Task<T> inner, std::optional<T>* slot, Loop* l) -> Task<void> {
      slot->emplace(co_await std::move(inner));
      l->stop();
    };
    detail::spawn_root(loop, wrapper(std::move(task), &out, &loop));
    loop.restart();
    loop.run();
    return std::move(*out);
  }
}

}  // namespace openclaw::base
