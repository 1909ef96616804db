// Requests to methods: role, scope, existence, parameters, handler, in the order of OpenClaw methods 0.2.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/task.h"
#include "gateway/state.h"
#include "protocol/errors.h"
#include "protocol/frame.h"
#include "protocol/methods.h"

namespace openclaw::gateway {

// Who calls. For the gateway's own calls (tools) `internal` is set and there is no connection.
struct CallContext {
  std::string connection_id, device_id, role;
  protocol::ClientInfo client;
  protocol::Scopes scopes;
  int protocol = 3;  // agreed at connect: 3 or 4
  bool tool_events = false, internal = false;
  // First of two answers (methods `agent`): {status:"accepted", ...}.
  std::function<void(const json::Value&)> interim;
  bool may(std::string_view scope) const { return protocol::allows(scopes, scope); }
};

// `missing scope: s`, as this caller's protocol says it.
tl::unexpected<protocol::WireError> missing_scope(const CallContext& caller, std::string_view scope);

// A result: a value, or text that is serialised already.
struct Reply {
  Reply(json::Value v) : value(std::move(v)) {}
  Reply(json::Object v) : value(std::move(v)) {}
  Reply(std::shared_ptr<const std::string> serialised) : text(std::move(serialised)) {}
  json::Value value = nullptr;
  std::shared_ptr<const std::string> text;
};
using MethodResult = tl::expected<Reply, protocol::WireError>;

// A handler is a plain function: at once, or a coroutine that owns its arguments.
using SyncHandler = MethodResult (*)(State&, const CallContext&, const json::Object& params);
using AsyncHandler = base::Task<MethodResult> (*)(State&, CallContext, json::Object params);
struct Binding {
  std::string_view method;
  SyncHandler sync = nullptr;
  AsyncHandler async = nullptr;
};

// What a connection does with the answer of a request.
using Answer = std::function<void(MethodResult)>;

// Checks and runs. `answer` is called exactly once, possibly before this returns.
void dispatch(State& state, const CallContext& caller, std::string_view method, const json::Value* params, Answer answer);
// The binding of a method; nullptr when the registry has no such row.
const Binding* find_binding(std::string_view method);
// Rows without a handler and handlers without a row (empty unless the program is wrong; a test asserts it).
std::vector<std::string> unbound_methods();

}  // namespace openclaw::gateway
