// agents.files.list, agents.files.get, agents.files.set.
#include <algorithm>

#include "base/strings.h"
#include "gateway/methods/agent_lookup.h"
#include "gateway/methods/bindings.h"
#include "gateway/methods/workspace_files.h"
#include "gateway/worker.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

using protocol::invalid_request;
using protocol::unavailable;

struct Wanted {
  std::string agent, workspace, name;
};

tl::expected<Wanted, protocol::WireError> wanted_of(const State& state, const json::Object& params, bool named) {
  Wanted out;
  const auto known = configured_agents(state);
  out.agent = session::normalize_agent_id(json::get_string_or(params, "agentId", ""));
  if (std::find(known.begin(), known.end(), out.agent) == known.end()) return invalid_request("unknown agent id");
  out.workspace = agent_workspace(state, out.agent);
  out.name = std::string(base::trim(json::get_string_or(params, "name", "")));
  if (named && !is_workspace_file(out.name)) return invalid_request("unsupported file \"" + out.name + "\"");
  return out;
}

json::Object file_json(const WorkspaceFile& file, bool with_content) {
  json::Object out;
  out["name"] = file.name;
  out["path"] = file.path;
  out["missing"] = file.missing;
  if (file.missing) return out;
  out["size"] = file.size;
  out["updatedAtMs"] = file.updated_at;
  if (with_content) out["content"] = file.content;
  return out;
}

json::Object answer(const Wanted& wanted) {
  json::Object out;
  out["agentId"] = wanted.agent;
  out["workspace"] = wanted.workspace;
  return out;
}

tl::unexpected<protocol::WireError> file_refusal(const Wanted& wanted, const base::Error& error) {
  if (error.kind != base::ErrorKind::invalid) return unavailable("Error: " + error.message);
  return invalid_request(fmt::format("unsafe workspace file \"{}\" ({})", wanted.name, error.message));
}

base::Task<MethodResult> list(State& state, CallContext, json::Object params) {
  auto wanted = wanted_of(state, params, false);
  if (!wanted) co_return tl::unexpected(std::move(wanted).error());
  using Files = std::vector<WorkspaceFile>;
  std::function<base::Result<Files>()> job = [workspace = wanted->workspace] { return base::Result<Files>(list_workspace(workspace)); };
  auto files = co_await on_worker<Files>(state.loop, std::move(job));
  if (!files) co_return unavailable("Error: " + files.error().message);
  json::Array rows;
  for (const auto& file : *files) rows.emplace_back(file_json(file, false));
  json::Object out = answer(*wanted);
  out["files"] = std::move(rows);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> get(State& state, CallContext, json::Object params) {
  auto wanted = wanted_of(state, params, true);
  if (!wanted) co_return tl::unexpected(std::move(wanted).error());
  std::function<base::Result<WorkspaceFile>()> job = [at = *wanted] { return read_workspace_file(at.workspace, at.name); };
  auto file = co_await on_worker<WorkspaceFile>(state.loop, std::move(job));
  if (!file) co_return file_refusal(*wanted, file.error());
  json::Object out = answer(*wanted);
  out["file"] = file_json(*file, true);
  co_return Reply(std::move(out));
}

base::Task<MethodResult> set(State& state, CallContext, json::Object params) {
  auto wanted = wanted_of(state, params, true);
  if (!wanted) co_return tl::unexpected(std::move(wanted).error());
  std::function<base::Result<WorkspaceFile>()> job = [at = *wanted, content = json::get_string_or(params, "content", "")] {
    return write_workspace_file(at.workspace, at.name, content);
  };
  auto file = co_await on_worker<WorkspaceFile>(state.loop, std::move(job));
  if (!file) co_return file_refusal(*wanted, file.error());
  json::Object out;
  out["ok"] = true;
  for (auto& [name, value] : answer(*wanted)) out[name] = value;
  out["file"] = file_json(*file, true);
  co_return Reply(std::move(out));
}

constexpr Binding kBindings[] = {
    {"agents.files.list", nullptr, list},
    {"agents.files.get", nullptr, get},
    {"agents.files.set", nullptr, set},
};

}  // namespace

std::span<const Binding> agents_files_bindings() { return kBindings; }

}  // namespace openclaw::gateway
