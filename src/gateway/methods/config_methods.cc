// config.get, config.schema, config.schema.lookup.
#include "base/strings.h"
#include "base/version.h"
#include "config/json_schema.h"
#include "config/redact.h"
#include "config/rewrite.h"
#include "config/substitute.h"
#include "gateway/live_config.h"
#include "gateway/methods/bindings.h"
#include "gateway/worker.h"

namespace openclaw::gateway {
namespace {

json::Array issue_list(const std::vector<config::Issue>& issues) {
  json::Array out;
  for (const auto& issue : issues) {
    json::Object row;
    row["path"] = issue.path;
    row["message"] = issue.message;
    out.emplace_back(std::move(row));
  }
  return out;
}

// The file as it is now; `running` is what the gateway works with. Nothing in the answer is secret: every
// document is redacted, also the two that the reference shows in clear.
json::Object answer_for(const config::Snapshot& file, json::Value running) {
  json::Object out;
  out["path"] = file.path;
  out["exists"] = file.exists;
  json::Value source = json::Object(), validated = json::Object();
  if (file.valid) {
    std::vector<config::MissingVariable> missing;
    source = config::redact(config::substitute(file.parsed, file.env, missing));
    validated = config::redact(file.resolved);
    const auto raw = file.exists ? config::redacted_text(file.raw, file.parsed) : std::nullopt;
    out["raw"] = raw ? json::Value(*raw) : json::Value(nullptr);
    out["parsed"] = config::redact(file.parsed);
  } else {
    out["raw"] = nullptr;
    out["parsed"] = nullptr;
  }
  out["sourceConfig"] = source;
  out["resolved"] = std::move(source);
  out["valid"] = file.valid;
  out["runtimeConfig"] = std::move(running);
  out["config"] = std::move(validated);
  out["hash"] = file.hash;
  out["issues"] = issue_list(file.issues);
  out["warnings"] = issue_list(file.warnings);
  out["legacyIssues"] = json::Array{};
  return out;
}

base::Task<MethodResult> get(State& state, CallContext, json::Object) {
  std::function<base::Result<json::Object>()> job = [context = config_context(state),
                                                     running = config::redact(state.config.resolved)] {
    return base::Result<json::Object>(answer_for(config::load(context.config_path, context.env), running));
  };
  auto answer = co_await on_worker<json::Object>(state.loop, std::move(job));
  if (!answer) co_return protocol::unavailable(answer.error().message);
  co_return Reply(std::move(*answer));
}

MethodResult schema(State& state, const CallContext&, const json::Object&) {
  json::Object out;
  out["schema"] = config::json_schema();
  out["uiHints"] = config::ui_hints();
  out["version"] = base::kReferenceVersion;
  out["generatedAt"] = base::iso_time(state.clock.wall_ms());
  return Reply(std::move(out));
}

MethodResult lookup(State&, const CallContext&, const json::Object& params) {
  auto found = config::schema_lookup(json::get_string_or(params, "path", ""));
  if (!found) return protocol::invalid_request("config schema path not found");
  return Reply(std::move(*found));
}

constexpr Binding kBindings[] = {
    {"config.get", nullptr, get},
    {"config.schema", schema},
    {"config.schema.lookup", lookup},
};

}  // namespace

std::span<const Binding> config_bindings() { return kBindings; }

}  // namespace openclaw::gateway
