// Changes of a session's settings, for sessions.patch and sessions.create.
#pragma once
#include <string>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

// Applies the fields of sessions.patch (`key` is not looked at) to the session, which is made when it is not there.
// Refusals with the exact texts of OpenClaw methods 6.
base::Task<tl::expected<agent::EditedSession, protocol::WireError>> patch_session(State& state, std::string key, json::Object fields,
                                                                                   std::string parent_key = {});
// The whole stored entry of a session.
json::Object entry_json(const store::SessionRecord& record);

}  // namespace openclaw::gateway
