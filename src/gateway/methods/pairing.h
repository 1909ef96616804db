// Decisions about waiting devices and nodes, committed before they are answered.
#pragma once
#include <string>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

// Approves; the device id, or `unknown requestId`, or `missing scope: s` when the approver lacks a scope asked for.
base::Task<protocol::WireResult<std::string>> approve_pairing(State& state, CallContext caller, std::string request_id);
base::Task<protocol::WireResult<std::string>> reject_pairing(State& state, std::string request_id);
base::Task<base::Result<>> store_paired(State& state, std::string device_id);

}  // namespace openclaw::gateway
