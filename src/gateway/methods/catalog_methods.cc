// models.list, tools.catalog, tools.effective.
#include "agent/model_config.h"
#include "agent/tool.h"
#include "base/strings.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/session_rows.h"
#include "session/keys.h"

#include <algorithm>

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;

// -- models

// Rows by provider and name, each reference once.
class Models {
 public:
  explicit Models(const State& state) : state_(state), config_(state.config.resolved) {}

  json::Array rows() {
    configured();
    add_named(agent::ModelRef{std::string(agent::kBuiltinProvider), "operator"}.text());
    const auto usual = agent::resolve_model_ref(config_, state_.env, state_.settings.default_agent).text();
    add_named(usual);
    const auto* allowed = state_.config.get_object("agents.defaults.models");
    if (allowed && !allowed->empty()) restrict_to(*allowed, usual);
    std::sort(rows_.begin(), rows_.end(),
              [](const json::Object& a, const json::Object& b) { return order_of(a) < order_of(b); });
    json::Array out;
    for (auto& row : rows_) out.emplace_back(std::move(row));
    return out;
  }

 private:
  static std::pair<std::string, std::string> order_of(const json::Object& row) {
    return {json::get_string_or(row, "provider", ""), json::get_string_or(row, "name", "")};
  }
  static std::string ref_of(const json::Object& row) {
    return json::get_string_or(row, "provider", "") + "/" + json::get_string_or(row, "id", "");
  }
  bool known(const std::string& ref) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const json::Object& row) { return ref_of(row) == ref; });
  }

  void configured() {
    const auto* providers = state_.config.get_object("models.providers");
    if (!providers) return;
    for (const auto& [provider, settings] : *providers) {
      const auto* models = settings.is_object() ? json::get_array(settings.get_object(), "models") : nullptr;
      if (!models) continue;
      for (const auto& item : *models) {
        const auto* model = item.if_object();
        const std::string id = model ? json::get_string_or(*model, "id", "") : std::string();
        if (!id.empty()) add(base::lower_ascii(std::string_view(provider)), id, *model);
      }
    }
  }

  void add(const std::string& provider, const std::string& id, const json::Object& model) {
    json::Object row;
    row["id"] = id;
    row["name"] = json::get_string_or(model, "name", id);
    row["provider"] = provider;
    if (const auto window = json::get_int(model, "contextWindow")) row["contextWindow"] = *window;
    if (const auto reasoning = json::get_bool(model, "reasoning")) row["reasoning"] = *reasoning;
    if (const auto* input = json::get_array(model, "input")) row["input"] = *input;
    if (!known(ref_of(row))) rows_.push_back(std::move(row));
  }

  // A model that no list describes: what the agent would use for this reference.
  void add_named(const std::string& ref) {
    if (known(ref)) return;
    const auto target = agent::resolve_model_named(config_, state_.env, ref);
    if (!target) return;
    json::Object model;
    model["contextWindow"] = target->context_window;
    model["input"] = target->images ? json::strings({"text", "image"}) : json::strings({"text"});
    add(target->provider, target->model, model);
  }

  void restrict_to(const json::Object& allowed, const std::string& usual) {
    for (const auto& [ref, settings] : allowed) add_named(std::string(ref));
    std::erase_if(rows_, [&](const json::Object& row) {
      return ref_of(row) != usual && !allowed.contains(ref_of(row));
    });
  }

  const State& state_;
  const json::Value& config_;
  std::vector<json::Object> rows_;
};

MethodResult models_list(State& state, const CallContext&, const json::Object&) {
  json::Object out;
  out["models"] = Models(state).rows();
  return Reply(std::move(out));
}

// -- tools

struct Group {
  std::string_view id, label;
};
constexpr Group kGroups[] = {{"fs", "Files"},
                             {"runtime", "Runtime"},
                             {"web", "Web"},
                             {"memory", "Memory"},
                             {"sessions", "Sessions"},
                             {"ui", "UI"},
                             {"messaging", "Messaging"},
                             {"automation", "Automation"},
                             {"nodes", "Nodes"},
                             {"agents", "Agents"},
                             {"media", "Media"}};

// Where the tools of ours stand in the groups and profiles that clients know.
struct ToolFacts {
  std::string_view id, group, description;
  bool minimal = false, coding = false, messaging = false;
};
constexpr ToolFacts kTools[] = {
    {"exec", "runtime", "Run shell commands", false, true, false},
    {"process", "runtime", "Manage background processes", false, true, false},
    {"read", "fs", "Read file contents", false, true, false},
    {"write", "fs", "Create or overwrite files", false, true, false},
    {"edit", "fs", "Make precise edits", false, true, false},
    {"web_search", "web", "Search the web", false, true, false},
    {"web_fetch", "web", "Fetch web content", false, true, false},
    {"memory_search", "memory", "Search the memory", false, true, false},
    {"memory_get", "memory", "Read memory files", false, true, false},
    {"sessions_list", "sessions", "List sessions", false, true, true},
    {"sessions_history", "sessions", "Session history", false, true, true},
    {"sessions_send", "sessions", "Send to session", false, true, true},
    {"session_status", "sessions", "Session status", true, true, true},
    {"message", "messaging", "Send messages", false, false, true},
    {"cron", "automation", "Schedule tasks", false, true, false},
    {"gateway", "automation", "Gateway control", false, false, false},
    {"nodes", "nodes", "Nodes + devices", false, false, false},
    {"agents_list", "agents", "List agents", false, false, false},
};

const ToolFacts* facts_of(std::string_view id) {
  const auto found = std::find_if(std::begin(kTools), std::end(kTools),
                                  [&](const ToolFacts& facts) { return facts.id == id; });
  return found == std::end(kTools) ? nullptr : found;
}

json::Array profiles() {
  json::Array out;
  for (const auto& [id, label] : {std::pair{"minimal", "Minimal"},
                                  {"coding", "Coding"},
                                  {"messaging", "Messaging"},
                                  {"full", "Full"}}) {
    out.emplace_back(json::Object{{"id", id}, {"label", label}});
  }
  return out;
}

json::Array group_tools(std::string_view group) {
  json::Array out;
  for (const auto& tool : agent::builtin_tools()) {
    const auto* facts = facts_of(tool.spec.name);
    if ((facts ? facts->group : std::string_view("runtime")) != group) continue;
    json::Array defaults;
    if (facts && facts->minimal) defaults.emplace_back("minimal");
    if (facts && facts->coding) defaults.emplace_back("coding");
    if (facts && facts->messaging) defaults.emplace_back("messaging");
    json::Object row;
    row["id"] = tool.spec.name;
    row["label"] = tool.spec.name;
    row["description"] = facts ? std::string(facts->description) : tool.spec.description;
    row["source"] = "core";
    row["defaultProfiles"] = std::move(defaults);
    out.emplace_back(std::move(row));
  }
  return out;
}

MethodResult tools_catalog(State& state, const CallContext&, const json::Object& params) {
  const auto agent = agent_of_params(state, params);
  if (!agent) return tl::unexpected(agent.error());
  json::Array groups;
  for (const auto& group : kGroups) {
    json::Array tools = group_tools(group.id);
    if (tools.empty()) continue;
    json::Object row;
    row["id"] = group.id;
    row["label"] = group.label;
    row["source"] = "core";
    row["tools"] = std::move(tools);
    groups.emplace_back(std::move(row));
  }
  json::Object out;
  out["agentId"] = *agent;
  out["profiles"] = profiles();
  out["groups"] = std::move(groups);
  return Reply(std::move(out));
}

// "session_status" -> "Session Status"
std::string title_of(std::string_view id) {
  std::string out;
  for (const auto& word : base::split(id, '_')) {
    if (word.empty()) continue;
    if (!out.empty()) out += ' ';
    out += static_cast<char>(word[0] >= 'a' && word[0] <= 'z' ? word[0] - 32 : word[0]);
    out += word.substr(1);
  }
  return out;
}

std::string first_sentence(const std::string& text) {
  const auto end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

MethodResult tools_effective(State& state, const CallContext&, const json::Object& params) {
  const auto agent = agent_of_params(state, params);
  if (!agent) return tl::unexpected(agent.error());
  const std::string given = json::get_string_or(params, "sessionKey", "");
  const auto* record = state.runtime->session(session::canonical_key(given, key_settings(state)));
  if (!record) return invalid_request("unknown session key \"" + given + "\"");
  if (params.contains("agentId") && *agent != record->agent_id) {
    return invalid_request(
        fmt::format("agent id \"{}\" does not match session agent \"{}\"", *agent, record->agent_id));
  }
  json::Array tools;
  for (const auto& tool : agent::builtin_tools()) {
    json::Object row;
    row["id"] = tool.spec.name;
    row["label"] = title_of(tool.spec.name);
    row["description"] = first_sentence(tool.spec.description);
    row["rawDescription"] = tool.spec.description;
    row["source"] = "core";
    tools.emplace_back(std::move(row));
  }
  json::Object group;
  group["id"] = "core";
  group["label"] = "Built-in tools";
  group["source"] = "core";
  group["tools"] = std::move(tools);
  json::Array groups;
  groups.emplace_back(std::move(group));
  json::Object out;
  out["agentId"] = record->agent_id;
  out["profile"] = "full";  // every run has all of them
  out["groups"] = std::move(groups);
  return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"models.list", models_list},
    {"tools.catalog", tools_catalog},
    {"tools.effective", tools_effective},
};

}  // namespace

std::span<const Binding> catalog_bindings() { return kBindings; }

}  // namespace openclaw::gateway
