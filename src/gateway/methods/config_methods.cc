#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> config_bindings() { return {}; }

}  // namespace openclaw::gateway
