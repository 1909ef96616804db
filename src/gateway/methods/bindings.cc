#include "gateway/methods/bindings.h"

namespace openclaw::gateway {

const std::vector<std::span<const Binding>>& method_bindings() {
  static const std::vector<std::span<const Binding>> all = {
      system_bindings(),  config_bindings(), agent_bindings(),  chat_bindings(),     session_bindings(), channel_bindings(),
      node_bindings(),    device_bindings(), approval_bindings(), cron_bindings(),   catalog_bindings()};
  return all;
}

}  // namespace openclaw::gateway
