#include "cli/commands.h"

namespace openclaw::cli {

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> kAll = [] {
    std::vector<const Command*> out;
    for (const auto table :
         {gateway_commands(), gateway_status_commands(), overview_commands(), agent_commands(),
          channel_commands(), config_commands(), device_commands(), node_commands(), cron_commands(), log_commands(),
          approval_commands(), completion_commands(),
          docs_commands()}) {
      for (const Command& command : table) out.push_back(&command);
    }
    return out;
  }();
  return kAll;
}

const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      {"gateway", "Run the gateway, or ask one"},       {"channels", "Chat channels"},
      {"config", "Read and change the configuration"},  {"devices", "Paired devices and their requests"},
      {"nodes", "Paired nodes: list, approve, invoke"}, {"node", "Run a node host on this machine"},
      {"cron", "Scheduled jobs"},                       {"approvals", "What may run without being asked"},
  };
  return kGroups;
}

}  // namespace openclaw::cli
