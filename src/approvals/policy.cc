#include "approvals/policy.h"

#include <algorithm>

namespace openclaw::approvals {

std::optional<Security> parse_security(std::string_view text) {
  if (text == "deny") return Security::deny;
  if (text == "allowlist") return Security::allowlist;
  if (text == "full") return Security::full;
  return std::nullopt;
}

std::optional<Ask> parse_ask(std::string_view text) {
  if (text == "off") return Ask::off;
  if (text == "on-miss") return Ask::on_miss;
  if (text == "always") return Ask::always;
  return std::nullopt;
}

std::string_view to_text(Security value) {
  switch (value) {
    case Security::deny:
      return "deny";
    case Security::allowlist:
      return "allowlist";
    case Security::full:
      return "full";
  }
  return "deny";
}

std::string_view to_text(Ask value) {
  switch (value) {
    case Ask::off:
      return "off";
    case Ask::on_miss:
      return "on-miss";
    case Ask::always:
      return "always";
  }
  return "always";
}

Security min_security(Security a, Security b) { return std::min(a, b); }
Ask max_ask(Ask a, Ask b) { return std::max(a, b); }

bool requires_approval(Ask ask, Security security, bool analysis_ok, bool allowlist_satisfied,
                       bool durable_approval) {
  if (ask == Ask::always) return true;
  if (durable_approval) return false;
  return ask == Ask::on_miss && security == Security::allowlist && !(analysis_ok && allowlist_satisfied);
}

}  // namespace openclaw::approvals
