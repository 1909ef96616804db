#include "gateway/dispatch.h"

#include <boost/asio/co_spawn.hpp>
#include <unordered_map>

#include "base/log.h"
#include "gateway/methods/bindings.h"
#include "gateway/write_budget.h"

namespace openclaw::gateway {
namespace {

using protocol::Caller;
using protocol::invalid_request;
using protocol::MethodRow;

const json::Object kNoParams;

tl::expected<void, protocol::WireError> admit(const CallContext& caller, const MethodRow* row, std::string_view method) {
  if (row && row->name == "health") return {};
  if (caller.role == protocol::kRoleNode) {
    if (!row || row->caller == Caller::operators) return invalid_request("unauthorized role: node");
    return {};
  }
  if (row && row->caller == Caller::nodes) return invalid_request("unauthorized role: " + caller.role);
  const std::string_view scope = row ? row->scope : protocol::kAdmin;
  if (!caller.may(scope)) return missing_scope(caller, scope);
  if (!row) return invalid_request("unknown method: " + std::string(method));
  return {};
}

// Writes are counted by device and address; a caller without either by its connection.
std::optional<protocol::WireError> over_budget(const State& state, const CallContext& caller, std::string_view method) {
  if (!WriteBudget::applies_to(method)) return std::nullopt;
  static WriteBudget budget;
  const auto session = state.hub.find(caller.connection_id);
  std::string key = caller.device_id + "|" + (session ? session->remote_ip : std::string());
  if (key == "|") key = caller.connection_id;
  return budget.take(key, method, state.clock.steady_ms());
}

base::Task<void> run_async(State& state, AsyncHandler handler, CallContext caller, json::Object params, Answer answer) {
  MethodResult result = co_await handler(state, std::move(caller), std::move(params));
  answer(std::move(result));
}

}  // namespace

tl::unexpected<protocol::WireError> missing_scope(const CallContext& caller, std::string_view scope) {
  std::string message = "missing scope: " + std::string(scope);
  if (caller.protocol < 4) return invalid_request(std::move(message));
  json::Array required;
  required.emplace_back(scope);
  json::Object details;
  details["code"] = "MISSING_SCOPE";
  details["missingScope"] = scope;
  details["requiredScopes"] = std::move(required);
  protocol::WireError error;
  error.code = protocol::kForbidden;
  error.message = std::move(message);
  error.details = std::move(details);
  return tl::unexpected(std::move(error));
}

const Binding* find_binding(std::string_view method) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Binding*> out;
    for (const auto& group : method_bindings()) {
      for (const auto& binding : group) out.emplace(binding.method, &binding);
    }
    return out;
  }();
  const auto it = by_name.find(method);
  return it == by_name.end() ? nullptr : it->second;
}

std::vector<std::string> unbound_methods() {
  std::vector<std::string> out;
  for (const auto& row : protocol::methods()) {
    if (!find_binding(row.name)) out.emplace_back(row.name);
  }
  for (const auto& group : method_bindings()) {
    for (const auto& binding : group) {
      if (!protocol::find_method(binding.method)) out.emplace_back(binding.method);
    }
  }
  return out;
}

void dispatch(State& state, const CallContext& caller, std::string_view method, const json::Value* params, Answer answer) {
  const MethodRow* row = protocol::find_method(method);
  if (auto admitted = admit(caller, row, method); !admitted) return answer(tl::unexpected(std::move(admitted).error()));
  if (auto refusal = over_budget(state, caller, row->name)) return answer(tl::unexpected(std::move(*refusal)));
  const json::Object* object = &kNoParams;
  if (params && !params->is_null()) {
    if (const auto* given = params->if_object()) object = given;
    if (!row->params.open || !params->is_object()) {
      const std::string problem = protocol::validate(row->params, *params, caller.protocol);
      if (!problem.empty()) return answer(invalid_request(fmt::format("invalid {} params: {}", row->name, problem)));
    }
  } else if (const std::string problem = row->params.open ? "" : protocol::validate(row->params, json::Value(json::Object{}), caller.protocol); !problem.empty()) {
    return answer(invalid_request(fmt::format("invalid {} params: {}", row->name, problem)));
  }
  const Binding* binding = find_binding(row->name);
  if (!binding) return answer(invalid_request("unknown method: " + std::string(method)));
  if (binding->sync) return answer(binding->sync(state, caller, *object));
  // The frame's memory is gone when the coroutine runs: the parameters move to memory of their own.
  base::spawn(state.loop, run_async(state, binding->async, caller, json::Object(*object, boost::json::storage_ptr{}), std::move(answer)),
              "method");
}

}  // namespace openclaw::gateway
