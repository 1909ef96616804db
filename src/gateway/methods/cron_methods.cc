// cron.*
#include "gateway/methods/bindings.h"
#include "gateway/methods/cron_methods_host.h"
#include "base/strings.h"
#include "protocol/methods/cron_schema.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;
namespace schema = protocol::cron_schema;

// The scheduler, or why there is none.
tl::expected<std::shared_ptr<schedule::Scheduler>, protocol::WireError> scheduler(State& state) {
  if (state.cron) return state.cron;
  return unavailable(state.store_problem.empty() ? "gateway starting; retry shortly" : state.store_problem);
}

tl::unexpected<protocol::WireError> failure(const base::Error& error, const CallContext& caller) {
  json::Value details = nullptr;
  if (error.kind == base::ErrorKind::not_found && caller.protocol >= 4) {
    json::Object code;
    code["code"] = "CRON_JOB_NOT_FOUND";
    details = std::move(code);
  }
  return unavailable("Error: " + error.message, std::move(details));
}

std::string id_of(const json::Object& params) {
  auto id = json::get_string_or(params, "id", "");
  if (id.empty()) id = json::get_string_or(params, "jobId", "");
  return std::string(base::trim(id));
}

MethodResult list(State& state, const CallContext&, const json::Object& params) {
  auto cron = scheduler(state);
  if (!cron) return tl::unexpected(std::move(cron).error());
  return Reply((*cron)->list(params));
}

MethodResult status(State& state, const CallContext&, const json::Object&) {
  auto cron = scheduler(state);
  if (!cron) return tl::unexpected(std::move(cron).error());
  json::Object out;
  out["enabled"] = (*cron)->enabled();
  out["storePath"] = state.settings.state_dir + "/native.sqlite";
  out["jobs"] = static_cast<std::int64_t>((*cron)->size());
  const auto next = (*cron)->enabled() ? (*cron)->next_wake() : std::nullopt;
  out["nextWakeAtMs"] = next ? json::Value(*next) : json::Value(nullptr);
  return Reply(std::move(out));
}

base::Task<MethodResult> runs(State& state, CallContext caller, json::Object params) {
  auto cron = scheduler(state);
  if (!cron) co_return tl::unexpected(std::move(cron).error());
  std::string id = id_of(params);
  const std::string scope = json::get_string_or(params, "scope", id.empty() ? "all" : "job");
  if (scope == "job" && id.empty()) co_return invalid_request("invalid cron.runs params: missing id");
  if (scope == "all") id.clear();
  auto found = co_await (*cron)->runs(std::move(id), std::move(params));
  if (!found) co_return failure(found.error(), caller);
  co_return Reply(std::move(*found));
}

base::Task<MethodResult> add(State& state, CallContext caller, json::Object params) {
  auto cron = scheduler(state);
  if (!cron) co_return tl::unexpected(std::move(cron).error());
  json::Object normalized = schedule::normalize_new(params);
  const std::string problem = protocol::validate(protocol::Schema{schema::kAdd}, json::Value(normalized), caller.protocol);
  if (!problem.empty()) co_return invalid_request("invalid cron.add params: " + problem);
  if (auto text = schedule::check_at(normalized.at("schedule").as_object(), state.clock.wall_ms())) co_return invalid_request(std::move(*text));
  auto added = co_await (*cron)->add(std::move(normalized));
  if (!added) co_return failure(added.error(), caller);
  co_return Reply(std::move(*added));
}

base::Task<MethodResult> update(State& state, CallContext caller, json::Object params) {
  auto cron = scheduler(state);
  if (!cron) co_return tl::unexpected(std::move(cron).error());
  if (const auto* patch = json::get_object(params, "patch")) params["patch"] = schedule::normalize_patch(*patch);
  const std::string problem = protocol::validate_either(schema::kUpdateById, schema::kUpdateByJobId, json::Value(params), caller.protocol);
  if (!problem.empty()) co_return invalid_request("invalid cron.update params: " + problem);
  json::Object patch = params.at("patch").as_object();
  if (const auto* schedule = json::get_object(patch, "schedule")) {
    if (auto text = schedule::check_at(*schedule, state.clock.wall_ms())) co_return invalid_request(std::move(*text));
  }
  const std::string id = id_of(params);
  auto updated = co_await (*cron)->update(id, std::move(patch));
  if (!updated) co_return failure(updated.error(), caller);
  co_return Reply(std::move(*updated));
}

base::Task<MethodResult> remove(State& state, CallContext caller, json::Object params) {
  auto cron = scheduler(state);
  if (!cron) co_return tl::unexpected(std::move(cron).error());
  const std::string problem = protocol::validate_either(schema::kRemoveById, schema::kRemoveByJobId, json::Value(params), caller.protocol);
  if (!problem.empty()) co_return invalid_request("invalid cron.remove params: " + problem);
  const std::string id = id_of(params);
  auto removed = co_await (*cron)->remove(id);
  if (!removed) co_return failure(removed.error(), caller);
  json::Object out;
  out["ok"] = true;
  out["removed"] = *removed;
  co_return Reply(std::move(out));
}

base::Task<MethodResult> run(State& state, CallContext caller, json::Object params) {
  auto cron = scheduler(state);
  if (!cron) co_return tl::unexpected(std::move(cron).error());
  const std::string problem = protocol::validate_either(schema::kRunById, schema::kRunByJobId, json::Value(params), caller.protocol);
  if (!problem.empty()) co_return invalid_request("invalid cron.run params: " + problem);
  const std::string id = id_of(params);
  const bool force = json::get_string_or(params, "mode", "force") == "force";
  auto begun = co_await (*cron)->run(id, force);
  if (!begun) co_return failure(begun.error(), caller);
  co_return Reply(std::move(*begun));
}

constexpr Binding kBindings[] = {
    {"cron.list", list},
    {"cron.status", status},
    {"cron.runs", nullptr, runs},
    {"cron.add", nullptr, add},
    {"cron.update", nullptr, update},
    {"cron.remove", nullptr, remove},
    {"cron.run", nullptr, run},
};

}  // namespace

std::span<const Binding> cron_bindings() { return kBindings; }

}  // namespace openclaw::gateway
