// Inside of Runtime. Loop's thread throughout; an Impl outlives its runs because each run's task holds it.
//
//   runtime.cc   public face: submit, waiting, queries
//   lanes.cc     who runs next; abort and deadline; drain
//   run.cc       one run: model rounds and tool calls
//   run_end.cc   the ends of a run: reply, failure, abort, unsaved
//   run_events.cc what clients see while it runs
//   session_ops.cc changes of sessions by clients
//   recovery.cc  runs found unfinished at start
#pragma once
#include "agent/runtime.h"
#include "agent/session_state.h"
#include "agent/transcript.h"
#include "store/channels.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace openclaw::agent {

// One run from its acceptance to its result.
struct Run {
  Run(base::Loop& loop, RunRequest r) : request(std::move(r)), accepted(loop), done(loop), deadline(loop) {}

  RunRequest request;
  std::string session_id, message_id;  // transcript; id of the user's message in it
  std::optional<store::MessageRecord> announced_later;  // the user's message, until clients have been told
  std::uint64_t order = 0;
  std::int64_t accepted_at = 0, started_at = 0, ended_at = 0;

  base::Event accepted;  // the store has answered about the acceptance
  bool stored = false;   // and it was yes
  base::Event done;
  std::optional<json::Value> result;
  bool waiting = false;      // for its lane
  bool finishing = false;    // the end is being committed: too late to abort
  bool detached = false;     // left for recovery by drain()
  std::string abort_reason;  // rpc, stop, timeout
  base::CancelSource cancel;
  boost::asio::steady_timer deadline;

  ModelTarget target;
  json::Array context;  // messages for the model
  RunUsage usage;
  std::vector<std::string> payloads;  // texts of the finished rounds
  std::string round_text;             // raw text of the round that streams
  std::string round_shown;            // of that, what clients have
  std::string tool_failure;           // of the last tool call, if it failed
  std::vector<ToolCall> client_calls;  // left to the caller; they end the run

  std::int64_t seq = 0;
  std::string chat_sent;                                 // text of the last chat delta
  std::int64_t chat_sent_at = -1, partial_saved_at = 0;  // steady clock

  bool stopped() const { return detached || !abort_reason.empty(); }
  bool has_chat_events() const { return request.kind != "channel"; }
};
using RunPtr = std::shared_ptr<Run>;

struct RunFailure {
  std::string error;      // for events and the transcript
  std::string user_text;  // what the person reads
};
// How a conversation with the model ended; a stopped run has neither.
struct RunOutcome {
  std::optional<ModelReply> reply;
  std::optional<RunFailure> failure;
  bool delegated = false;  // ended by calls of the caller's own tools
};

// Everything that one commit at the end of a run writes.
struct EndRecord {
  std::string run_id;
  store::SessionRecord session;
  std::optional<json::Object> message;
  json::Value result = nullptr;
  std::vector<store::OutboxRecord> outbox;
  std::int64_t now = 0;
};

struct Runtime::Impl : std::enable_shared_from_this<Runtime::Impl> {
  explicit Impl(Parts p) : parts(std::move(p)), idle(parts.loop) {}

  Parts parts;
  SessionTable sessions;
  std::map<std::string, RunPtr> runs;  // until their end is committed
  std::deque<RunPtr> waiting;          // oldest first
  std::set<std::string> busy_sessions;
  int running = 0;
  bool draining = false;
  std::uint64_t next_order = 0;
  base::Event idle;  // set while nothing runs
  std::map<std::string, std::unique_ptr<Provider>, std::less<>> providers;
  std::map<std::string, std::vector<std::shared_ptr<base::Event>>>
      arrivals;  // agent.wait for runs not yet known

  // runtime.cc
  base::Task<base::Result<SubmitOutcome>> submit(RunRequest request,
                                                 std::function<base::Result<>(store::Db&)> also);
  base::Task<base::Result<SubmitOutcome>> repeated(RunPtr run,
                                                   std::function<base::Result<>(store::Db&)> also);
  base::Task<base::Result<std::optional<store::RunRecord>>> accept(
      RunPtr run, json::Object origin, bool* created, std::function<base::Result<>(store::Db&)> also);
  base::Task<std::optional<json::Value>> wait_final(std::string run_id);
  base::Task<WaitOutcome> wait(std::string run_id, int timeout_ms);
  base::Task<std::optional<store::RunRecord>> stored_run(std::string run_id);

  // lanes.cc
  void enqueue(RunPtr run);
  void pump();
  void release(const RunPtr& run);
  bool abort(const std::string& run_id, std::string_view reason);
  void arm_deadline(const RunPtr& run);
  std::size_t queued(const std::string& session_key) const;
  base::Task<void> drain(int deadline_ms);

  // run.cc
  static base::Task<void> run_task(std::shared_ptr<Impl> self, RunPtr run);
  base::Task<base::Result<>> begin(RunPtr run);
  base::Task<base::Result<RunOutcome>> converse(RunPtr run);
  base::Task<base::Result<>> load_context(RunPtr run);
  base::Result<ModelTarget> choose_model(Run& run);
  base::Task<ModelResult<ModelReply>> call_model(RunPtr run);
  base::Task<base::Result<>> tool_round(RunPtr run, ModelReply reply);
  base::Task<base::Result<>> call_tool(RunPtr run, ToolCall call);
  base::Task<base::Result<store::MessageRecord>> append(RunPtr run, json::Object body);
  Provider* provider_for(const std::string& api);
  void close_round(Run& run, const std::string& text);

  // run_end.cc
  base::Task<void> end_run(RunPtr run, base::Result<RunOutcome> outcome);
  base::Task<void> end_replied(RunPtr run, ModelReply reply);
  base::Task<void> end_delegated(RunPtr run);
  base::Task<void> end_well(RunPtr run, EndRecord record);
  base::Task<void> end_failed(RunPtr run, RunFailure failure);
  base::Task<void> end_aborted(RunPtr run);
  void end_unsaved(const RunPtr& run, const base::Error& error);
  static base::Task<void> abort_task(std::shared_ptr<Impl> self, RunPtr run);
  base::Task<base::Result<std::optional<store::MessageRecord>>> commit_end(EndRecord record);
  EndRecord end_record(const RunPtr& run, std::string_view status);
  void push_reply(EndRecord& record, const Run& run, const std::vector<std::string>& texts) const;
  void announce_outbox(const Run& run, const EndRecord& record);
  void settle(const RunPtr& run, json::Value result);

  // run_events.cc
  void emit_agent(Run& run, std::string_view stream, json::Object data);
  void emit_chat(Run& run, std::string_view state, std::optional<std::string> text,
                 std::string_view error = {}, std::string_view stop_reason = {});
  void on_text(const RunPtr& run, std::string_view delta);
  void flush_chat(Run& run);
  void announce_user(Run& run);
  void save_partial_later(const RunPtr& run);
  std::string shown_text(const Run& run) const;  // all rounds so far

  // session_ops.cc
  bool has_runs(const std::string& session_key) const;
  base::Task<base::Result<EditedSession>> edit_session(SessionEdit edit);
  base::Task<bool> quiesce(std::string session_key, std::string stop_reason, int timeout_ms);
  base::Task<base::Result<store::SessionRecord>> renew_session(std::string key);
  base::Task<base::Result<bool>> delete_session(std::string key, bool archive);
  base::Task<base::Result<Cut>> cut_session(std::string key, std::int64_t keep);
  base::Task<base::Result<store::MessageRecord>> append_note(std::string key, json::Object body,
                                                             std::function<base::Result<>(store::Db&)> also);

  // recovery.cc
  base::Task<base::Result<>> start();
  base::Task<base::Result<>> close_interrupted(store::RunRecord record);
  void resume(store::RunRecord record);
};

json::Object request_json(const RunRequest& request, const std::string& message_id);
RunRequest request_from(const store::RunRecord& record);
// meta.stopReason, payloads and the rest of an `agent` final payload.
json::Value final_payload(const Run& run, const std::vector<std::string>& texts, std::string_view summary,
                          std::string_view stop_reason);
base::Result<std::optional<store::MessageRecord>> write_end(store::Db& db, const EndRecord& record);

}  // namespace openclaw::agent
