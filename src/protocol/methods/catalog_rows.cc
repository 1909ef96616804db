// models, tools, skills, usage, logs
#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

std::span<const MethodRow> catalog_rows() { return {}; }

}  // namespace openclaw::protocol
