// Which role and which scope a method of the reference release needs (OpenClaw protocol 6.1, 6.3), whether we serve the
// method or not: a client asks for the least scopes before it knows what the other side serves, and a refusal must
// name the right scope. Pure.
#pragma once
#include "protocol/scopes.h"

#include <optional>
#include <span>
#include <string_view>

namespace openclaw::protocol {

struct MethodScope {
  std::string_view method;
  std::string_view scope;  // empty: only nodes may call it
};
std::span<const MethodScope> method_scopes();

// The scope that the table or a reserved prefix (config., exec.approvals., update., wizard.) gives a method; nothing for
// a method of nodes and for a name nobody knows.
std::optional<std::string_view> classified_scope(std::string_view method);
// The same, with operator.admin for what is not classified.
std::string_view required_scope(std::string_view method);
// What a client that calls only this method asks for; empty for one that is not classified.
Scopes least_scopes(std::string_view method);
// Scopes of one call made inside the program: the chosen ones, even none, else the least.
Scopes scopes_for_call(std::string_view method, const std::optional<Scopes>& chosen);
// The scope that `granted` lacks to call the method; empty when it may be called. `health` is answered to everybody
// before anybody asks here.
std::string_view missing_method_scope(std::string_view method, const Scopes& granted);

bool is_node_method(std::string_view method);
// Nodes may call the methods of nodes and nothing else, operators the rest.
bool role_may_call(std::string_view role, std::string_view method);

}  // namespace openclaw::protocol
