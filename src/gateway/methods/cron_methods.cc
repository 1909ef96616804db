#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

std::span<const Binding> cron_bindings() { return {}; }

}  // namespace openclaw::gateway
