// chat.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kChatSend[] = {
    req_str("sessionKey", 512), req_text("message"), opt_text("thinking"), opt_bool("deliver"),
    opt_text("originatingChannel"), opt_text("originatingTo"), opt_text("originatingAccountId"),
    opt_text("originatingThreadId"), opt_list("attachments", &kAnyItem), opt_int("timeoutMs", 0),
    {.name = "systemInputProvenance", .type = Type::object, .fields = kProvenance},
    opt_text("systemProvenanceReceipt"), req_str("idempotencyKey"),
};
constexpr Field kChatHistory[] = {req_str("sessionKey"), opt_int("limit", 1, 1000), opt_int("maxChars", 1, 500'000)};
constexpr Field kChatInject[] = {req_str("sessionKey"), req_str("message"), {.name = "label", .type = Type::string, .max_length = 100}};
constexpr Field kChatAbort[] = {req_str("sessionKey"), opt_str("runId")};

constexpr MethodRow kRows[] = {
    {"chat.history", Caller::operators, kRead, true, {kChatHistory}, "Messages of a session."},
    {"chat.send", Caller::operators, kWrite, true, {kChatSend}, "Sends a message; the reply comes as chat events."},
    {"chat.abort", Caller::operators, kWrite, true, {kChatAbort}, "Stops runs of a session."},
    {"chat.inject", Caller::operators, kAdmin, false, {kChatInject}, "Adds a note to a session as if the agent had said it."},
    {"chat.startup", Caller::operators, kRead, true, kOpen, "Messages of a session with the agents and models to choose from."},
    {"chat.metadata", Caller::operators, kRead, true, kOpen, "Models and commands for a chat page."},
    {"question.list", Caller::operators, kRead, true, kOpen, "Questions of the agent that wait for an answer."},
    {"taskSuggestions.list", Caller::operators, kRead, true, kOpen, "Tasks the agent proposes."},
};

}  // namespace

std::span<const MethodRow> chat_rows() { return kRows; }

}  // namespace openclaw::protocol
