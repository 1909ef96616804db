// What chat.send does, for the methods that send a message to a session.
#pragma once
#include <string>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

// Parameters are those of chat.send. `message_seq`: adds messageSeq to the answer of a run that was started.
base::Task<MethodResult> chat_send(State& state, CallContext caller, json::Object params, bool message_seq);
// Stops the runs of chat.send in a session that the caller may stop: {ok, aborted, runIds}.
MethodResult abort_chat_runs(State& state, const CallContext& caller, const std::string& key, const char* stop_reason);
bool may_abort_run(const CallContext& caller, const agent::Runtime::ActiveRun& run);

// "send blocked by session policy" for a session that must not be written to.
bool send_denied(State& state, const std::string& key);
// The images of `attachments`; none when the session's model cannot see.
tl::expected<json::Array, protocol::WireError> images_for(State& state, const std::string& key, const json::Object& params);

// "/new" and "/reset" with what follows them.
struct ResetCommand {
  std::string reason;  // new, reset; empty: the text is no such command
  std::string rest;
};
ResetCommand reset_command(const State& state, std::string_view message);
// Stops what runs in the session and gives it an empty transcript.
base::Task<tl::expected<store::SessionRecord, protocol::WireError>> reset_session(State& state, std::string key);

// A gateway message in the session's transcript, and the chat event `final` that shows it.
base::Task<base::Result<store::MessageRecord>> add_chat_note(State& state, std::string key, std::string run_id, std::string text,
                                                             std::int64_t seq,
                                                             std::function<base::Result<>(store::Db&)> also = {});

}  // namespace openclaw::gateway
