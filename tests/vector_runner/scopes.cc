#include "protocol/method_scopes.h"
#include "protocol/scopes.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome required_scopes(const json::Object& in) {
  json::Array scopes;
  for (const auto& method : list_of(in, "methods")) {
    const auto scope = protocol::classified_scope(method);
    scopes.push_back(scope ? json::Value(*scope) : json::Value(nullptr));
  }
  return got(one("scopes", std::move(scopes)));
}

Outcome least_privilege(const json::Object& in) {
  return got(one("scopes", json::strings(protocol::least_scopes(text_of(in, "method")))));
}

Outcome authorize_method(const json::Object& in) {
  const auto missing = protocol::missing_method_scope(text_of(in, "method"), list_of(in, "scopes"));
  json::Object out;
  out["allowed"] = missing.empty();
  if (!missing.empty()) out["missingScope"] = missing;
  return got(std::move(out));
}

Outcome scopes_allow(const json::Object& in) {
  return got(one("allowed", protocol::covers(text_of(in, "role"), list_of(in, "granted"), list_of(in, "requested"))));
}

Outcome missing_scope(const json::Object& in) {
  return got(one("missing", text_or_null(protocol::first_uncovered(text_of(in, "role"), list_of(in, "granted"),
                                                                   list_of(in, "requested")))));
}

Outcome normalize_scopes(const json::Object& in) {
  return got(one("scopes", json::strings(protocol::normal_form(list_of(in, "scopes")))));
}

Outcome parse_role(const json::Object& in) {
  const auto role = protocol::parse_role(text_of(in, "role"));
  return got(one("role", role ? json::Value(*role) : json::Value(nullptr)));
}

Outcome role_skip_device(const json::Object& in) {
  return got(one("skip", protocol::may_skip_device(text_of(in, "role"), flag_of(in, "sharedAuthOk"))));
}

Outcome role_method(const json::Object& in) {
  return got(one("authorized", protocol::role_may_call(text_of(in, "role"), text_of(in, "method"))));
}

const Area kArea("scopes", {{"required_scopes", required_scopes},
                            {"least_privilege", least_privilege},
                            {"authorize_method", authorize_method},
                            {"scopes_allow", scopes_allow},
                            {"missing_scope", missing_scope},
                            {"normalize_scopes", normalize_scopes},
                            {"parse_role", parse_role},
                            {"role_skip_device", role_skip_device},
                            {"role_method", role_method}});

}  // namespace
}  // namespace openclaw::vectors
