// agent and agents.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

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

constexpr Field kIdentity[] = {opt_str("agentId"), opt_text("sessionKey")};
constexpr Field kCreate[] = {req_str("name"), req_str("workspace"), opt_text("emoji"), opt_text("avatar")};
constexpr Field kUpdate[] = {req_str("agentId"), opt_str("name"), opt_str("workspace"), opt_str("model"), opt_text("avatar")};
constexpr Field kDelete[] = {req_str("agentId"), opt_bool("deleteFiles")};
constexpr Field kFilesList[] = {req_str("agentId")};
constexpr Field kFilesGet[] = {req_str("agentId"), req_str("name")};
constexpr Field kFilesSet[] = {req_str("agentId"), req_str("name"), req_text("content")};

constexpr MethodRow kRows[] = {
    {"agents.list", Caller::operators, kRead, true, kEmpty, "Configured agents."},
    {"agent", Caller::operators, kWrite, true, {kAgent}, "Runs the agent; answers twice: accepted, then the result."},
    {"agent.wait", Caller::operators, kWrite, true, {kAgentWait}, "Waits for the end of a run."},
    {"agent.identity.get", Caller::operators, kRead, true, {kIdentity}, "Name and picture of an agent."},
    {"agents.create", Caller::operators, kAdmin, true, {kCreate}, "Adds an agent with a workspace."},
    {"agents.update", Caller::operators, kAdmin, true, {kUpdate}, "Changes an agent's settings."},
    {"agents.delete", Caller::operators, kAdmin, true, {kDelete}, "Removes an agent."},
    {"agents.files.list", Caller::operators, kRead, true, {kFilesList}, "Files of an agent's workspace that make up its character."},
    {"agents.files.get", Caller::operators, kRead, true, {kFilesGet}, "One of them."},
    {"agents.files.set", Caller::operators, kAdmin, true, {kFilesSet}, "Writes one of them."},
};

}  // namespace

std::span<const MethodRow> agent_rows() { return kRows; }

}  // namespace openclaw::protocol
