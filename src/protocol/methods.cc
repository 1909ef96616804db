#include "protocol/methods.h"

#include <algorithm>

#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr std::string_view kStatusRequestTypes[] = {"external_user", "inter_session", "internal_system"};
constexpr Field kProvenance[] = {
    {.name = "kind", .type = Type::string, .required = true, .one_of = kStatusRequestTypes},
    opt_text("originSessionId"), opt_text("sourceSessionKey"), opt_text("sourceChannel"), opt_text("sourceTool"),
};
constexpr Field kAgent[] = {
    req_str("message"), opt_str("agentId"), opt_text("provider"), opt_text("model"), opt_text("to"),
    opt_text("replyTo"), opt_text("sessionId"), opt_text("sessionKey"), opt_text("thinking"), opt_bool("deliver"),
    opt_list("attachments", &kAnyItem), opt_text("channel"), opt_text("replyChannel"), opt_text("accountId"),
    opt_text("replyAccountId"), opt_text("threadId"), opt_text("groupId"), opt_text("groupChannel"),
    opt_text("groupSpace"), opt_int("timeout", 0), opt_bool("bestEffortDeliver"), opt_text("lane"),
    opt_text("extraSystemPrompt"), opt_list("internalEvents", &kAnyItem),
    {.name = "inputProvenance", .type = Type::object, .fields = kProvenance},
    req_str("idempotencyKey"),
    {.name = "label", .type = Type::string, .min_length = 1, .max_length = 512},
};
constexpr Field kAgentWait[] = {req_str("runId"), opt_int("timeoutMs", 0)};
constexpr Field kChatSend[] = {
    req_str("sessionKey", 512), req_text("message"), opt_text("thinking"), opt_bool("deliver"),
    opt_text("originatingChannel"), opt_text("originatingTo"), opt_text("originatingAccountId"),
    opt_text("originatingThreadId"), opt_list("attachments", &kAnyItem), opt_int("timeoutMs", 0),
    {.name = "systemInputProvenance", .type = Type::object, .fields = kProvenance},
    opt_text("systemProvenanceReceipt"), req_str("idempotencyKey"),
};
constexpr Field kChatHistory[] = {req_str("sessionKey"), opt_int("limit", 1, 1000), opt_int("maxChars", 1, 500'000)};
constexpr Field kChatAbort[] = {req_str("sessionKey"), opt_str("runId")};
constexpr Field kSessionsList[] = {
    opt_int("limit", 1), opt_int("activeMinutes", 1), opt_bool("includeGlobal"), opt_bool("includeUnknown"),
    opt_bool("includeDerivedTitles"), opt_bool("includeLastMessage"),
    {.name = "label", .type = Type::string, .min_length = 1, .max_length = 512},
    opt_str("spawnedBy"), opt_str("agentId"), opt_text("search"),
};
constexpr Field kChannelsStatus[] = {opt_bool("probe"), opt_int("timeoutMs", 0)};
constexpr Field kNodeId[] = {req_str("nodeId")};
constexpr Field kNodeRename[] = {req_str("nodeId"), req_str("displayName")};
constexpr Field kRequestId[] = {req_str("requestId")};
constexpr Field kNodeInvoke[] = {req_str("nodeId"), req_str("command"), opt_any("params"), opt_int("timeoutMs", 0),
                                 req_str("idempotencyKey")};
// payloadJSON and error may be null here though the schema of the reference says otherwise; see node_methods.cc.
constexpr Field kInvokeResult[] = {req_str("id"), req_str("nodeId"), req_bool("ok"), opt_any("payload"),
                                   opt_any("payloadJSON"), opt_any("error")};
constexpr Field kNodeEvent[] = {req_str("event"), opt_any("payload"), opt_text("payloadJSON")};

constexpr Schema kOpen{{}, true};
constexpr Schema kEmpty{{}, false};

constexpr MethodRow kMethods[] = {
    {"health", Caller::everybody, "", true, kOpen, "Health snapshot of gateway, channels and sessions."},
    {"status", Caller::operators, kRead, true, kOpen, "Sessions, tasks and channels in short."},
    {"system-presence", Caller::operators, kRead, true, kOpen, "Who is connected, newest first."},
    {"last-heartbeat", Caller::operators, kRead, true, kOpen, "The last heartbeat event, or null."},
    {"gateway.identity.get", Caller::operators, kRead, true, kOpen, "The gateway host's device id and public key."},
    {"config.get", Caller::operators, kRead, true, kEmpty, "The configuration, secrets redacted, with its hash."},
    {"agents.list", Caller::operators, kRead, true, kEmpty, "Configured agents."},
    {"agent", Caller::operators, kWrite, true, {kAgent}, "Runs the agent; answers twice: accepted, then the result."},
    {"agent.wait", Caller::operators, kWrite, true, {kAgentWait}, "Waits for the end of a run."},
    {"chat.history", Caller::operators, kRead, true, {kChatHistory}, "Messages of a session."},
    {"chat.send", Caller::operators, kWrite, true, {kChatSend}, "Sends a message; the reply comes as chat events."},
    {"chat.abort", Caller::operators, kWrite, true, {kChatAbort}, "Stops runs of a session."},
    {"sessions.list", Caller::operators, kRead, true, {kSessionsList}, "Sessions, newest first."},
    {"channels.status", Caller::operators, kRead, true, {kChannelsStatus}, "Channels and their accounts."},
    {"node.list", Caller::operators, kRead, true, kEmpty, "Known nodes, connected first."},
    {"node.describe", Caller::operators, kRead, true, {kNodeId}, "One node."},
    {"node.invoke", Caller::operators, kWrite, true, {kNodeInvoke}, "Runs a command on a node."},
    {"node.invoke.result", Caller::nodes, "", true, {kInvokeResult}, "A node's answer to an invocation."},
    {"node.event", Caller::nodes, "", true, {kNodeEvent}, "Something happened on a node."},
    {"node.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired nodes."},
    {"node.pair.approve", Caller::operators, kWrite, true, {kRequestId}, "Lets a waiting node in."},
    {"node.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting node away."},
    {"node.rename", Caller::operators, kPairing, true, {kNodeRename}, "Gives a node another name."},
    {"device.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired devices."},
    {"device.pair.approve", Caller::operators, kPairing, true, {kRequestId}, "Lets a waiting device in."},
    {"device.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting device away."},
};

constexpr EventRow kEvents[] = {
    {"connect.challenge", "", true, false},
    {"agent", kRead, false, false},
    {"chat", kRead, false, false},
    {"presence", kRead, false, true},
    {"tick", "", true, true},
    {"health", "", true, true},
    {"shutdown", "", true, false},
    {"node.invoke.request", "", true, false},
    {"node.pair.requested", kPairing, false, true},
    {"node.pair.resolved", kPairing, false, true},
    {"device.pair.requested", kPairing, false, true},
    {"device.pair.resolved", kPairing, false, true},
    {"voicewake.changed", "", true, true},
};

std::string_view type_name(const Field& field) {
  switch (field.type) {
    case Type::any: return "any";
    case Type::string: return "string";
    case Type::integer: return "integer";
    case Type::number: return "number";
    case Type::boolean: return "boolean";
    case Type::object: return "object";
    case Type::array: return "list";
    case Type::map: return "map";
  }
  return "";
}

}  // namespace

std::span<const MethodRow> methods() { return kMethods; }

const MethodRow* find_method(std::string_view name) {
  for (const auto& row : kMethods) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::span<const EventRow> events() { return kEvents; }

const EventRow* find_event(std::string_view name) {
  for (const auto& row : kEvents) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string methods_markdown() {
  std::string out =
      "# Methods and events\n\nMade from the tables of `src/protocol/methods.cc` (`make docs`). A `?` marks an optional "
      "parameter.\n\n| method | caller | scope | parameters | |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& row : kMethods) {
    std::string params;
    for (const auto& field : row.params.fields) {
      params += fmt::format("{}{}{}: {}", params.empty() ? "" : ", ", field.name, field.required ? "" : "?", type_name(field));
    }
    const char* caller = row.caller == Caller::nodes ? "node" : row.caller == Caller::everybody ? "all" : "operator";
    out += fmt::format("| {} | {} | {} | {} | {} |\n", row.name, caller, row.scope.empty() ? "-" : row.scope, params, row.summary);
  }
  out += "\n| event | operators need | sent to nodes | when a client is behind |\n| --- | --- | --- | --- |\n";
  for (const auto& row : kEvents) {
    out += fmt::format("| {} | {} | {} | {} |\n", row.name, row.scope.empty() ? "-" : row.scope, row.to_nodes ? "yes" : "no",
                       row.droppable ? "skipped" : "closed (1008)");
  }
  return out;
}

}  // namespace openclaw::protocol
