// health, status, presence and the gateway itself
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr MethodRow kRows[] = {
    {"health", Caller::everybody, "", true, kOpen, "Health snapshot of gateway, channels and sessions."},
    {"status", Caller::operators, kRead, true, kOpen, "Sessions, tasks and channels in short."},
    {"system-presence", Caller::operators, kRead, true, kOpen, "Who is connected, newest first."},
    {"last-heartbeat", Caller::operators, kRead, true, kOpen, "The last heartbeat event, or null."},
    {"gateway.identity.get", Caller::operators, kRead, true, kOpen, "The gateway host's device id and public key."},
};

}  // namespace

std::span<const MethodRow> system_rows() { return kRows; }

}  // namespace openclaw::protocol
