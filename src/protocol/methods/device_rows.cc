// device.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr Field kRequestId[] = {req_str("requestId")};
constexpr Field kDeviceId[] = {req_str("deviceId")};
constexpr Field kRename[] = {req_str("deviceId"), req_str("displayName")};
constexpr Field kRotate[] = {req_str("deviceId"), req_str("role"), opt_list("scopes", &kNonEmptyItem)};
constexpr Field kRevoke[] = {req_str("deviceId"), req_str("role")};

constexpr MethodRow kRows[] = {
    {"device.pair.list", Caller::operators, kPairing, true, kEmpty, "Waiting and paired devices."},
    {"device.pair.approve", Caller::operators, kPairing, true, {kRequestId}, "Lets a waiting device in."},
    {"device.pair.reject", Caller::operators, kPairing, true, {kRequestId}, "Turns a waiting device away."},
    {"device.pair.remove", Caller::operators, kPairing, true, {kDeviceId}, "Forgets a device and closes its connections."},
    {"device.pair.rename", Caller::operators, kPairing, true, {kRename}, "Gives a device another name."},
    {"device.token.rotate", Caller::operators, kPairing, true, {kRotate}, "A new token in place of a device's old one."},
    {"device.token.revoke", Caller::operators, kPairing, true, {kRevoke}, "Ends a device's token."},
};

}  // namespace

std::span<const MethodRow> device_rows() { return kRows; }

}  // namespace openclaw::protocol
