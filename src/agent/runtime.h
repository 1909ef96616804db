// The agent's runtime: sessions, lanes, the model loop, recovery. One instance, on the loop's thread.
//
// Life of a run: submit() commits message, session and run in one transaction and returns; the run then waits for
// its session's lane (one run at a time per session), streams the model, executes tool calls, and commits the
// final assistant message together with the run's result and, for a run with a route, its outbox record. A run
// found unfinished at start is either begun (it was only accepted) or closed with its partial text and a note.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model.h"
#include "agent/tool.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "json/json.h"
#include "store/runs.h"
#include "store/sessions.h"
#include "store/store.h"

namespace openclaw::agent {

// Where the reply of a run goes besides the WebSocket events.
struct ReplyRoute {
  std::string channel, account, to, lane;
};

struct RunRequest {
  std::string run_id;        // = idempotency key; unique for ever (7 days at least)
  std::string kind;          // "chat" (chat.send), "agent" (agent method), "channel"
  std::string session_key;   // canonical
  std::string given_key;     // as the client wrote it; chat `aborted` events carry this
  std::string agent_id = "main";
  std::string message;
  std::string sender_label, sender_id;  // empty for the CLI; shown to the model as untrusted metadata
  std::string thinking;
  std::int64_t timeout_ms = 0;          // 0 = agents.defaults.timeoutSeconds
  std::optional<ReplyRoute> route;
  std::string owner_device, owner_connection;  // who may abort it
  json::Object origin;       // session entry fields to set: origin, deliveryContext, lastChannel, chatType ...
  json::Array images;        // {"type":"image","data","mimeType"} blocks; they are part of the stored message
  std::string extra_system_prompt;     // added to the system prompt of this run
  std::string model;                   // "provider/model" for this run alone; empty = the session's or the agent's
  std::int64_t max_tokens = 0;         // of one reply of the model; 0 = the model's own bound
  std::vector<ToolSpec> client_tools;  // executed by the caller: a call of one ends the run, meta.pendingToolCalls
};

struct SubmitOutcome {
  enum Status { started, in_flight, finished } status = started;
  json::Value result = nullptr;  // the stored final payload when finished
  std::int64_t accepted_at = 0;
  std::int64_t message_seq = 0;  // of the user's message; only when started
};

// What clients see of a run (spec/methods.md 13). The gateway turns these into events. seq counts per run from 1
// over all agent streams; a chat event carries the seq of the agent event it belongs to.
struct AgentEvent {
  std::string run_id, session_key, stream;  // lifecycle, assistant, thinking, tool
  std::int64_t seq = 0, ts = 0;
  json::Object data;
};
struct ChatEvent {
  std::string run_id, session_key, state;   // delta, final, error, aborted
  std::int64_t seq = 0;
  std::optional<json::Object> message;
  std::string error_message, stop_reason;   // empty = absent
};
class RunEvents {
 public:
  virtual ~RunEvents() = default;
  virtual void agent(const AgentEvent& event) = 0;
  virtual void chat(const ChatEvent& event) = 0;  // not called for kind "channel" (spec/methods.md 13)
  virtual void session_message(const std::string& session_key, const store::MessageRecord& message) = 0;
  // The person's text as it was typed, before its run begins; seq is that of the last message before it. The stored
  // message follows at the start of the run.
  virtual void user_text(const std::string& /*session_key*/, const std::string& /*text*/, std::int64_t /*seq*/) {}
  // phase or reason, one of them empty (spec/methods.md 14 sessions.changed).
  virtual void session_changed(const std::string& session_key, std::string_view phase, std::string_view reason, const std::string& run_id) = 0;
  virtual void outbox_pushed(const std::string& channel) = 0;
};

// The model to use now; asked at the start of each run so that configuration changes apply.
class ModelSource {
 public:
  virtual ~ModelSource() = default;
  virtual base::Result<ModelTarget> current_model(const std::string& agent_id) = 0;
  // A model that a session chose ("provider/model").
  virtual base::Result<ModelTarget> named_model(const std::string& agent_id, const std::string& /*ref*/) { return current_model(agent_id); }
};

// A change of a session's entry; `edit` runs at once on the loop's thread, an error of it changes nothing.
struct SessionEdit {
  std::string key, agent_id;
  bool create = false;  // else not_found for a session that is not there
  bool touch = true;    // updated_at becomes now
  std::function<base::Result<>(store::SessionRecord&)> edit;
};
struct EditedSession {
  store::SessionRecord record;
  bool created = false;
};

struct WaitOutcome {
  std::string status;  // ok, error, timeout
  std::int64_t started_at = 0, ended_at = 0;
  std::string error;
};

class Runtime {
 public:
  struct Parts {
    base::Loop& loop;
    store::Store& store;
    const base::Clock& clock;
    ModelSource& models;
    ToolHost& tools;
    RunEvents& events;
    // Replaces make_provider() in tests.
    std::function<std::unique_ptr<Provider>(std::string_view api)> provider_factory = {};
    // May change a run before it is accepted; what it adds to `also` joins the transaction.
    std::function<void(RunRequest& request, std::function<base::Result<>(store::Db&)>& also)> before_run = {};
  };
  explicit Runtime(Parts parts);
  ~Runtime();
  Runtime(const Runtime&) = delete;

  // Loads sessions, then begins or closes unfinished runs. Once, after the store is open.
  base::Task<base::Result<>> start();
  // Aborts nothing: running runs get `deadline_ms` to end, are then saved as they are and left for recovery.
  base::Task<void> drain(int deadline_ms);

  // Resumes after the commit. `also` joins the transaction (a channel's offset).
  base::Task<base::Result<SubmitOutcome>> submit(RunRequest request, std::function<base::Result<>(store::Db&)> also = {});
  // The final payload of `agent`: {runId, status:"ok", summary:"completed", result:{payloads, meta}} or
  // {runId, status:"error", summary}. nullopt for an unknown run.
  base::Task<std::optional<json::Value>> wait_final(std::string run_id);
  base::Task<WaitOutcome> wait(std::string run_id, int timeout_ms);  // agent.wait
  // Runs of this canonical session (or the one run) for which `may` is true. stop_reason: rpc, stop, timeout.
  struct ActiveRun {
    std::string run_id, session_key, given_key, kind, owner_device, owner_connection;
  };
  std::vector<ActiveRun> active(const std::string& session_key = {}) const;
  bool abort(const std::string& run_id, std::string_view stop_reason);

  const store::SessionRecord* session(const std::string& key) const;
  std::vector<const store::SessionRecord*> sessions() const;  // newest first
  base::Task<base::Result<std::vector<store::MessageRecord>>> messages(std::string session_key, std::int64_t limit);

  // session_ops.cc. All resume after the commit; errors besides the store's: not_found, and busy while a run of the
  // session has not ended (quiesce first).
  base::Task<base::Result<EditedSession>> edit_session(SessionEdit edit);
  // Stops what runs or waits in the session. False when something is left after the time.
  base::Task<bool> quiesce(std::string session_key, std::string stop_reason, int timeout_ms);
  // A new, empty transcript; settings stay, run state and token counts go. The old one becomes an archive.
  base::Task<base::Result<store::SessionRecord>> renew_session(std::string key);
  // False when there was none. What becomes of the transcript: archived, or left where it is.
  base::Task<base::Result<bool>> delete_session(std::string key, bool archive);
  struct Cut {
    std::int64_t kept = 0, moved = 0;
    std::string archive_id;  // transcript the older messages are under
  };
  base::Task<base::Result<Cut>> cut_session(std::string key, std::int64_t keep);
  // A message that no run wrote. `also` joins the transaction.
  base::Task<base::Result<store::MessageRecord>> append_note(std::string key, json::Object body,
                                                             std::function<base::Result<>(store::Db&)> also = {});
  // Text of /status for a session.
  std::string status_text(const std::string& session_key) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace openclaw::agent
