// channels.*, send, poll
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kChannelsStatus[] = {opt_bool("probe"), opt_int("timeoutMs", 0)};

constexpr Field kLogout[] = {req_str("channel"), opt_text("accountId")};
constexpr Field kSend[] = {
    req_str("to"), opt_text("message"), opt_text("mediaUrl"), opt_list("mediaUrls", &kStringItem), opt_bool("gifPlayback"),
    opt_text("channel"), opt_text("accountId"), opt_text("agentId"), opt_text("threadId"), opt_text("sessionKey"),
    req_str("idempotencyKey")};

constexpr MethodRow kRows[] = {
    {"channels.status", Caller::operators, kRead, true, {kChannelsStatus}, "Channels and their accounts."},
    {"channels.logout", Caller::operators, kAdmin, true, {kLogout}, "Forgets a channel's credentials and stops it."},
    {"send", Caller::operators, kWrite, true, {kSend}, "Sends a text through a channel."},
};

}  // namespace

std::span<const MethodRow> channel_rows() { return kRows; }

}  // namespace openclaw::protocol
