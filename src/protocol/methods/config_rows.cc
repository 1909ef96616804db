// config.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr MethodRow kRows[] = {
    {"config.get", Caller::operators, kRead, true, kEmpty, "The configuration, secrets redacted, with its hash."},
};

}  // namespace

std::span<const MethodRow> config_rows() { return kRows; }

}  // namespace openclaw::protocol
