// The ends of a run. Each one commits message, session, result and outbox records together, then tells the
// clients.
#include "agent/reply_text.h"
#include "agent/runtime_impl.h"
#include "base/log.h"

#include <fmt/format.h>

namespace openclaw::agent {

using base::Result;
using base::Task;

namespace {

json::Object usage_summary(const Usage& usage, std::int64_t total, bool all_fields) {
  json::Object out;
  out["input"] = usage.input;
  out["output"] = usage.output;
  if (all_fields || usage.cache_read > 0) out["cacheRead"] = usage.cache_read;
  if (all_fields || usage.cache_write > 0) out["cacheWrite"] = usage.cache_write;
  out["total"] = total;
  return out;
}

json::Array pending_calls(const std::vector<ToolCall>& calls) {
  json::Array out;
  for (const auto& call : calls) {
    json::Object pending;
    pending["id"] = call.id;
    pending["name"] = call.name;
    pending["arguments"] = json::write(call.arguments);
    out.push_back(std::move(pending));
  }
  return out;
}

std::string abort_origin(const std::string& reason) { return reason == "stop" ? "stop-command" : reason; }

json::Object lifecycle_end(const Run& run) {
  json::Object data;
  data["phase"] = "end";
  data["endedAt"] = run.ended_at;
  return data;
}

std::string short_tool_warning(const std::string& failure) { return "⚠️ A tool call failed: " + failure; }

}  // namespace

json::Value final_payload(const Run& run, const std::vector<std::string>& texts, std::string_view summary,
                          std::string_view stop_reason) {
  json::Array payloads;
  for (const auto& text : texts) {
    json::Object payload;
    payload["text"] = text;
    payload["mediaUrl"] = nullptr;
    payloads.push_back(std::move(payload));
  }
  json::Object agent;
  agent["sessionId"] = run.session_id;
  agent["provider"] = run.target.provider;
  agent["model"] = run.target.model;
  const auto& last = run.usage.last;
  // `total` is the size of the last call, as in the reference: what the context holds now.
  if (run.usage.any) agent["usage"] = usage_summary(run.usage.sum, last.total(), false);
  agent["lastCallUsage"] = usage_summary(last, last.total(), true);
  if (run.usage.any) agent["promptTokens"] = last.input + last.cache_read + last.cache_write;
  json::Object meta;
  meta["durationMs"] = run.ended_at - run.accepted_at;
  meta["agentMeta"] = std::move(agent);
  meta["aborted"] = !run.abort_reason.empty();
  meta["stopReason"] = stop_reason;
  if (!run.client_calls.empty()) meta["pendingToolCalls"] = pending_calls(run.client_calls);
  json::Object result;
  result["payloads"] = std::move(payloads);
  result["meta"] = std::move(meta);
  json::Object out;
  out["runId"] = run.request.run_id;
  out["status"] = "ok";
  out["summary"] = summary;
  out["result"] = std::move(result);
  return out;
}

Result<std::optional<store::MessageRecord>> write_end(store::Db& db, const EndRecord& record) {
  std::optional<store::MessageRecord> out;
  if (record.message && !record.session.key.empty()) {
    OC_TRY_ASSIGN(out, store::append_message(db, record.session.session_id, *record.message, record.now));
  }
  if (!record.session.key.empty()) OC_TRY(store::put_session(db, record.session));
  for (const auto& message : record.outbox) {
    OC_TRY(store::push_outbox(db, message));
  }
  OC_TRY(store::finish_run(db, record.run_id, record.result, record.now));
  return out;
}

Task<Result<std::optional<store::MessageRecord>>> Runtime::Impl::commit_end(EndRecord record) {
  auto job = [record = std::move(record)](store::Db& db) { return write_end(db, record); };
  auto written = co_await parts.store.write(std::move(job));
  co_return written;
}

EndRecord Runtime::Impl::end_record(const RunPtr& run, std::string_view status) {
  announce_user(*run);
  run->finishing = true;
  run->ended_at = parts.clock.wall_ms();
  EndRecord out;
  out.run_id = run->request.run_id;
  out.now = run->ended_at;
  if (auto* session = sessions.find(run->request.session_key)) {
    if (run->started_at > 0) session_ended(*session, status, run->ended_at);
    if (!run->target.model.empty()) session_used(*session, run->target, run->usage);
    out.session = *session;
  }
  return out;
}

void Runtime::Impl::push_reply(EndRecord& record, const Run& run,
                               const std::vector<std::string>& texts) const {
  if (!run.request.route) return;
  for (const auto& text : texts) {
    if (text.empty()) continue;
    store::OutboxRecord message;
    message.channel = run.request.route->channel;
    message.account = run.request.route->account;
    message.lane = run.request.route->lane;
    message.payload["to"] = run.request.route->to;
    message.payload["text"] = text;
    message.payload["runId"] = run.request.run_id;
    message.created_at = record.now;
    message.next_at = record.now;
    record.outbox.push_back(std::move(message));
  }
}

void Runtime::Impl::announce_outbox(const Run& run, const EndRecord& record) {
  if (!record.outbox.empty()) parts.events.outbox_pushed(run.request.route->channel);
}

void Runtime::Impl::settle(const RunPtr& run, json::Value result) {
  run->result = std::move(result);
  runs.erase(run->request.run_id);
  run->done.set();
}

Task<void> Runtime::Impl::end_run(RunPtr run, Result<RunOutcome> outcome) {
  if (run->detached) {
    runs.erase(run->request.run_id);
    run->done.set();
  } else if (!outcome) {
    end_unsaved(run, outcome.error());
  } else if (!run->abort_reason.empty()) {
    co_await end_aborted(run);
  } else if (outcome->failure) {
    co_await end_failed(run, std::move(*outcome->failure));
  } else if (outcome->delegated) {
    co_await end_delegated(std::move(run));
  } else if (outcome->reply) {
    co_await end_replied(run, std::move(*outcome->reply));
  }
}

Task<void> Runtime::Impl::abort_task(std::shared_ptr<Impl> self, RunPtr run) {
  co_await self->end_aborted(run);
}

// Commits the end of a run that went well and tells the clients.
Task<void> Runtime::Impl::end_well(RunPtr run, EndRecord record) {
  auto copy = record;
  auto written = co_await commit_end(std::move(copy));
  if (!written) {
    end_unsaved(run, written.error());
    co_return;
  }
  if (*written) parts.events.session_message(run->request.session_key, **written);
  emit_agent(*run, "lifecycle", lifecycle_end(*run));
  flush_chat(*run);
  const auto text = shown_text(*run);
  emit_chat(*run, "final", text.empty() ? std::nullopt : std::optional<std::string>(text));
  parts.events.session_changed(run->request.session_key, "end", {}, run->request.run_id);
  announce_outbox(*run, record);
  settle(run, std::move(record.result));
}

Task<void> Runtime::Impl::end_replied(RunPtr run, ModelReply reply) {
  close_round(*run, text_of(reply.content));
  if (run->payloads.empty() && !run->tool_failure.empty())
    run->payloads.push_back(short_tool_warning(run->tool_failure));
  auto record = end_record(run, "done");
  record.message = assistant_message(run->target, reply, reply.usage, run->ended_at);
  record.result =
      final_payload(*run, run->payloads, "completed", reply.stop_reason.empty() ? "stop" : reply.stop_reason);
  push_reply(record, *run, run->payloads);
  co_await end_well(std::move(run), std::move(record));
}

// The assistant's message with the calls is stored already.
Task<void> Runtime::Impl::end_delegated(RunPtr run) {
  auto record = end_record(run, "done");
  record.result = final_payload(*run, run->payloads, "completed", "tool_calls");
  push_reply(record, *run, run->payloads);
  co_await end_well(std::move(run), std::move(record));
}

// A model that cannot be used is no error of the run: the person gets a readable reply.
Task<void> Runtime::Impl::end_failed(RunPtr run, RunFailure failure) {
  auto record = end_record(run, "failed");
  record.message = failed_message(run->target, run->round_shown, failure.error, run->ended_at);
  auto texts = run->payloads;
  if (!run->round_shown.empty()) texts.push_back(run->round_shown);
  texts.push_back(failure.user_text);
  record.result = final_payload(*run, texts, "completed", "error");
  push_reply(record, *run, texts);
  auto copy = record;
  auto written = co_await commit_end(std::move(copy));
  if (!written) {
    end_unsaved(run, written.error());
    co_return;
  }
  base::log_warn(
      "agent", fmt::format("run {} of {}: {}", run->request.run_id, run->request.session_key, failure.error));
  if (*written) parts.events.session_message(run->request.session_key, **written);
  json::Object data;
  data["phase"] = "error";
  data["error"] = failure.error;
  data["endedAt"] = run->ended_at;
  emit_agent(*run, "lifecycle", std::move(data));
  emit_chat(*run, "error", std::nullopt, failure.error);
  parts.events.session_changed(run->request.session_key, "error", {}, run->request.run_id);
  announce_outbox(*run, record);
  settle(run, std::move(record.result));
}

// The `aborted` chat event has been sent by abort().
Task<void> Runtime::Impl::end_aborted(RunPtr run) {
  const bool late = run->abort_reason == "timeout";
  const auto partial = shown_text(*run);
  auto record = end_record(run, late ? "timeout" : "killed");
  const auto origin = abort_origin(run->abort_reason);
  if (!partial.empty()) record.message = aborted_message(run->request.run_id, partial, origin, run->ended_at);
  std::vector<std::string> texts;
  if (!partial.empty()) texts.push_back(partial);
  if (late) texts.emplace_back(kTimeLimitText);
  record.result = final_payload(*run, texts, "aborted", run->abort_reason);
  if (late) push_reply(record, *run, texts);
  auto copy = record;
  auto written = co_await commit_end(std::move(copy));
  if (!written) {
    end_unsaved(run, written.error());
    co_return;
  }
  if (*written) parts.events.session_message(run->request.session_key, **written);
  if (run->request.kind != "chat") {
    auto data = lifecycle_end(*run);
    data["aborted"] = true;
    data["stopReason"] = run->abort_reason;
    emit_agent(*run, "lifecycle", std::move(data));
  }
  parts.events.session_changed(run->request.session_key, "end", {}, run->request.run_id);
  announce_outbox(*run, record);
  settle(run, std::move(record.result));
}

// The store refused. What it holds of the run is left for recovery at the next start.
void Runtime::Impl::end_unsaved(const RunPtr& run, const base::Error& error) {
  run->finishing = true;
  run->ended_at = parts.clock.wall_ms();
  const auto text = "the reply could not be saved: " + error.message;
  base::log_error("agent", "run " + run->request.run_id + ": " + text);
  if (run->abort_reason.empty()) {
    json::Object data;
    data["phase"] = "error";
    data["error"] = text;
    data["endedAt"] = run->ended_at;
    emit_agent(*run, "lifecycle", std::move(data));
    emit_chat(*run, "error", std::nullopt, text);
  }
  if (auto* session = sessions.find(run->request.session_key))
    session_ended(*session, "failed", run->ended_at);
  parts.events.session_changed(run->request.session_key, "error", {}, run->request.run_id);
  json::Object result;
  result["runId"] = run->request.run_id;
  result["status"] = "error";
  result["summary"] = text;
  settle(run, std::move(result));
}

}  // namespace openclaw::agent
