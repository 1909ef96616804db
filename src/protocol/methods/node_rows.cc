// node.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kNodeId[] = {req_str("nodeId")};
constexpr Field kNodeRename[] = {req_str("nodeId"), req_str("displayName")};
constexpr Field kRequestId[] = {req_str("requestId")};
constexpr Field kNodeInvoke[] = {req_str("nodeId"), req_str("command"), opt_any("params"), opt_int("timeoutMs", 0),
                                 req_str("idempotencyKey")};
// payloadJSON and error may be null here though the schema of the reference says otherwise; see node_methods.cc.
constexpr Field kInvokeResult[] = {req_str("id"), req_str("nodeId"), req_bool("ok"), opt_any("payload"),
                                   opt_any("payloadJSON"), opt_any("error")};
constexpr Field kNodeEvent[] = {req_str("event"), opt_any("payload"), opt_text("payloadJSON")};

constexpr MethodRow kRows[] = {
    {"node.list", Caller::operators, kRead, true, kEmpty, "Known nodes, connected first."},
    {"node.describe", Caller::operators, kRead, true, {kNodeId}, "One node."},
    {"node.invoke", Caller::operators, kWrite, true, {kNodeInvoke}, "Runs a command on a node."},
    {"node.invoke.result", Caller::nodes, "", true, {kInvokeResult}, "A node's answer to an invocation."},
    {"node.event", Caller::nodes, "", true, {kNodeEvent}, "Something happened on a node."},
    {"node.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired nodes."},
    {"node.pair.approve", Caller::operators, kWrite, true, {kRequestId}, "Lets a waiting node in."},
    {"node.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting node away."},
    {"node.rename", Caller::operators, kPairing, true, {kNodeRename}, "Gives a node another name."},
};

}  // namespace

std::span<const MethodRow> node_rows() { return kRows; }

}  // namespace openclaw::protocol
