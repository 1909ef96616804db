// Who runs next: one run at a time per session, kMaxConcurrentRuns altogether, first come first served.
#include "agent/agent_limits.h"
#include "agent/reply_text.h"
#include "agent/runtime_impl.h"
#include "base/log.h"

#include <algorithm>

namespace openclaw::agent {

using base::Task;

void Runtime::Impl::enqueue(RunPtr run) {
  run->waiting = true;
  const auto run_id = run->request.run_id;
  waiting.push_back(std::move(run));
  if (const auto it = arrivals.find(run_id); it != arrivals.end()) {
    for (auto& arrival : it->second) arrival->set();
  }
  // On a later turn of the loop, so that whoever submitted can answer before the first event.
  boost::asio::post(parts.loop, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  });
}

void Runtime::Impl::pump() {
  while (!draining && running < kMaxConcurrentRuns) {
    const auto next = std::find_if(waiting.begin(), waiting.end(), [this](const RunPtr& run) {
      return !busy_sessions.contains(run->request.session_key);
    });
    if (next == waiting.end()) return;
    const RunPtr run = *next;
    waiting.erase(next);
    run->waiting = false;
    busy_sessions.insert(run->request.session_key);
    ++running;
    idle.reset();
    base::spawn(parts.loop, run_task(shared_from_this(), run), "agent run");
  }
}

void Runtime::Impl::release(const RunPtr& run) {
  busy_sessions.erase(run->request.session_key);
  if (--running == 0) idle.set();
  pump();
}

std::size_t Runtime::Impl::queued(const std::string& session_key) const {
  return static_cast<std::size_t>(std::count_if(waiting.begin(), waiting.end(), [&](const RunPtr& run) {
    return run->request.session_key == session_key;
  }));
}

bool Runtime::Impl::abort(const std::string& run_id, std::string_view reason) {
  const auto known = runs.find(run_id);
  if (known == runs.end()) return false;
  const RunPtr run = known->second;
  if (!run->stored || run->finishing || run->stopped()) return false;
  run->abort_reason = reason;
  ++run->seq;
  const auto text = shown_text(*run);
  emit_chat(*run, "aborted", text.empty() ? std::nullopt : std::optional<std::string>(text), {}, reason);
  if (run->waiting) {
    run->waiting = false;
    std::erase(waiting, run);
    base::spawn(parts.loop, abort_task(shared_from_this(), run), "agent abort");
  }
  run->cancel.cancel();
  return true;
}

void Runtime::Impl::arm_deadline(const RunPtr& run) {
  const auto limit = run->request.timeout_ms > 0 ? run->request.timeout_ms : kRunTimeoutMs;
  run->deadline.expires_after(base::Millis(limit));
  run->deadline.async_wait(
      [weak = weak_from_this(), run_id = run->request.run_id](boost::system::error_code ec) {
        if (ec) return;
        if (const auto self = weak.lock()) self->abort(run_id, "timeout");
      });
}

Task<void> Runtime::Impl::drain(int deadline_ms) {
  draining = true;
  const bool ended = co_await idle.wait_for(base::Millis(deadline_ms));
  if (ended) co_return;
  std::vector<RunPtr> left;
  for (const auto& [id, run] : runs) {
    if (!run->waiting && !run->finishing && run->stored) left.push_back(run);
  }
  for (const auto& run : left) {
    run->detached = true;
    base::log_warn("agent",
                   "run " + run->request.run_id + " did not end before the restart; it is left for recovery");
    auto job = [id = run->request.run_id, text = shown_text(*run)](store::Db& db) {
      return store::save_partial(db, id, text);
    };
    auto saved = co_await parts.store.write(std::move(job));
    if (!saved) base::log_error("agent", "run " + run->request.run_id + ": " + saved.error().message);
    run->cancel.cancel();
  }
  co_await idle.wait_for(base::Millis(kDetachGraceMs));
}

}  // namespace openclaw::agent
