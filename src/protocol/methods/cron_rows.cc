// cron.*, wake
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

std::span<const MethodRow> cron_rows() { return {}; }

}  // namespace openclaw::protocol
