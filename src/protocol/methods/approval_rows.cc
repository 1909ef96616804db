// exec.approvals.*, exec.approval.*, plugin.approval.*
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

std::span<const MethodRow> approval_rows() { return {}; }

}  // namespace openclaw::protocol
