// agents.list, agents.create, agents.update, agents.delete, agent.identity.get.
#include <algorithm>
#include <filesystem>

#include "base/strings.h"
#include "config/paths.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/config_change.h"
#include "gateway/methods/session_rows.h"
#include "gateway/methods/workspace_files.h"
#include "gateway/worker.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

std::string text_of(const json::Object& params, std::string_view name) {
  return std::string(base::trim(json::get_string_or(params, name, "")));
}

std::string home_of(const State& state) { return state.env.get("HOME").value_or(""); }

const json::Object* entry_of(const json::Value& config, const std::string& agent_id) {
  const auto* list = json::find_path(config, "agents.list");
  if (!list || !list->is_array()) return nullptr;
  for (const auto& item : list->get_array()) {
    const auto* entry = item.if_object();
    if (entry && session::normalize_agent_id(json::get_string_or(*entry, "id", "")) == agent_id) return entry;
  }
  return nullptr;
}

json::Object identity_of(const json::Object& entry) {
  json::Object out;
  const auto* identity = json::get_object(entry, "identity");
  if (!identity) return out;
  for (const char* field : {"name", "theme", "emoji", "avatar"}) {
    const std::string text = text_of(*identity, field);
    if (!text.empty()) out[field] = text;
  }
  const std::string avatar = json::get_string_or(out, "avatar", "");
  for (const char* scheme : {"http://", "https://", "data:"}) {
    if (avatar.starts_with(scheme)) out["avatarUrl"] = avatar;
  }
  return out;
}

// The model as the configuration gives it, else the one that is used.
json::Object model_part(State& state, const json::Object* entry, const std::string& agent_id) {
  json::Object out;
  const auto* model = entry ? json::find(*entry, "model") : nullptr;
  if (!model) model = json::find_path(state.config.resolved, "agents.defaults.model");
  if (const auto target = state.models->current_model(agent_id)) {
    out["primary"] = target->provider + "/" + target->model;
  } else if (model && model->is_string()) {
    out["primary"] = *model;
  }
  if (const auto* object = model ? model->if_object() : nullptr) {
    if (const auto* fallbacks = json::get_array(*object, "fallbacks")) out["fallbacks"] = *fallbacks;
  }
  return out;
}

MethodResult list(State& state, const CallContext& caller, const json::Object&) {
  const bool newer = caller_protocol(state, caller) >= 4;
  json::Array agents;
  for (const auto& id : configured_agents(state)) {
    json::Object agent;
    agent["id"] = id;
    if (newer) agent["kind"] = "agent";
    const auto* entry = entry_of(state.config.resolved, id);
    if (const std::string name = entry ? text_of(*entry, "name") : std::string(); !name.empty()) agent["name"] = name;
    if (json::Object identity = entry ? identity_of(*entry) : json::Object(); !identity.empty()) agent["identity"] = std::move(identity);
    agent["workspace"] = agent_workspace(state, id);
    if (json::Object model = model_part(state, entry, id); !model.empty()) agent["model"] = std::move(model);
    agents.emplace_back(std::move(agent));
  }
  json::Object out;
  out["defaultId"] = state.settings.default_agent;
  if (newer) {
    out["ownership"] = "sole";
    out["selectionRequired"] = false;
  }
  out["mainKey"] = state.settings.main_key;
  out["scope"] = state.settings.session_scope;
  out["agents"] = std::move(agents);
  return Reply(std::move(out));
}

// The agent that agent.identity.get is about.
tl::expected<std::string, protocol::WireError> identity_agent(const State& state, const json::Object& params) {
  const std::string prefix = "invalid agent.identity.get params: ";
  const std::string given = text_of(params, "agentId"), key = text_of(params, "sessionKey");
  auto agent = agent_of_params(state, params);
  if (!agent) return invalid_request(prefix + agent.error().message);
  if (key.empty()) return agent;
  if (session::classify_key(key) == session::KeyShape::malformed_agent) {
    return invalid_request(prefix + "malformed session key \"" + key + "\"");
  }
  const std::string owner = session::agent_of_key(canonical_session_key(state, key));
  if (!given.empty() && owner != *agent) {
    return invalid_request(fmt::format("{}agent \"{}\" does not match session key agent \"{}\"", prefix, given, owner));
  }
  return owner;
}

std::string first_text(std::initializer_list<std::string> candidates, std::size_t limit) {
  for (const auto& text : candidates) {
    const std::string trimmed(base::trim(text));
    if (!trimmed.empty()) return std::string(base::cut_utf8(trimmed, limit));
  }
  return {};
}

base::Task<MethodResult> identity(State& state, CallContext, json::Object params) {
  auto agent = identity_agent(state, params);
  if (!agent) co_return tl::unexpected(std::move(agent).error());
  std::function<base::Result<IdentityLines>()> job = [workspace = agent_workspace(state, *agent)] {
    return base::Result<IdentityLines>(read_identity(workspace));
  };
  auto file = co_await on_worker<IdentityLines>(state.loop, std::move(job));
  if (!file) co_return unavailable(file.error().message);
  const auto* entry = entry_of(state.config.resolved, *agent);
  const json::Object own = entry ? identity_of(*entry) : json::Object();
  const auto ui = [&](const char* name) { return state.config.get_string(std::string("ui.assistant.") + name).value_or(""); };
  const auto has = [&](const char* name) { return json::get_string_or(own, name, ""); };
  const std::string emoji = first_text({has("emoji"), file->emoji}, 16);
  json::Object out;
  out["agentId"] = *agent;
  out["name"] = first_text({ui("name"), has("name"), file->name, "Assistant"}, 50);
  // A picture, or one character that stands for it.
  out["avatar"] = first_text({ui("avatar"), has("avatar"), has("emoji"), file->avatar, file->emoji, "A"}, 200);
  if (!emoji.empty()) out["emoji"] = emoji;
  co_return Reply(std::move(out));
}

std::string absolute_path(const State& state, const std::string& given) {
  const std::filesystem::path path(config::expand_home(given, home_of(state)));
  std::string out = (path.is_absolute() ? path : std::filesystem::path(home_of(state)) / path).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

// agents.list of a document, made when it is not there: the default agent then gets an entry of its own.
json::Array& list_of(json::Value& document, const std::string& default_agent) {
  if (!document.is_object()) document = json::Object();
  auto& agents = document.get_object()["agents"];
  if (!agents.is_object()) agents = json::Object();
  auto& list = agents.get_object()["list"];
  if (!list.is_array()) list = json::Array();
  auto& out = list.get_array();
  if (out.empty() && !default_agent.empty()) {
    json::Object first;
    first["id"] = default_agent;
    out.emplace_back(std::move(first));
  }
  return out;
}

json::Object* entry_in(json::Array& list, const std::string& agent_id) {
  for (auto& item : list) {
    auto* entry = item.if_object();
    if (entry && session::normalize_agent_id(json::get_string_or(*entry, "id", "")) == agent_id) return entry;
  }
  return nullptr;
}

base::Task<MethodResult> create(State& state, CallContext, json::Object params) {
  const std::string name = text_of(params, "name");
  const std::string id = session::normalize_agent_id(name);
  if (id == session::kDefaultAgent) co_return invalid_request("\"main\" is reserved");
  const auto known = configured_agents(state);
  if (std::find(known.begin(), known.end(), id) != known.end()) co_return invalid_request(fmt::format("agent \"{}\" already exists", id));
  const std::string workspace = absolute_path(state, text_of(params, "workspace"));
  IdentityLines lines{name, text_of(params, "emoji"), text_of(params, "avatar")};
  std::function<base::Result<bool>()> job = [workspace, lines]() -> base::Result<bool> {
    OC_TRY(make_workspace(workspace));
    OC_TRY(add_identity(workspace, lines));
    return true;
  };
  auto made = co_await on_worker<bool>(state.loop, std::move(job));
  if (!made) co_return unavailable("Error: " + made.error().message);
  std::function<json::Value(const json::Value&)> change = [id, name, workspace, usual = state.settings.default_agent](const json::Value& parsed) {
    json::Value out = parsed;
    json::Array& agents = list_of(out, usual);
    if (entry_in(agents, id)) return out;
    json::Object entry;
    entry["id"] = id;
    entry["name"] = name;
    entry["workspace"] = workspace;
    agents.emplace_back(std::move(entry));
    return out;
  };
  auto changed = co_await change_config(state, "agents.create", std::move(change));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  json::Object out;
  out["ok"] = true;
  out["agentId"] = id;
  out["name"] = name;
  out["workspace"] = workspace;
  co_return Reply(std::move(out));
}

base::Task<MethodResult> update(State& state, CallContext, json::Object params) {
  const std::string id = session::normalize_agent_id(text_of(params, "agentId"));
  if (!entry_of(state.config.resolved, id)) co_return invalid_request(fmt::format("agent \"{}\" not found", id));
  const std::string name = text_of(params, "name"), model = text_of(params, "model"), avatar = text_of(params, "avatar");
  const std::string given = text_of(params, "workspace");
  const std::string workspace = given.empty() ? std::string() : absolute_path(state, given);
  std::function<json::Value(const json::Value&)> change = [=](const json::Value& parsed) {
    json::Value out = parsed;
    auto* entry = entry_in(list_of(out, {}), id);
    if (!entry) return out;
    if (!name.empty()) (*entry)["name"] = name;
    if (!workspace.empty()) (*entry)["workspace"] = workspace;
    if (!model.empty()) (*entry)["model"] = model;
    return out;
  };
  auto changed = co_await change_config(state, "agents.update", std::move(change));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  std::function<base::Result<bool>()> job = [at = agent_workspace(state, id), moved = !workspace.empty(), avatar]() -> base::Result<bool> {
    if (moved) OC_TRY(make_workspace(at));
    if (!avatar.empty()) OC_TRY(add_identity(at, IdentityLines{{}, {}, avatar}));
    return true;
  };
  auto made = co_await on_worker<bool>(state.loop, std::move(job));
  if (!made) co_return unavailable("Error: " + made.error().message);
  json::Object out;
  out["ok"] = true;
  out["agentId"] = id;
  co_return Reply(std::move(out));
}

// A folder that holds something else of value (another agent's workspace, the state, the home) is never moved.
bool belongs_to_agent_alone(const State& state, const std::string& workspace, const std::string& agent_id) {
  const auto inside = [](const std::string& inner, const std::string& outer) { return inner == outer || inner.starts_with(outer + "/"); };
  if (workspace.size() < 2 || inside(home_of(state), workspace) || inside(state.settings.state_dir, workspace) ||
      inside(state.settings.config_path, workspace)) {
    return false;
  }
  for (const auto& other : configured_agents(state)) {
    if (other != agent_id && inside(absolute_path(state, agent_workspace(state, other)), workspace)) return false;
  }
  return true;
}

base::Task<MethodResult> remove(State& state, CallContext, json::Object params) {
  const std::string id = session::normalize_agent_id(text_of(params, "agentId"));
  if (id == session::kDefaultAgent) co_return invalid_request("\"main\" cannot be deleted");
  if (!entry_of(state.config.resolved, id)) co_return invalid_request(fmt::format("agent \"{}\" not found", id));
  const std::string workspace = absolute_path(state, agent_workspace(state, id));
  const bool take_files = json::get_bool(params, "deleteFiles").value_or(true) && belongs_to_agent_alone(state, workspace, id);
  auto removed = std::make_shared<std::int64_t>(0);
  std::function<json::Value(const json::Value&)> change = [id, removed](const json::Value& parsed) {
    json::Value out = parsed;
    json::Array kept;
    for (auto& item : list_of(out, {})) {
      const auto* entry = item.if_object();
      if (!entry || session::normalize_agent_id(json::get_string_or(*entry, "id", "")) != id) kept.push_back(item);
    }
    list_of(out, {}) = std::move(kept);
    auto* bindings = out.get_object().if_contains("bindings");
    if (!bindings || !bindings->is_array()) return out;
    json::Array left;
    for (auto& item : bindings->get_array()) {
      const auto* binding = item.if_object();
      const bool own = binding && session::normalize_agent_id(json::get_string_or(*binding, "agentId", "")) == id;
      if (own) ++*removed;
      else left.push_back(item);
    }
    *bindings = std::move(left);
    return out;
  };
  auto changed = co_await change_config(state, "agents.delete", std::move(change));
  if (!changed) co_return tl::unexpected(std::move(changed).error());
  if (take_files) {
    const std::string data = state.env.non_blank("XDG_DATA_HOME").value_or(home_of(state) + "/.local/share");
    std::function<base::Result<bool>()> job = [workspace, data] { return base::Result<bool>(move_to_trash(workspace, data)); };
    (void)co_await on_worker<bool>(state.loop, std::move(job));
  }
  json::Object out;
  out["ok"] = true;
  out["agentId"] = id;
  out["removedBindings"] = *removed;
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"agents.list", list},
    {"agent.identity.get", nullptr, identity},
    {"agents.create", nullptr, create},
    {"agents.update", nullptr, update},
    {"agents.delete", nullptr, remove},
};

}  // namespace

std::span<const Binding> agents_bindings() { return kBindings; }

}  // namespace openclaw::gateway
