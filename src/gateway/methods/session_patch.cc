#include "gateway/methods/session_patch.h"

#include "agent/model_config.h"
#include "base/strings.h"
#include "gateway/methods/session_rows.h"
#include "protocol/session_label.h"
#include "session/levels.h"

namespace openclaw::gateway {
namespace {

using base::Result;

tl::unexpected<base::Error> refuse(std::string text) { return base::fail(base::ErrorKind::invalid, std::move(text)); }

struct Level {
  std::string_view field;
  std::optional<std::string> (*read)(std::string_view);
  std::string_view allowed;
};
constexpr Level kLevels[] = {
    {"thinkingLevel", session::thinking_level, "off|minimal|low|medium|high|adaptive"},
    {"verboseLevel", session::verbose_level, "\"on\"|\"off\""},
    {"reasoningLevel", session::reasoning_level, "\"on\"|\"off\"|\"stream\""},
    {"elevatedLevel", session::elevated_level, "\"on\"|\"off\"|\"ask\"|\"full\""},
    {"execHost", session::exec_host, "\"auto\"|\"sandbox\"|\"gateway\"|\"node\""},
    {"execSecurity", session::exec_security, "\"deny\"|\"allowlist\"|\"full\""},
    {"execAsk", session::exec_ask, "\"off\"|\"on-miss\"|\"always\""},
};

// Set when a sub-agent is made, and never changed afterwards.
constexpr std::string_view kSpawn[] = {"spawnedBy", "spawnedWorkspaceDir", "spawnDepth", "subagentRole", "subagentControlScope"};
// Taken as they are; the schema has checked them.
constexpr std::string_view kPlain[] = {"fastMode", "responseUsage", "sendPolicy", "groupActivation"};

Result<> set_label(State& state, const json::Value& value, store::SessionRecord& session) {
  if (value.is_null()) {
    session.entry.stable_erase("label");
    return {};
  }
  OC_TRY_ASSIGN(const std::string label, protocol::parse_session_label(value));
  for (const auto* other : state.runtime->sessions()) {
    if (other->key != session.key && json::get_string_or(other->entry, "label", "") == label) return refuse("label already in use: " + label);
  }
  session.entry["label"] = label;
  return {};
}

Result<> set_level(const Level& level, const json::Value& value, json::Object& entry) {
  if (value.is_null()) {
    entry.stable_erase(level.field);
    return {};
  }
  const auto read = value.is_string() ? level.read(std::string_view(value.get_string())) : std::nullopt;
  if (!read) return refuse(fmt::format("invalid {} (use {})", level.field, level.allowed));
  entry[level.field] = *read;
  return {};
}

bool may_be_spawned(const std::string& key) {
  const auto parsed = session::parse_key(key);
  return parsed && (parsed->rest.starts_with("subagent:") || parsed->rest.starts_with("acp:") ||
                    parsed->rest.find(":subagent:") != std::string::npos);
}

Result<> set_spawn(std::string_view field, const json::Value& value, store::SessionRecord& session) {
  const auto* known = json::find(session.entry, field);
  if (value.is_null()) return known ? refuse(fmt::format("{} cannot be cleared once set", field)) : Result<>{};
  if (!may_be_spawned(session.key)) return refuse(fmt::format("{} is only supported for subagent:* or acp:* sessions", field));
  json::Value wanted = value;
  if (wanted.is_string()) {
    const std::string text(base::trim(std::string_view(wanted.get_string())));
    if (text.empty()) return refuse(fmt::format("invalid {}: empty", field));
    wanted = json::Value(text);
  }
  if (known && *known != wanted) return refuse(fmt::format("{} cannot be changed once set", field));
  session.entry[field] = std::move(wanted);
  return {};
}

// A name without provider is of the configuration: an alias, or a model of the usual provider.
Result<> set_model(State& state, const json::Value& value, store::SessionRecord& session) {
  auto& entry = session.entry;
  const auto forget = [&] {
    for (const char* field : {"modelProvider", "model", "contextTokens"}) entry.stable_erase(field);
  };
  if (value.is_null()) {
    for (const char* field : {"providerOverride", "modelOverride"}) entry.stable_erase(field);
    forget();
    return {};
  }
  const std::string text(base::trim(std::string_view(value.as_string())));
  if (text.empty()) return refuse("invalid model: empty");
  std::string provider, model = text;
  if (const auto target = agent::resolve_model_named(state.config.resolved, state.env, text)) {
    provider = target->provider;
    model = target->model;
  } else if (const auto slash = text.find('/'); slash != std::string::npos) {
    provider = base::lower_ascii(base::trim(text.substr(0, slash)));
    model = std::string(base::trim(text.substr(slash + 1)));
  } else if (const auto usual = state.models->current_model(session.agent_id)) {
    provider = usual->provider;
  }
  if (model.empty()) return refuse("invalid model: empty");
  const auto usual = state.models->current_model(session.agent_id);
  if (usual && usual->provider == provider && usual->model == model) {
    for (const char* field : {"providerOverride", "modelOverride"}) entry.stable_erase(field);
  } else {
    entry["providerOverride"] = provider;
    entry["modelOverride"] = model;
  }
  forget();
  return {};
}

Result<> apply(State& state, const json::Object& fields, store::SessionRecord& session) {
  for (const auto field : kSpawn) {
    if (const auto* value = json::find(fields, field)) OC_TRY(set_spawn(field, *value, session));
  }
  if (const auto* label = json::find(fields, "label")) OC_TRY(set_label(state, *label, session));
  for (const auto& level : kLevels) {
    if (const auto* value = json::find(fields, level.field)) OC_TRY(set_level(level, *value, session.entry));
  }
  for (const auto field : kPlain) {
    const auto* value = json::find(fields, field);
    if (!value) continue;
    if (value->is_null()) session.entry.stable_erase(field);
    else session.entry[field] = *value;
  }
  if (const auto* node = json::find(fields, "execNode")) {
    const std::string name(node->is_string() ? base::trim(std::string_view(node->get_string())) : std::string_view());
    if (!node->is_null() && name.empty()) return refuse("invalid execNode: empty");
    if (node->is_null()) session.entry.stable_erase("execNode");
    else session.entry["execNode"] = name;
  }
  if (const auto* model = json::find(fields, "model")) OC_TRY(set_model(state, *model, session));
  return {};
}

}  // namespace

base::Task<tl::expected<agent::EditedSession, protocol::WireError>> patch_session(State& state, std::string key, json::Object fields,
                                                                                   std::string parent_key) {
  agent::SessionEdit edit;
  edit.key = key;
  edit.agent_id = session::agent_of_key(key);
  edit.create = true;
  edit.edit = [&state, fields = std::move(fields), parent = std::move(parent_key)](store::SessionRecord& session) -> Result<> {
    OC_TRY(apply(state, fields, session));
    if (!parent.empty()) session.entry["parentSessionKey"] = parent;
    return {};
  };
  auto changed = co_await state.runtime->edit_session(std::move(edit));
  if (changed) co_return std::move(*changed);
  if (changed.error().kind == base::ErrorKind::invalid) co_return protocol::invalid_request(changed.error().message);
  co_return protocol::unavailable("Error: " + changed.error().message);
}

json::Object entry_json(const store::SessionRecord& record) {
  json::Object out;
  out["sessionId"] = record.session_id;
  out["updatedAt"] = record.updated_at;
  for (const auto& [name, value] : record.entry) out[name] = value;
  return out;
}

}  // namespace openclaw::gateway
