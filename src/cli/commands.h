// The tables of the command files; registry.cc puts them in order.
#pragma once
#include "cli/command.h"

#include <span>

namespace openclaw::cli {

std::span<const Command> gateway_commands();
std::span<const Command> gateway_status_commands();
std::span<const Command> overview_commands();  // health, status
std::span<const Command> agent_commands();
std::span<const Command> config_commands();
std::span<const Command> node_commands();  // nodes ..., node run
std::span<const Command> device_commands();
std::span<const Command> channel_commands();  // channels, sessions
std::span<const Command> cron_commands();
std::span<const Command> log_commands();
std::span<const Command> approval_commands();
std::span<const Command> completion_commands();
std::span<const Command> docs_commands();

}  // namespace openclaw::cli
