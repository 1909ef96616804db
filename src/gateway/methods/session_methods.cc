#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> session_bindings() { return {}; }

}  // namespace openclaw::gateway
