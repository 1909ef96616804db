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
// payloadJSON and error may be null here though the schema of the reference says otherwise; see node_methods_invoke.cc.
constexpr Field kInvokeResult[] = {req_str("id"), req_str("nodeId"), req_bool("ok"), opt_any("payload"),
                                   opt_any("payloadJSON"), opt_any("error")};
constexpr Field kNodeEvent[] = {req_str("event"), opt_any("payload"), opt_text("payloadJSON")};
constexpr Field kPairRequest[] = {req_str("nodeId"), opt_str("displayName"), opt_str("platform"), opt_str("version"), opt_str("coreVersion"),
                                  opt_str("uiVersion"), opt_str("deviceFamily"), opt_str("modelIdentifier"), opt_list("caps", &kNonEmptyItem),
                                  opt_list("commands", &kNonEmptyItem), opt_str("remoteIp"), opt_bool("silent")};
constexpr Field kPairVerify[] = {req_str("nodeId"), req_str("token")};
constexpr Field kAck[] = {{.name = "ids", .type = Type::array, .required = true, .min_length = 1, .item = &kNonEmptyItem}};
constexpr Field kDrain[] = {opt_int("maxItems", 1, 10)};
constexpr std::string_view kWorkTypes[] = {"status.request", "location.request"};
constexpr std::string_view kPriorities[] = {"normal", "high"};
constexpr Field kEnqueue[] = {req_str("nodeId"),
                              {.name = "type", .type = Type::string, .required = true, .one_of = kWorkTypes, .enumerated = true},
                              {.name = "priority", .type = Type::string, .one_of = kPriorities, .enumerated = true},
                              opt_int("expiresInMs", 1'000, 86'400'000), opt_bool("wake")};

constexpr MethodRow kRows[] = {
    {"node.list", Caller::operators, kRead, true, kEmpty, "Known nodes, connected first."},
    {"node.describe", Caller::operators, kRead, true, {kNodeId}, "One node."},
    {"node.invoke", Caller::operators, kWrite, true, {kNodeInvoke}, "Runs a command on a node."},
    {"node.invoke.result", Caller::nodes, "", true, {kInvokeResult}, "A node's answer to an invocation."},
    {"node.event", Caller::nodes, "", true, {kNodeEvent}, "Something happened on a node."},
    {"node.pending.pull", Caller::nodes, "", true, kEmpty, "Commands that waited for the node's foreground."},
    {"node.pending.ack", Caller::nodes, "", true, {kAck}, "The node has run them."},
    {"node.pending.drain", Caller::nodes, "", true, {kDrain}, "Small requests that wait for the node."},
    {"node.pending.enqueue", Caller::operators, kWrite, true, {kEnqueue}, "Leaves a request for a node."},
    {"node.pair.request", Caller::operators, kPairing, true, {kPairRequest}, "Asks for a node to be let in without connecting."},
    {"node.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired nodes."},
    {"node.pair.approve", Caller::operators, kWrite, true, {kRequestId}, "Lets a waiting node in."},
    {"node.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting node away."},
    {"node.pair.verify", Caller::operators, kPairing, true, {kPairVerify}, "Is this the token of a paired node?"},
    {"node.rename", Caller::operators, kPairing, true, {kNodeRename}, "Gives a node another name."},
    // What node hosts of protocol 4 tell after connecting; nothing here depends on it.
    {"node.skills.update", Caller::nodes, "", false, kOpen, "Skills of a node host (noted, unused)."},
    {"node.pluginTools.update", Caller::nodes, "", false, kOpen, "Plugin tools of a node host (noted, unused)."},
    {"node.runnerInventory.update", Caller::nodes, "", false, kOpen, "Model runners of a node host (noted, unused)."},
};

}  // namespace

std::span<const MethodRow> node_rows() { return kRows; }

}  // namespace openclaw::protocol
