// skills.status, skills.bins (skills.update writes the configuration: config_write_methods.cc).
#include "config/paths.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/skill_scan.h"
#include "gateway/worker.h"

namespace openclaw::gateway {
namespace {

std::string managed_folder(const State& state) { return state.settings.state_dir + "/skills"; }

// In the order of precedence.
std::vector<SkillFolder> folders_of(const State& state, const std::vector<std::string>& workspaces) {
  const std::string home = state.env.get("HOME").value_or("");
  std::vector<SkillFolder> out;
  for (const auto& workspace : workspaces) out.push_back({workspace + "/skills", "openclaw-workspace"});
  for (const auto& workspace : workspaces)
    out.push_back({workspace + "/.agents/skills", "agents-skills-project"});
  if (!home.empty()) out.push_back({home + "/.agents/skills", "agents-skills-personal"});
  out.push_back({managed_folder(state), "openclaw-managed"});
  for (const auto& extra : state.config.string_list("skills.load.extraDirs")) {
    out.push_back({config::expand_home(extra, home), "openclaw-extra"});
  }
  return out;
}

base::Task<MethodResult> status(State& state, CallContext, json::Object params) {
  const auto agent = agent_of_params(state, params);
  if (!agent) co_return tl::unexpected(agent.error());
  const std::string workspace = agent_workspace(state, *agent);
  SkillHost host;
  host.config = state.config.resolved;
  host.env = state.env;
  std::function<base::Result<json::Array>()> job = [folders = folders_of(state, {workspace}), host] {
    json::Array rows;
    for (const auto& skill : scan_skills(folders)) rows.emplace_back(skill_row(skill, host));
    return base::Result<json::Array>(std::move(rows));
  };
  auto rows = co_await on_worker<json::Array>(state.loop, std::move(job));
  if (!rows) co_return protocol::unavailable(rows.error().message);
  json::Object out;
  out["workspaceDir"] = workspace;
  out["managedSkillsDir"] = managed_folder(state);
  out["skills"] = std::move(*rows);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> bins(State& state, CallContext, json::Object) {
  std::vector<std::string> workspaces;
  for (const auto& agent : configured_agents(state)) workspaces.push_back(agent_workspace(state, agent));
  std::function<base::Result<std::vector<std::string>>()> job = [folders = folders_of(state, workspaces)] {
    return base::Result<std::vector<std::string>>(skill_bins(scan_skills(folders)));
  };
  auto found = co_await on_worker<std::vector<std::string>>(state.loop, std::move(job));
  if (!found) co_return protocol::unavailable(found.error().message);
  json::Object out;
  out["bins"] = json::strings(*found);
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"skills.status", nullptr, status},
    {"skills.bins", nullptr, bins},
};

}  // namespace

std::span<const Binding> skill_bindings() { return kBindings; }

}  // namespace openclaw::gateway
