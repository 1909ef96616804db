// secrets.reload, secrets.resolve.
#include "base/log.h"
#include "base/strings.h"
#include "config/secret_targets.h"
#include "gateway/methods/bindings.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

// References are resolved at each use, against the environment of this process: a reload finds out whether
// all that are in use lead somewhere.
MethodResult reload(State& state, const CallContext&, const json::Object&) {
  std::int64_t warnings = 0;
  for (const auto& found : config::resolve_all_targets(state.config)) {
    const std::string path = config::dotted(found.path);
    if (found.value) {
      base::log_hide(*found.value);
    } else if (found.active) {
      base::log_error("secrets", "[SECRETS_RELOADER_DEGRADED] " + path + ": " + found.value.error().message);
      return unavailable(path + ": " + found.value.error().message);
    } else {
      ++warnings;
      base::log_warn("secrets", "SECRETS_REF_IGNORED_INACTIVE_SURFACE " + path);
    }
  }
  json::Object out;
  out["ok"] = true;
  out["warningCount"] = warnings;
  return Reply(std::move(out));
}

// Errors name the field only.
tl::expected<std::vector<std::string>, protocol::WireError> targets_of(const json::Object& params) {
  const std::string prefix = "invalid secrets.resolve params: ";
  if (base::trim(json::get_string_or(params, "commandName", "")).empty())
    return invalid_request(prefix + "commandName");
  const auto* list = json::get_array(params, "targetIds");
  if (!list) return invalid_request(prefix + "targetIds");
  std::vector<std::string> out;
  for (const auto& item : *list) {
    const auto id = item.is_string() ? base::trim(std::string_view(item.get_string())) : std::string_view();
    if (id.empty()) return invalid_request(prefix + "targetIds");
    if (!config::known_secret_target(id))
      return invalid_request(prefix + "unknown target id \"" + std::string(id) + "\"");
    if (std::find(out.begin(), out.end(), id) == out.end()) out.emplace_back(id);
  }
  return out;
}

MethodResult resolve(State& state, const CallContext&, const json::Object& params) {
  const auto targets = targets_of(params);
  if (!targets) return tl::unexpected(targets.error());
  json::Array assignments, inactive;
  for (const auto& id : *targets) {
    for (const auto& found : config::resolve_target(state.config, id)) {
      const std::string path = config::dotted(found.path);
      if (!found.active) {
        inactive.emplace_back(path);
        continue;
      }
      if (!found.value) return unavailable(path + ": " + found.value.error().message);
      base::log_hide(*found.value);
      json::Object row;
      row["path"] = path;
      row["pathSegments"] = json::strings(found.path);
      row["value"] = *found.value;
      assignments.emplace_back(std::move(row));
    }
  }
  json::Object out;
  out["ok"] = true;
  out["assignments"] = std::move(assignments);
  out["diagnostics"] = json::Array{};
  out["inactiveRefPaths"] = std::move(inactive);
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"secrets.reload", reload},
    {"secrets.resolve", resolve},
};

}  // namespace

std::span<const Binding> secret_bindings() { return kBindings; }

}  // namespace openclaw::gateway
