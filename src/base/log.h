// Logging. Lines are `<ISO time> [<subsystem>] <text>` on the console and one JSON object a line in the file
// `<dir>/gateway-YYYY-MM-DD.log` (0600, at most kLogFileBytes each, kLogFileCount kept). Any thread may log.
// Never log a secret: register it with hide() and it is replaced wherever it appears.
#pragma once
#include <string>
#include <string_view>

namespace openclaw::base {

enum class LogLevel { trace, debug, info, warn, error, off };

// Console output goes to stderr when `console` is set. Until this is called only warnings and errors reach stderr.
void log_start(LogLevel level, bool console, const std::string& directory);
void log_flush();
void log_write(LogLevel level, std::string_view subsystem, std::string_view text);
bool log_enabled(LogLevel level);
// From now on `secret` (8 characters or more) is shown as "***" in every line.
void log_hide(std::string secret);
std::string log_redact(std::string text);
std::string log_file_path();
LogLevel log_level_from(std::string_view name, LogLevel fallback);

inline void log_info(std::string_view subsystem, std::string_view text) { log_write(LogLevel::info, subsystem, text); }
inline void log_warn(std::string_view subsystem, std::string_view text) { log_write(LogLevel::warn, subsystem, text); }
inline void log_error(std::string_view subsystem, std::string_view text) { log_write(LogLevel::error, subsystem, text); }
inline void log_debug(std::string_view subsystem, std::string_view text) { log_write(LogLevel::debug, subsystem, text); }

}  // namespace openclaw::base
