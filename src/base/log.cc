#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fmt/format.h>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "base/strings.h"

namespace openclaw::base {
namespace {

// A logger of our own rather than spdlog: its asynchronous core, formatters and sinks cost 4 s a translation
// unit and 300 kB of binary for what is one write() here, and redaction by value has to sit before every sink.
struct State {
  std::mutex mutex;
  bool console = false;
  std::string directory, day;
  int fd = -1;
  std::size_t written = 0;
  std::vector<std::string> secrets;
};
std::atomic<LogLevel> g_level{LogLevel::warn};
std::atomic<bool> g_started{false};

State& state() {
  static State* instance = new State;  // never destroyed: threads may log while the process exits
  return *instance;
}

std::string redact_locked(const State& s, std::string text) {
  for (const auto& secret : s.secrets) text = replace_all(std::move(text), secret, "***");
  return text;
}

std::string path_for(const State& s, const std::string& day) { return s.directory + "/gateway-" + day + ".log"; }

void rotate_locked(State& s) {
  const std::string path = path_for(s, s.day);
  ::close(s.fd);
  s.fd = -1;
  for (int i = kLogFileCount - 1; i > 0; --i) {
    const std::string from = i == 1 ? path : fmt::format("{}.{}", path, i - 1);
    ::rename(from.c_str(), fmt::format("{}.{}", path, i).c_str());
  }
}

void file_line_locked(State& s, const std::string& time, std::string_view level, std::string_view subsystem,
                      const std::string& text) {
  if (s.directory.empty()) return;
  const std::string day = time.substr(0, 10);
  if (s.fd >= 0 && (day != s.day || s.written > kLogFileBytes)) {
    if (day == s.day) rotate_locked(s);
    else ::close(s.fd), s.fd = -1;
  }
  if (s.fd < 0) {
    s.day = day;
    ::mkdir(s.directory.c_str(), 0700);
    s.fd = ::open(path_for(s, day).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (s.fd < 0) return;
    struct stat st {};
    s.written = ::fstat(s.fd, &st) == 0 ? static_cast<std::size_t>(st.st_size) : 0;
  }
  std::string line = "{\"time\":\"" + time + "\",\"level\":\"" + std::string(level) + "\",\"subsystem\":\"" +
                     std::string(subsystem) + "\",\"msg\":\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') line += '\\', line += c;
    else if (u < 0x20) line += fmt::format("\\u{:04x}", u);
    else line += c;
  }
  line += "\"}\n";
  const ssize_t n = ::write(s.fd, line.data(), line.size());
  if (n > 0) s.written += static_cast<std::size_t>(n);
}

constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error", "off"};

}  // namespace

void log_start(LogLevel level, bool console, const std::string& directory) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  g_level = level;
  g_started = true;
  s.console = console;
  s.directory = directory;
}

void log_flush() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.fd >= 0) ::fdatasync(s.fd);
}

bool log_enabled(LogLevel level) { return level >= g_level.load(std::memory_order_relaxed); }

void log_write(LogLevel level, std::string_view subsystem, std::string_view text) {
  if (!log_enabled(level)) return;
  const std::string time = iso_time(SystemClock::instance().wall_ms());
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::string clean = redact_locked(s, std::string(text));
  if (s.console || !g_started) {
    const std::string line = fmt::format("{} [{}] {}{}\n", time, subsystem,
                                         level >= LogLevel::warn ? std::string(kNames[static_cast<int>(level)]) + ": " : "",
                                         clean);
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  file_line_locked(s, time, kNames[static_cast<int>(level)], subsystem, clean);
}

void log_hide(std::string secret) {
  if (secret.size() < 8) return;
  State& s = state();
  const std::lock_guard lock(s.mutex);
  for (const auto& known : s.secrets) {
    if (known == secret) return;
  }
  s.secrets.push_back(std::move(secret));
}

std::string log_redact(std::string text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  return redact_locked(s, std::move(text));
}

std::string log_file_path() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.directory.empty()) return {};
  return path_for(s, iso_time(SystemClock::instance().wall_ms()).substr(0, 10));
}

LogLevel log_level_from(std::string_view name, LogLevel fallback) {
  if (name == "silent") return LogLevel::off;
  if (name == "fatal") return LogLevel::error;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  }
  return fallback;
}

}  // namespace openclaw::base
