#include "nodes/policy.h"
#include "runner.h"
#include "support.h"

#include <algorithm>

namespace openclaw::vectors {
namespace {

nodes::CommandPolicy policy_of(const json::Object& in) {
  const json::Value config = config_of(in);
  nodes::CommandPolicy out;
  out.allow = json::string_list(json::find_path(config, "gateway.nodes.allowCommands"));
  out.deny = json::string_list(json::find_path(config, "gateway.nodes.denyCommands"));
  return out;
}

std::string platform_of(const json::Object& in) {
  const json::Object& node = in.at("node").as_object();
  return nodes::platform_of(text_of(node, "platform"), text_of(node, "deviceFamily"));
}

Outcome allowlist(const json::Object& in) {
  const auto policy = policy_of(in);
  auto commands = policy.allowlist(platform_of(in));
  std::sort(commands.begin(), commands.end());
  return got(one("commands", json::strings(commands)));
}

Outcome allowlist_has(const json::Object& in) {
  const auto policy = policy_of(in);
  const std::string platform = platform_of(in);
  json::Object has;
  for (const auto& command : list_of(in, "commands")) has[command] = policy.allowed(platform, command);
  return got(one("has", std::move(has)));
}

bool listed(const std::vector<std::string>& list, std::string_view command) {
  return std::find(list.begin(), list.end(), command) != list.end();
}

Outcome normalize_declared(const json::Object& in) {
  const auto allowlist = list_of(in, "allowlist");
  const auto kept = nodes::normalize_declared(
      list_of(in, "declared"), [&](std::string_view command) { return listed(allowlist, command); });
  return got(one("commands", json::strings(kept)));
}

Outcome command_allowed(const json::Object& in) {
  const std::string command = text_of(in, "command");
  const auto reason =
      nodes::refusal_reason(command, list_of(in, "declared"), listed(list_of(in, "allowlist"), command));
  json::Object out;
  out["ok"] = reason.empty();
  if (!reason.empty()) out["reason"] = reason;
  return got(std::move(out));
}

Outcome node_approval_scope(const json::Object& in) {
  return got(one("scope", text_or_null(std::string(nodes::approval_scope(list_of(in, "commands"))))));
}

const Area kArea("node-command-policy", {{"allowlist", allowlist},
                                         {"allowlist_has", allowlist_has},
                                         {"normalize_declared", normalize_declared},
                                         {"command_allowed", command_allowed},
                                         {"node_approval_scope", node_approval_scope}});

}  // namespace
}  // namespace openclaw::vectors
