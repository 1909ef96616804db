// Roles and scopes (OpenClaw protocol 6). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::protocol {

inline constexpr std::string_view kAdmin = "operator.admin";
inline constexpr std::string_view kRead = "operator.read";
inline constexpr std::string_view kWrite = "operator.write";
inline constexpr std::string_view kApprovals = "operator.approvals";
inline constexpr std::string_view kPairing = "operator.pairing";

inline constexpr std::string_view kRoleOperator = "operator";
inline constexpr std::string_view kRoleNode = "node";

using Scopes = std::vector<std::string>;

bool has(const Scopes& scopes, std::string_view scope);
// May a connection with these scopes use something that needs `needed`? Admin may everything, write implies read.
bool allows(const Scopes& scopes, std::string_view needed);
// "operator" or "node"; nothing for any other text.
std::optional<std::string_view> parse_role(std::string_view role);
// May this role connect without a device identity when it knows the shared secret?
bool may_skip_device(std::string_view role, bool shared_auth_ok);
// Does `allowed` cover every scope of `requested` (pairing and tokens)? An empty request is always covered. Names are
// trimmed, blank ones do not count.
bool covers(std::string_view role, const Scopes& allowed, const Scopes& requested);
// First scope of `requested` that `allowed` does not cover; empty when all are.
std::string first_uncovered(std::string_view role, const Scopes& allowed, const Scopes& requested);
// Trimmed, unique, implied scopes added (admin: read and write; write: read), sorted.
Scopes normal_form(const Scopes& scopes);
// Old and new together, order kept, no duplicates.
Scopes merged(const Scopes& a, const Scopes& b);

}  // namespace openclaw::protocol
