#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> approval_bindings() { return {}; }

}  // namespace openclaw::gateway
