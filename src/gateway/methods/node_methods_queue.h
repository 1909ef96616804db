// Work that waits for a node, kept in the store too.
#pragma once
#include <string>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

base::Task<base::Result<>> load_node_work(State& state);
// A command that an iOS node refused because it is in the background: queued, and the error that says so. Any other
// refusal comes back as it is.
base::Task<protocol::WireError> queue_if_background(State& state, nodes::Registry::Invocation invocation, protocol::WireError error);

}  // namespace openclaw::gateway
