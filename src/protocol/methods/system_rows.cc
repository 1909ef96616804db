// health, status, presence and the gateway itself
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr std::string_view kWakeModes[] = {"now", "next-heartbeat"};
constexpr Field kWake[] = {{.name = "mode", .type = Type::string, .required = true, .one_of = kWakeModes}, req_str("text")};

constexpr MethodRow kRows[] = {
    {"health", Caller::everybody, "", true, kOpen, "Health snapshot of gateway, channels and sessions."},
    {"status", Caller::operators, kRead, true, kOpen, "Sessions, tasks and channels in short."},
    {"system-presence", Caller::operators, kRead, true, kOpen, "Who is connected, newest first."},
    {"last-heartbeat", Caller::operators, kRead, true, kOpen, "The last heartbeat event, or null."},
    {"system-event", Caller::operators, kAdmin, true, kOpen, "Presence of a client, or a text for the main session."},
    {"wake", Caller::operators, kWrite, true, {kWake}, "A text for the main session's next run."},
    {"doctor.memory.status", Caller::operators, kRead, true, kOpen, "Whether memory search works."},
    {"update.status", Caller::operators, kRead, true, kOpen, "Whether an update is known."},
    {"gateway.identity.get", Caller::operators, kRead, true, kOpen, "The gateway host's device id and public key."},
};

}  // namespace

std::span<const MethodRow> system_rows() { return kRows; }

}  // namespace openclaw::protocol
