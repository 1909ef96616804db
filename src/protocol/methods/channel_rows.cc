// channels.*, send, poll
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kChannelsStatus[] = {opt_bool("probe"), opt_int("timeoutMs", 0)};

constexpr MethodRow kRows[] = {
    {"channels.status", Caller::operators, kRead, true, {kChannelsStatus}, "Channels and their accounts."},
};

}  // namespace

std::span<const MethodRow> channel_rows() { return kRows; }

}  // namespace openclaw::protocol
