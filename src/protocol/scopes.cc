#include "protocol/scopes.h"

#include <algorithm>

#include "base/strings.h"

namespace openclaw::protocol {

bool has(const Scopes& scopes, std::string_view scope) {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

bool allows(const Scopes& scopes, std::string_view needed) {
  if (needed.empty() || has(scopes, kAdmin)) return true;
  if (needed == kRead) return has(scopes, kRead) || has(scopes, kWrite);
  return has(scopes, needed);
}

std::optional<std::string_view> parse_role(std::string_view role) {
  if (role == kRoleOperator) return kRoleOperator;
  if (role == kRoleNode) return kRoleNode;
  return std::nullopt;
}

bool may_skip_device(std::string_view role, bool shared_auth_ok) { return role == kRoleOperator && shared_auth_ok; }

std::string first_uncovered(std::string_view role, const Scopes& allowed, const Scopes& requested) {
  const bool is_operator = base::trim(role) == kRoleOperator;
  const auto granted = [&](std::string_view scope) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) { return base::trim(one) == scope; });
  };
  for (const auto& entry : requested) {
    const std::string_view scope = base::trim(entry);
    if (scope.empty() || granted(scope)) continue;
    const bool implied = is_operator && ((scope.starts_with("operator.") && granted(kAdmin)) ||
                                         (scope == kRead && granted(kWrite)));
    if (!implied) return std::string(scope);
  }
  return {};
}

bool covers(std::string_view role, const Scopes& allowed, const Scopes& requested) {
  return first_uncovered(role, allowed, requested).empty();
}

Scopes normal_form(const Scopes& scopes) {
  Scopes out;
  for (const auto& scope : scopes) {
    const std::string_view text = base::trim(scope);
    if (!text.empty()) out.emplace_back(text);
  }
  if (has(out, kAdmin)) out.emplace_back(kRead), out.emplace_back(kWrite);
  if (has(out, kWrite)) out.emplace_back(kRead);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Scopes merged(const Scopes& a, const Scopes& b) {
  Scopes out = a;
  for (const auto& scope : b) {
    if (!has(out, scope)) out.push_back(scope);
  }
  return out;
}

}  // namespace openclaw::protocol
