#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> channel_bindings() { return {}; }

}  // namespace openclaw::gateway
