#include "agent/runtime.h"

#include "agent/runtime_impl.h"

#include <algorithm>

namespace openclaw::agent {

using base::Result;
using base::Task;

namespace {

using Also = std::function<Result<>(store::Db&)>;

// What the acceptance transaction found or wrote.
struct Accepted {
  std::optional<store::RunRecord> existing;
  store::MessageRecord message;
};

struct Acceptance {
  store::RunRecord run;
  RunRequest request;
  store::SessionRecord session;
  json::Object message;
  Also also;
};

Result<Accepted> write_acceptance(store::Db& db, Acceptance& work) {
  Accepted out;
  OC_TRY_ASSIGN(out.existing, store::find_run(db, work.run.run_id));
  if (!out.existing) {
    OC_TRY(store::put_session(db, work.session));
    OC_TRY_ASSIGN(out.message,
                  store::append_message(db, work.session.session_id, work.message, work.run.created_at));
    work.run.request = request_json(work.request, out.message.id);
    OC_TRY(store::insert_run(db, work.run));
  }
  if (work.also) OC_TRY(work.also(db));
  return out;
}

SubmitOutcome outcome_of(const store::RunRecord& record) {
  SubmitOutcome out;
  out.status = record.state == store::RunState::done ? SubmitOutcome::finished : SubmitOutcome::in_flight;
  out.result = record.result;
  out.accepted_at = record.created_at;
  return out;
}

std::string stop_reason_of(const json::Value& result) {
  const auto* reason = json::find_path(result, "result.meta.stopReason");
  return reason && reason->is_string() ? std::string(reason->get_string()) : std::string();
}

WaitOutcome wait_outcome(const json::Value& result, std::int64_t started_at, std::int64_t ended_at) {
  WaitOutcome out;
  const auto* object = result.if_object();
  out.status = object ? json::get_string_or(*object, "status", "ok") : "ok";
  if (out.status == "error" && object) out.error = json::get_string_or(*object, "summary", "");
  if (stop_reason_of(result) == "timeout") out.status = "timeout";
  out.started_at = started_at;
  out.ended_at = ended_at;
  return out;
}

}  // namespace

json::Object request_json(const RunRequest& request, const std::string& message_id) {
  json::Object out;
  out["message"] = request.message;
  out["messageId"] = message_id;
  out["givenKey"] = request.given_key;
  out["agentId"] = request.agent_id;
  out["senderLabel"] = request.sender_label;
  out["senderId"] = request.sender_id;
  out["thinking"] = request.thinking;
  out["timeoutMs"] = request.timeout_ms;
  out["ownerDevice"] = request.owner_device;
  if (!request.extra_system_prompt.empty()) out["extraSystemPrompt"] = request.extra_system_prompt;
  if (!request.model.empty()) out["model"] = request.model;
  if (request.route) {
    json::Object route;
    route["channel"] = request.route->channel;
    route["account"] = request.route->account;
    route["to"] = request.route->to;
    route["lane"] = request.route->lane;
    out["route"] = std::move(route);
  }
  return out;
}

RunRequest request_from(const store::RunRecord& record) {
  const auto& body = record.request;
  RunRequest out;
  out.run_id = record.run_id;
  out.kind = record.kind;
  out.session_key = record.session_key;
  out.given_key = json::get_string_or(body, "givenKey", record.session_key);
  out.agent_id = json::get_string_or(body, "agentId", "main");
  out.message = json::get_string_or(body, "message", "");
  out.sender_label = json::get_string_or(body, "senderLabel", "");
  out.sender_id = json::get_string_or(body, "senderId", "");
  out.thinking = json::get_string_or(body, "thinking", "");
  out.timeout_ms = json::get_int(body, "timeoutMs").value_or(0);
  out.owner_device = json::get_string_or(body, "ownerDevice", "");
  out.extra_system_prompt = json::get_string_or(body, "extraSystemPrompt", "");
  out.model = json::get_string_or(body, "model", "");
  if (const auto* route = json::get_object(body, "route")) {
    ReplyRoute parsed;
    parsed.channel = json::get_string_or(*route, "channel", "");
    parsed.account = json::get_string_or(*route, "account", "");
    parsed.to = json::get_string_or(*route, "to", "");
    parsed.lane = json::get_string_or(*route, "lane", "");
    out.route = std::move(parsed);
  }
  return out;
}

// A second request with the id of a run in memory. The channel's work still has to be committed.
Task<Result<SubmitOutcome>> Runtime::Impl::repeated(RunPtr run, Also also) {
  if (also) {
    auto committed = co_await parts.store.write(std::move(also));
    if (!committed) co_return tl::unexpected(std::move(committed).error());
  }
  SubmitOutcome out;
  out.status = run->result ? SubmitOutcome::finished : SubmitOutcome::in_flight;
  if (run->result) out.result = *run->result;
  out.accepted_at = run->accepted_at;
  co_return out;
}

Task<Result<std::optional<store::RunRecord>>> Runtime::Impl::accept(RunPtr run, json::Object origin,
                                                                    bool* created, Also also) {
  auto& session = sessions.obtain(run->request.session_key, run->request.agent_id, *created);
  session.updated_at = run->accepted_at;
  for (const auto& [key, value] : origin) session.entry[key] = value;
  run->session_id = session.session_id;

  auto work = std::make_shared<Acceptance>();
  work->run.run_id = run->request.run_id;
  work->run.kind = run->request.kind;
  work->run.session_key = run->request.session_key;
  work->run.created_at = run->accepted_at;
  work->request = run->request;
  work->session = session;
  work->message = user_message(run->request, run->accepted_at);
  work->also = std::move(also);
  auto job = [work](store::Db& db) { return write_acceptance(db, *work); };
  auto written = co_await parts.store.write(std::move(job));
  if (!written) co_return tl::unexpected(std::move(written).error());
  if (!written->existing) {
    run->message_id = written->message.id;
    run->stored = true;
    run->announced_later = std::move(written->message);
  }
  co_return std::move(written->existing);
}

Task<Result<SubmitOutcome>> Runtime::Impl::submit(RunRequest request, Also also) {
  const auto run_id = request.run_id;
  for (;;) {
    const auto known = runs.find(run_id);
    if (known == runs.end()) break;
    const RunPtr earlier = known->second;
    co_await earlier->accepted.wait();
    if (earlier->stored) {
      auto out = co_await repeated(earlier, std::move(also));
      co_return out;
    }
  }
  if (draining)
    co_return base::fail(base::ErrorKind::busy,
                         "Gateway is draining for restart; new tasks are not accepted");

  if (parts.before_run) parts.before_run(request, also);
  auto origin = std::move(request.origin);
  auto run = std::make_shared<Run>(parts.loop, std::move(request));
  run->accepted_at = parts.clock.wall_ms();
  run->order = next_order++;
  runs[run_id] = run;
  bool created = false;
  auto existing = co_await accept(run, std::move(origin), &created, std::move(also));
  if (!existing || *existing) runs.erase(run_id);
  run->accepted.set();
  if (!existing) co_return tl::unexpected(std::move(existing).error());
  if (*existing) co_return outcome_of(**existing);

  const std::int64_t seq = run->announced_later ? run->announced_later->seq : 0;
  if (run->request.kind == "chat" && !created) {
    // After the caller's answer, like the run itself.
    boost::asio::post(parts.loop, [weak = weak_from_this(), run, before = seq - 1] {
      if (const auto self = weak.lock()) self->parts.events.user_text(run->request.session_key, run->request.message, before);
    });
  }
  if (created) parts.events.session_changed(run->request.session_key, {}, "create", {});
  if (run->request.kind == "agent") parts.events.session_changed(run->request.session_key, {}, "send", {});
  SubmitOutcome out;
  out.accepted_at = run->accepted_at;
  out.message_seq = seq;
  // The caller's answer leaves first: a run begins on a later turn of the loop.
  enqueue(std::move(run));
  co_return out;
}

Task<std::optional<store::RunRecord>> Runtime::Impl::stored_run(std::string run_id) {
  auto job = [run_id](store::Db& db) { return store::find_run(db, run_id); };
  auto found = co_await parts.store.read(std::move(job));
  if (!found) co_return std::nullopt;
  co_return std::move(*found);
}

Task<std::optional<json::Value>> Runtime::Impl::wait_final(std::string run_id) {
  const auto known = runs.find(run_id);
  if (known != runs.end()) {
    const RunPtr run = known->second;
    co_await run->done.wait();
    co_return run->result;
  }
  auto record = co_await stored_run(run_id);
  if (!record || record->state != store::RunState::done) co_return std::nullopt;
  co_return std::move(record->result);
}

Task<WaitOutcome> Runtime::Impl::wait(std::string run_id, int timeout_ms) {
  WaitOutcome late;
  late.status = "timeout";
  const auto until = parts.clock.steady_ms() + timeout_ms;
  if (!runs.contains(run_id)) {
    auto record = co_await stored_run(run_id);
    if (record && record->state == store::RunState::done)
      co_return wait_outcome(record->result, record->started_at, record->ended_at);
  }
  if (!runs.contains(run_id)) {
    auto arrival = std::make_shared<base::Event>(parts.loop);
    arrivals[run_id].push_back(arrival);
    const bool arrived = co_await arrival->wait_for(base::Millis(timeout_ms));
    if (const auto it = arrivals.find(run_id); it != arrivals.end()) {
      std::erase(it->second, arrival);
      if (it->second.empty()) arrivals.erase(it);
    }
    if (!arrived) co_return late;
  }
  const auto known = runs.find(run_id);
  if (known == runs.end()) co_return late;
  const RunPtr run = known->second;
  const auto left = std::max<std::int64_t>(until - parts.clock.steady_ms(), 0);
  const bool ended = co_await run->done.wait_for(base::Millis(left));
  if (!ended || !run->result) {
    late.started_at = run->started_at;
    co_return late;
  }
  co_return wait_outcome(*run->result, run->started_at, run->ended_at);
}

// ---- the public face. Coroutines of Impl are entered through free functions that hold it.

namespace {

template <class ImplPtr>
Task<Result<SubmitOutcome>> submit_held(ImplPtr self, RunRequest request, Also also) {
  auto out = co_await self->submit(std::move(request), std::move(also));
  co_return out;
}
template <class ImplPtr>
Task<std::optional<json::Value>> wait_final_held(ImplPtr self, std::string run_id) {
  auto out = co_await self->wait_final(std::move(run_id));
  co_return out;
}
template <class ImplPtr>
Task<WaitOutcome> wait_held(ImplPtr self, std::string run_id, int timeout_ms) {
  auto out = co_await self->wait(std::move(run_id), timeout_ms);
  co_return out;
}
template <class ImplPtr>
Task<Result<>> start_held(ImplPtr self) {
  auto out = co_await self->start();
  co_return out;
}
template <class ImplPtr>
Task<void> drain_held(ImplPtr self, int deadline_ms) {
  co_await self->drain(deadline_ms);
}
template <class ImplPtr>
Task<Result<std::vector<store::MessageRecord>>> messages_held(ImplPtr self, std::string session_key,
                                                              std::int64_t limit) {
  const auto* session = self->sessions.find(session_key);
  if (!session) co_return std::vector<store::MessageRecord>();
  auto job = [id = session->session_id, limit](store::Db& db) { return store::load_messages(db, id, limit); };
  auto out = co_await self->parts.store.read(std::move(job));
  co_return out;
}

}  // namespace

Runtime::Runtime(Parts parts) : impl_(std::make_shared<Impl>(std::move(parts))) { impl_->idle.set(); }
Runtime::~Runtime() = default;

Task<Result<>> Runtime::start() { return start_held(impl_); }
Task<void> Runtime::drain(int deadline_ms) { return drain_held(impl_, deadline_ms); }
Task<Result<SubmitOutcome>> Runtime::submit(RunRequest request, Also also) {
  return submit_held(impl_, std::move(request), std::move(also));
}
Task<std::optional<json::Value>> Runtime::wait_final(std::string run_id) {
  return wait_final_held(impl_, std::move(run_id));
}
Task<WaitOutcome> Runtime::wait(std::string run_id, int timeout_ms) {
  return wait_held(impl_, std::move(run_id), timeout_ms);
}
Task<Result<std::vector<store::MessageRecord>>> Runtime::messages(std::string session_key,
                                                                  std::int64_t limit) {
  return messages_held(impl_, std::move(session_key), limit);
}

Task<Result<EditedSession>> Runtime::edit_session(SessionEdit edit) { return impl_->edit_session(std::move(edit)); }
Task<bool> Runtime::quiesce(std::string session_key, std::string stop_reason, int timeout_ms) {
  return impl_->quiesce(std::move(session_key), std::move(stop_reason), timeout_ms);
}
Task<Result<store::SessionRecord>> Runtime::renew_session(std::string key) { return impl_->renew_session(std::move(key)); }
Task<Result<bool>> Runtime::delete_session(std::string key, bool archive) {
  return impl_->delete_session(std::move(key), archive);
}
Task<Result<Runtime::Cut>> Runtime::cut_session(std::string key, std::int64_t keep) {
  return impl_->cut_session(std::move(key), keep);
}
Task<Result<store::MessageRecord>> Runtime::append_note(std::string key, json::Object body, Also also) {
  return impl_->append_note(std::move(key), std::move(body), std::move(also));
}

std::vector<Runtime::ActiveRun> Runtime::active(const std::string& session_key) const {
  std::vector<RunPtr> found;
  for (const auto& [id, run] : impl_->runs) {
    if (run->stored && !run->finishing && !run->stopped() &&
        (session_key.empty() || run->request.session_key == session_key))
      found.push_back(run);
  }
  std::sort(found.begin(), found.end(), [](const RunPtr& a, const RunPtr& b) { return a->order < b->order; });
  std::vector<ActiveRun> out;
  for (const auto& run : found) {
    const auto& request = run->request;
    out.push_back(ActiveRun{request.run_id, request.session_key, request.given_key, request.kind,
                            request.owner_device, request.owner_connection});
  }
  return out;
}

bool Runtime::abort(const std::string& run_id, std::string_view stop_reason) {
  return impl_->abort(run_id, stop_reason);
}

const store::SessionRecord* Runtime::session(const std::string& key) const {
  return std::as_const(impl_->sessions).find(key);
}

std::vector<const store::SessionRecord*> Runtime::sessions() const { return impl_->sessions.newest_first(); }

std::string Runtime::status_text(const std::string& session_key) const {
  StatusFacts facts;
  facts.session_key = session_key;
  facts.session = session(session_key);
  facts.model =
      impl_->parts.models.current_model(facts.session ? facts.session->agent_id : std::string("main"));
  facts.queued = impl_->queued(session_key);
  facts.now = impl_->parts.clock.wall_ms();
  return session_status_text(facts);
}

}  // namespace openclaw::agent
