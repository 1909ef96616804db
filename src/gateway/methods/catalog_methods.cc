#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> catalog_bindings() { return {}; }

}  // namespace openclaw::gateway
