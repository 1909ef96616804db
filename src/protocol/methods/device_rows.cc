// device.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kRequestId[] = {req_str("requestId")};

constexpr MethodRow kRows[] = {
    {"device.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired devices."},
    {"device.pair.approve", Caller::operators, kPairing, true, {kRequestId}, "Lets a waiting device in."},
    {"device.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting device away."},
};

}  // namespace

std::span<const MethodRow> device_rows() { return kRows; }

}  // namespace openclaw::protocol
