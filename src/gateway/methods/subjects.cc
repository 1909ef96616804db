#include "gateway/methods/subjects.h"

#include "gateway/methods/approval_desk.h"
#include "gateway/methods/cron_methods_host.h"
#include "gateway/methods/node_methods_queue.h"
#include "gateway/methods/system_lines.h"

namespace openclaw::gateway {

base::Task<base::Result<>> load_subjects(State& state) {
  auto approvals = co_await approval_desk(state).load();
  if (!approvals) co_return tl::unexpected(std::move(approvals).error());
  auto work = co_await load_node_work(state);
  if (!work) co_return tl::unexpected(std::move(work).error());
  auto lines = co_await load_lines(state);
  if (!lines) co_return tl::unexpected(std::move(lines).error());
  auto cron = std::make_shared<schedule::Scheduler>(state.loop, state.store, state.clock, make_cron_host(state));
  const std::string path = cron_jobs_path(state);
  auto jobs = co_await cron->load(path);
  if (!jobs) co_return tl::unexpected(std::move(jobs).error());
  state.cron = std::move(cron);
  co_return base::Result<>{};
}

void start_subjects(State& state) {
  if (state.cron) state.cron->start();
}

void stop_subjects(State& state) {
  if (state.cron) state.cron->stop();
}

}  // namespace openclaw::gateway
