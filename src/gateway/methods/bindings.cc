#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

const std::vector<std::span<const Binding>>& method_bindings() {
  static const std::vector<std::span<const Binding>> all = {
      system_bindings(),  config_bindings(), agent_bindings(),  agents_bindings(), agents_files_bindings(), chat_bindings(), channel_bindings(),
      session_query_bindings(), session_run_bindings(), session_change_bindings(), usage_bindings(),
      node_bindings(),    device_bindings(), approval_bindings(), cron_bindings(),   catalog_bindings(),
      config_write_bindings(), secret_bindings(), skill_bindings(), log_bindings(), system_event_bindings(),
      node_invoke_bindings(), node_pair_bindings(), node_event_bindings(), node_queue_bindings(), approval_file_bindings()};
  return all;
}

}  // namespace openclaw::gateway
