#include "session/levels.h"

#include "base/strings.h"

#include <span>
#include <utility>

namespace openclaw::session {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;

constexpr Alias kThinking[] = {
    {"off", "off"},         {"on", "low"},         {"enable", "low"},       {"enabled", "low"},
    {"min", "minimal"},     {"minimal", "minimal"}, {"think", "minimal"},   {"low", "low"},
    {"thinkhard", "low"},   {"mid", "medium"},     {"med", "medium"},       {"medium", "medium"},
    {"thinkharder", "medium"}, {"harder", "medium"}, {"high", "high"},      {"ultra", "high"},
    {"ultrathink", "high"}, {"thinkhardest", "high"}, {"highest", "high"},  {"max", "high"},
    {"adaptive", "adaptive"}, {"auto", "adaptive"}};
constexpr Alias kVerbose[] = {{"off", "off"},   {"false", "off"}, {"no", "off"},   {"0", "off"},
                              {"full", "full"}, {"all", "full"},  {"everything", "full"},
                              {"on", "on"},     {"minimal", "on"}, {"true", "on"}, {"yes", "on"}, {"1", "on"}};
constexpr Alias kReasoning[] = {{"off", "off"}, {"false", "off"}, {"no", "off"}, {"0", "off"}, {"hide", "off"},
                                {"on", "on"},   {"true", "on"},   {"yes", "on"}, {"1", "on"},  {"show", "on"},
                                {"stream", "stream"}, {"streaming", "stream"}, {"live", "stream"}};
constexpr Alias kElevated[] = {{"off", "off"}, {"false", "off"}, {"no", "off"}, {"0", "off"},
                               {"on", "on"},   {"true", "on"},   {"yes", "on"}, {"1", "on"},
                               {"ask", "ask"}, {"prompt", "ask"}, {"approve", "ask"},
                               {"full", "full"}, {"auto", "full"}, {"bypass", "full"}};
constexpr Alias kHost[] = {{"auto", "auto"}, {"sandbox", "sandbox"}, {"gateway", "gateway"}, {"node", "node"}};
constexpr Alias kSecurity[] = {{"deny", "deny"}, {"allowlist", "allowlist"}, {"full", "full"}};
constexpr Alias kAsk[] = {{"off", "off"}, {"on-miss", "on-miss"}, {"always", "always"}};

std::optional<std::string> lookup(std::span<const Alias> table, std::string_view text) {
  const auto key = base::lower_ascii(base::trim(text));
  for (const auto& [name, value] : table) {
    if (key == name) return std::string(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> thinking_level(std::string_view text) {
  std::string key;
  for (const char c : text) {
    if (c != ' ' && c != '-' && c != '_') key += c;
  }
  return lookup(kThinking, key);
}
std::optional<std::string> verbose_level(std::string_view text) { return lookup(kVerbose, text); }
std::optional<std::string> reasoning_level(std::string_view text) { return lookup(kReasoning, text); }
std::optional<std::string> elevated_level(std::string_view text) { return lookup(kElevated, text); }
std::optional<std::string> exec_host(std::string_view text) { return lookup(kHost, text); }
std::optional<std::string> exec_security(std::string_view text) { return lookup(kSecurity, text); }
std::optional<std::string> exec_ask(std::string_view text) { return lookup(kAsk, text); }

}  // namespace openclaw::session
