// The values that a session's settings may have (sessions.patch, chat.send; OpenClaw agent runtime 10). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::session {

// Canonical value of what a person wrote ("ultrathink" -> "high"); nullopt for anything else.
std::optional<std::string> thinking_level(std::string_view text);
std::optional<std::string> verbose_level(std::string_view text);
std::optional<std::string> reasoning_level(std::string_view text);
std::optional<std::string> elevated_level(std::string_view text);
std::optional<std::string> exec_host(std::string_view text);
std::optional<std::string> exec_security(std::string_view text);
std::optional<std::string> exec_ask(std::string_view text);

}  // namespace openclaw::session
