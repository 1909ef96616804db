// The words of exec policy and how two of them combine. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::approvals {

// Ordered from strict to permissive.
enum class Security : std::uint8_t { deny, allowlist, full };
// Ordered from permissive to strict.
enum class Ask : std::uint8_t { off, on_miss, always };

std::optional<Security> parse_security(std::string_view text);
std::optional<Ask> parse_ask(std::string_view text);
std::string_view to_text(Security value);
std::string_view to_text(Ask value);

Security min_security(Security a, Security b);  // the stricter
Ask max_ask(Ask a, Ask b);                      // the stricter

// Whether a person has to be asked before the command may run.
bool requires_approval(Ask ask, Security security, bool analysis_ok, bool allowlist_satisfied,
                       bool durable_approval = false);

}  // namespace openclaw::approvals
