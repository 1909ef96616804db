// SessionRow objects (OpenClaw methods 0.6) for sessions.list and status.
#pragma once
#include "gateway/state.h"

namespace openclaw::gateway {

json::Object session_row(const store::SessionRecord& record);
// Row of `status`: with ages, remaining tokens and flags.
json::Object status_row(const store::SessionRecord& record, std::int64_t now);
// {model, contextTokens, modelProvider} of the default agent; nulls when no model can be resolved.
json::Object session_defaults(State& state);
// agents.defaults.timeoutSeconds in ms; 0 = the runtime's own default.
std::int64_t default_run_timeout_ms(const State& state);
std::string sessions_path(const State& state);

}  // namespace openclaw::gateway
