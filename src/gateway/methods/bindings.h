// The handlers of each family, bound to the rows of protocol/methods by name.
#pragma once
#include <span>
#include <vector>

#include "gateway/dispatch.h"

namespace openclaw::gateway {

std::span<const Binding> system_bindings();
std::span<const Binding> config_bindings();
std::span<const Binding> config_write_bindings();
std::span<const Binding> secret_bindings();
std::span<const Binding> agent_bindings();
std::span<const Binding> chat_bindings();
std::span<const Binding> channel_bindings();
std::span<const Binding> node_bindings();
std::span<const Binding> device_bindings();
std::span<const Binding> approval_bindings();
std::span<const Binding> approval_file_bindings();
std::span<const Binding> node_invoke_bindings();
std::span<const Binding> node_pair_bindings();
std::span<const Binding> node_event_bindings();
std::span<const Binding> node_queue_bindings();
std::span<const Binding> cron_bindings();
std::span<const Binding> catalog_bindings();
std::span<const Binding> skill_bindings();
std::span<const Binding> log_bindings();
std::span<const Binding> system_event_bindings();
std::span<const Binding> agents_bindings();
std::span<const Binding> agents_files_bindings();
std::span<const Binding> session_query_bindings();
std::span<const Binding> session_run_bindings();
std::span<const Binding> session_change_bindings();
std::span<const Binding> usage_bindings();
const std::vector<std::span<const Binding>>& method_bindings();

}  // namespace openclaw::gateway
