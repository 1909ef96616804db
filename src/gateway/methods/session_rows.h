// SessionRow objects (OpenClaw methods 0.6) for sessions.list, status and the session events; keys of sessions.
#pragma once
#include <map>
#include <string>

#include "gateway/dispatch.h"
#include "gateway/state.h"
#include "session/keys.h"

namespace openclaw::gateway {

// Makes rows; the agents' models are looked up once for all of them.
class SessionRows {
 public:
  explicit SessionRows(State& state) : state_(state) {}
  json::Object row(const store::SessionRecord& record);

  struct Model {
    std::string provider, name;
    std::int64_t window = 0;
  };
  // The model that the session uses next; empty when none can be resolved.
  Model model_of(const store::SessionRecord& record);

 private:
  const Model& usual(const std::string& agent_id);
  State& state_;
  std::map<std::string, Model> usual_;
};

// The fields of the session's row, and the row itself as `session`, added to an event's payload. Nothing for a session
// that is not there.
void add_session_facts(State& state, const std::string& key, bool with_row, json::Object& payload);
// The event sessions.changed with a reason.
void announce_session(State& state, const std::string& key, std::string_view reason, json::Object more = {});
// The same on a later turn of the loop: after what has been posted already, and after the caller's answer.
void announce_session_later(State& state, std::string key, std::string reason);

// Row of `status`: with ages, remaining tokens and flags.
json::Object status_row(const store::SessionRecord& record, std::int64_t now);
// {model, contextTokens, modelProvider} of the default agent; nulls when no model can be resolved.
json::Object session_defaults(State& state);
// agents.defaults.timeoutSeconds in ms; 0 = the runtime's own default.
std::int64_t default_run_timeout_ms(const State& state);
std::string sessions_path(const State& state);

// Levels in force: the session's own (nullptr: none), else the agent's, else the default; "off" and empty without any.
std::string thinking_in_force(const State& state, const store::SessionRecord* record, const std::string& agent_id);
std::string verbose_in_force(const State& state, const store::SessionRecord* record);

// The protocol the caller's connection speaks; 3 for calls from within.
int caller_protocol(const State& state, const CallContext& caller);

session::KeySettings key_settings(const State& state);
std::string canonical_session_key(const State& state, std::string_view key);

}  // namespace openclaw::gateway
