// Help texts, shell completion and the command reference, all from the registry.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::cli {

// "" = the program; a group; a command.
std::string help_text(std::string_view path);
std::string version_text();  // "OpenClaw native 0.1.0 (compatible with 2026.4.2)"
// bash, zsh or fish; absent for another shell.
std::optional<std::string> completion_script(std::string_view shell);
std::string commands_markdown();

}  // namespace openclaw::cli
