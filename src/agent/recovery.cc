// Runs found unfinished at start: one that was only accepted begins now; one that was running is closed,
// because its tool calls may have had effects that must not happen twice.
#include "agent/reply_text.h"
#include "agent/runtime_impl.h"
#include "base/log.h"

#include <fmt/format.h>

namespace openclaw::agent {

using base::Result;
using base::Task;

Task<Result<>> Runtime::Impl::start() {
  auto session_job = [](store::Db& db) { return store::load_sessions(db); };
  auto loaded = co_await parts.store.read(std::move(session_job));
  if (!loaded) co_return tl::unexpected(std::move(loaded).error());
  sessions.load(std::move(*loaded));
  auto run_job = [](store::Db& db) { return store::unfinished_runs(db); };
  auto unfinished = co_await parts.store.read(std::move(run_job));
  if (!unfinished) co_return tl::unexpected(std::move(unfinished).error());
  for (auto& record : *unfinished) {
    if (record.state == store::RunState::accepted) {
      resume(std::move(record));
      continue;
    }
    auto closed = co_await close_interrupted(std::move(record));
    if (!closed) co_return tl::unexpected(std::move(closed).error());
  }
  co_return Result<>{};
}

void Runtime::Impl::resume(store::RunRecord record) {
  base::log_info("agent", fmt::format("run {} of {} was accepted before the restart and begins now",
                                      record.run_id, record.session_key));
  auto run = std::make_shared<Run>(parts.loop, request_from(record));
  bool created = false;
  run->session_id = sessions.obtain(record.session_key, run->request.agent_id, created).session_id;
  run->message_id = json::get_string_or(record.request, "messageId", "");
  run->accepted_at = record.created_at;
  run->order = next_order++;
  run->stored = true;
  run->accepted.set();
  runs[record.run_id] = run;
  enqueue(std::move(run));
}

Task<Result<>> Runtime::Impl::close_interrupted(store::RunRecord record) {
  base::log_warn("agent",
                 fmt::format("run {} of {} was interrupted by a restart", record.run_id, record.session_key));
  Run run(parts.loop, request_from(record));
  bool created = false;
  auto& session = sessions.obtain(record.session_key, run.request.agent_id, created);
  const auto now = parts.clock.wall_ms();
  session_ended(session, "failed", now);
  session.entry["abortedLastRun"] = true;

  EndRecord end;
  end.run_id = record.run_id;
  end.now = now;
  end.session = session;
  const auto text = join_texts(record.partial_text, kRestartText);
  end.message = aborted_message(record.run_id, text, "restart", now);
  json::Object result;
  result["runId"] = record.run_id;
  result["status"] = "error";
  result["summary"] = "the gateway restarted before the run was finished";
  end.result = std::move(result);
  std::vector<std::string> texts;
  texts.push_back(text);
  push_reply(end, run, texts);
  const bool pushed = !end.outbox.empty();
  auto written = co_await commit_end(std::move(end));
  if (!written) co_return tl::unexpected(std::move(written).error());
  if (*written) parts.events.session_message(record.session_key, **written);
  if (pushed) parts.events.outbox_pushed(run.request.route->channel);
  co_return Result<>{};
}

}  // namespace openclaw::agent
