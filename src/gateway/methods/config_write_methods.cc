// config.set, config.patch, config.apply, skills.update.
#include "base/log.h"
#include "base/strings.h"
#include "config/merge_patch.h"
#include "config/redact.h"
#include "config/rpc_edit.h"
#include "gateway/live_config.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "gateway/worker.h"
#include "session/keys.h"

#include <unistd.h>

namespace openclaw::gateway {
namespace {

using config::RpcEdit;
using config::RpcResult;
using protocol::invalid_request;
using protocol::unavailable;

struct Written {
  config::RpcOutcome outcome;
  AppliedConfig applied;
};
using WriteStep = tl::expected<Written, protocol::WireError>;

protocol::WireError wire_error(const config::RpcRefusal& refusal) {
  json::Object details;
  json::Array issues;
  for (const auto& issue : refusal.issues) {
    json::Object row;
    row["path"] = issue.path;
    row["message"] = issue.message;
    issues.emplace_back(std::move(row));
  }
  if (!issues.empty()) details["issues"] = std::move(issues);
  json::Value shown = details.empty() ? json::Value(nullptr) : json::Value(std::move(details));
  return (refusal.ours ? unavailable(refusal.message, std::move(shown))
                       : invalid_request(refusal.message, std::move(shown)))
      .value();
}

// Writes on the worker, then takes the new configuration over.
base::Task<WriteStep> write_and_apply(State& state, std::function<RpcResult(const config::Context&)> change) {
  std::function<base::Result<RpcResult>()> job = [context = config_context(state), make = std::move(change)] {
    RpcResult made = make(context);
    if (made && !made->noop) {
      if (auto kept = config::save_last_good(context.state_dir, made->after); !kept)
        made->warnings.push_back(kept.error().message);
    }
    return base::Result<RpcResult>(std::move(made));
  };
  auto done = co_await on_worker<RpcResult>(state.loop, std::move(job));
  if (!done) co_return unavailable(done.error().message);
  if (!*done) co_return tl::unexpected(wire_error((*done).error()));
  Written out;
  out.outcome = std::move(**done);
  for (const auto& warning : out.outcome.warnings) base::log_warn("config", warning);
  // Also after a change without effect: the file may have been edited by hand before it.
  if (!out.outcome.noop || out.outcome.after.hash != state.config.hash) {
    config::Snapshot after = out.outcome.after;
    out.applied = co_await apply_config(state, std::move(after));
  }
  co_return std::move(out);
}

RpcEdit edit_of(RpcEdit::Kind kind, const json::Object& params) {
  RpcEdit edit;
  edit.kind = kind;
  edit.raw = json::get_string_or(params, "raw", "");
  if (auto hash = json::get_string(params, "baseHash")) edit.base_hash = std::string(base::trim(*hash));
  return edit;
}

json::Object answer_of(const Written& written) {
  json::Object out;
  out["ok"] = true;
  if (written.outcome.noop) out["noop"] = true;
  out["path"] = written.outcome.after.path;
  out["config"] = config::redact(written.outcome.after.resolved);
  return out;
}

// This gateway does not restart itself: null when everything is in force, else what waits for the next start.
json::Value restart_part(const AppliedConfig& applied, std::string_view reason) {
  if (applied.restart.empty()) return nullptr;
  json::Object out;
  out["ok"] = false;
  out["pid"] = static_cast<std::int64_t>(::getpid());
  out["reason"] = reason;
  out["required"] = json::strings(applied.restart);
  return out;
}

json::Object sentinel_part(const State& state, const json::Object& params, std::string_view mode,
                           std::string_view kind) {
  json::Object payload;
  payload["kind"] = kind;
  payload["status"] = "ok";
  payload["ts"] = state.clock.wall_ms();
  if (const auto key = json::get_string(params, "sessionKey"); key && !base::trim(*key).empty()) {
    payload["sessionKey"] = *key;
    const auto* record =
        state.runtime ? state.runtime->session(session::canonical_key(*key, key_settings(state))) : nullptr;
    if (const auto* route = record ? json::get_object(record->entry, "deliveryContext") : nullptr)
      payload["deliveryContext"] = *route;
  }
  const auto note = json::get_string(params, "note");
  payload["message"] =
      note && !base::trim(*note).empty() ? json::Value(base::trim(*note)) : json::Value(nullptr);
  payload["doctorHint"] = "Run: openclaw doctor --non-interactive";
  json::Object stats;
  stats["mode"] = mode;
  stats["root"] = state.settings.config_path;
  payload["stats"] = std::move(stats);
  json::Object out;
  out["path"] = nullptr;  // nothing is left for the next start to find
  out["payload"] = std::move(payload);
  return out;
}

base::Task<MethodResult> set(State& state, CallContext, json::Object params) {
  std::function<RpcResult(const config::Context&)> change =
      [edit = edit_of(RpcEdit::Kind::set, params)](const config::Context& context) {
        return config::rpc_edit(context, edit);
      };
  auto written = co_await write_and_apply(state, std::move(change));
  if (!written) co_return tl::unexpected(std::move(written).error());
  json::Object out = answer_of(*written);
  out.erase("noop");
  co_return Reply(std::move(out));
}

base::Task<MethodResult> write_with_restart(State& state, json::Object params, RpcEdit::Kind kind) {
  const bool patch = kind == RpcEdit::Kind::patch;
  std::function<RpcResult(const config::Context&)> change =
      [edit = edit_of(kind, params)](const config::Context& context) {
        return config::rpc_edit(context, edit);
      };
  auto written = co_await write_and_apply(state, std::move(change));
  if (!written) co_return tl::unexpected(std::move(written).error());
  json::Object out = answer_of(*written);
  if (patch && written->outcome.noop) co_return Reply(std::move(out));
  out.erase("noop");
  const std::string_view mode = patch ? "config.patch" : "config.apply";
  out["restart"] = restart_part(written->applied, mode);
  out["sentinel"] = sentinel_part(state, params, mode, patch ? "config-patch" : "config-apply");
  co_return Reply(std::move(out));
}

base::Task<MethodResult> patch(State& state, CallContext, json::Object params) {
  auto result = co_await write_with_restart(state, std::move(params), RpcEdit::Kind::patch);
  co_return std::move(result);
}

base::Task<MethodResult> apply(State& state, CallContext, json::Object params) {
  auto result = co_await write_with_restart(state, std::move(params), RpcEdit::Kind::apply);
  co_return std::move(result);
}

// -- skills.update

using protocol::Field;
constexpr Field kEntry[] = {protocol::req_str("skillKey"),
                            protocol::opt_bool("enabled"),
                            protocol::opt_text("apiKey"),
                            {.name = "env", .type = protocol::Type::map, .item = &protocol::kStringItem}};
constexpr std::string_view kClawhub[] = {"clawhub"};
constexpr Field kHub[] = {
    {.name = "source", .type = protocol::Type::string, .required = true, .one_of = kClawhub},
    protocol::opt_str("slug"),
    protocol::opt_bool("all")};

// Complaints of both alternatives, each once.
std::string union_problem(const json::Object& params) {
  const json::Value value = params;
  const std::string entry = protocol::validate({kEntry, false}, value),
                    hub = protocol::validate({kHub, false}, value);
  if (entry.empty() || hub.empty()) return {};
  std::vector<std::string> seen;
  for (const auto& text : base::split(base::replace_all(entry + "; " + hub, "; ", "\n"), '\n')) {
    if (std::find(seen.begin(), seen.end(), text) == seen.end()) seen.push_back(text);
  }
  return base::join(seen, "; ") + "; must match a schema in anyOf";
}

void set_or_drop(json::Object& object, std::string_view key, const json::Value& value) {
  const auto text = base::trim(value.is_string() ? std::string_view(value.get_string()) : std::string_view());
  if (text.empty())
    object.erase(key);
  else
    object[key] = text;
}

json::Object& block(json::Object& parent, std::string_view key) {
  json::Value& value = parent[key];
  if (!value.is_object()) value = json::Object();
  return value.get_object();
}

json::Value with_skill(const json::Value& parsed, const json::Object& params) {
  json::Object root = parsed.is_object() ? parsed.get_object() : json::Object();
  json::Object& entry =
      block(block(block(root, "skills"), "entries"), json::get_string_or(params, "skillKey", ""));
  if (const auto enabled = json::get_bool(params, "enabled")) entry["enabled"] = *enabled;
  if (const auto* key = json::find(params, "apiKey")) set_or_drop(entry, "apiKey", *key);
  if (const auto* env = json::get_object(params, "env")) {
    json::Object& variables = block(entry, "env");
    for (const auto& [name, value] : *env) set_or_drop(variables, name, value);
    if (variables.empty()) entry.erase("env");
  }
  return root;
}

// The entry as it is now: what the caller has just sent is shown to it, other secrets are not.
json::Object shown_entry(const config::Snapshot& after, const json::Object& params) {
  const std::string key = json::get_string_or(params, "skillKey", "");
  const auto* entries = after.get_object("skills.entries");
  const auto* entry = entries ? json::get_object(*entries, key) : nullptr;
  if (!entry) return {};
  json::Object shown = config::redact(*entry, {"skills", "entries", key}).get_object();
  const auto* sent = json::get_object(params, "env");
  const auto* stored = json::get_object(*entry, "env");
  if (!sent || !stored) return shown;
  for (const auto& [name, value] : *sent) {
    if (const auto* now = json::find(*stored, name)) block(shown, "env")[name] = *now;
  }
  return shown;
}

base::Task<MethodResult> skills_update(State& state, CallContext, json::Object params) {
  if (const std::string problem = union_problem(params); !problem.empty()) {
    co_return invalid_request("invalid skills.update params: " + problem);
  }
  if (params.contains("source")) {
    const bool slug = params.contains("slug"), all = json::get_bool(params, "all").value_or(false);
    if (!slug && !all) co_return invalid_request("clawhub skills.update requires \"slug\" or \"all\"");
    if (slug && all)
      co_return invalid_request("clawhub skills.update accepts either \"slug\" or \"all\", not both");
    co_return unavailable("clawhub is not available in this gateway; replace the skill's folder by hand");
  }
  const std::string key = json::get_string_or(params, "skillKey", "");
  if (config::unsafe_key(key)) co_return invalid_request("invalid skills.update params: skillKey");
  std::function<RpcResult(const config::Context&)> change = [params](const config::Context& context) {
    return config::rpc_change(context, "skills.update",
                              [&](const json::Value& parsed) { return with_skill(parsed, params); });
  };
  auto written = co_await write_and_apply(state, std::move(change));
  if (!written) co_return tl::unexpected(std::move(written).error());
  json::Object out;
  out["ok"] = true;
  out["skillKey"] = key;
  out["config"] = shown_entry(written->outcome.after, params);
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"config.set", nullptr, set},
    {"config.patch", nullptr, patch},
    {"config.apply", nullptr, apply},
    {"skills.update", nullptr, skills_update},
};

}  // namespace

std::span<const Binding> config_write_bindings() { return kBindings; }

}  // namespace openclaw::gateway
