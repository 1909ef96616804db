#include "base/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace openclaw::base {
namespace asio = boost::asio;

void spawn(Loop& loop, Task<void> task, const char* name) {
  asio::co_spawn(loop, std::move(task), [name](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "fatal: task %s ended with an exception: %s\n", name, e.what());
    } catch (...) {
      std::fprintf(stderr, "fatal: task %s ended with an unknown exception\n", name);
    }
    std::abort();
  });
}

void detail::spawn_root(Loop& loop, Task<void> task) { spawn(loop, std::move(task), "root"); }

Task<void> sleep_for(Millis duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code ec;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

Event::Event(Loop& loop) : loop_(loop) {}

void Event::set() {
  if (set_) return;
  set_ = true;
  auto waiters = std::move(waiters_);
  waiters_.clear();
  for (auto& weak : waiters) {
    if (auto timer = weak.lock()) timer->cancel();
  }
}

void Event::reset() { set_ = false; }

Task<void> Event::wait() { co_await wait_until(asio::steady_timer::time_point::max()); }

Task<bool> Event::wait_for(Millis timeout) {
  return wait_until(asio::steady_timer::clock_type::now() + timeout);
}

Task<bool> Event::wait_until(std::chrono::steady_clock::time_point deadline) {
  if (set_) co_return true;
  auto timer = std::make_shared<asio::steady_timer>(loop_, deadline);
  std::erase_if(waiters_, [](const auto& weak) { return weak.expired(); });
  waiters_.push_back(timer);
  boost::system::error_code ec;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ec));
  co_return ec == asio::error::operation_aborted;
}

struct CancelToken::State {
  bool cancelled = false;
  std::vector<std::weak_ptr<std::function<void()>>> callbacks;
};

CancelToken::Registration& CancelToken::Registration::operator=(Registration&&) noexcept = default;
CancelToken::Registration::~Registration() = default;

bool CancelToken::cancelled() const { return state_ && state_->cancelled; }

CancelToken::Registration CancelToken::on_cancel(std::function<void()> callback) const {
  Registration registration;
  if (!state_) return registration;
  if (state_->cancelled) {
    callback();
    return registration;
  }
  registration.callback_ = std::make_shared<std::function<void()>>(std::move(callback));
  auto& list = state_->callbacks;
  std::erase_if(list, [](const auto& weak) { return weak.expired(); });
  list.push_back(registration.callback_);
  return registration;
}

CancelSource::CancelSource() : state_(std::make_shared<CancelToken::State>()) {}

CancelToken CancelSource::token() const {
  CancelToken token;
  token.state_ = state_;
  return token;
}

void CancelSource::cancel() {
  if (state_->cancelled) return;
  state_->cancelled = true;
  auto callbacks = std::move(state_->callbacks);
  for (auto& weak : callbacks) {
    if (auto callback = weak.lock()) (*callback)();
  }
}

}  // namespace openclaw::base
