// approvals get: what may run where without being asked.
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/rpc.h"
#include "cli/table.h"

namespace openclaw::cli {
namespace {

std::string format_approvals(const json::Value& payload) {
  const auto* answer = payload.if_object();
  if (!answer) return {};
  std::string out = "Path: " + json::get_string_or(*answer, "path", "-") + "\n";
  out += std::string("Exists: ") + (json::get_bool(*answer, "exists").value_or(false) ? "yes" : "no") + "\n";
  Table table({"Agent", "Pattern"});
  const auto* file = json::get_object(*answer, "file");
  const auto* agents = file ? json::get_object(*file, "agents") : nullptr;
  for (const auto& [agent, rules] : agents ? *agents : json::Object()) {
    const auto* object = rules.if_object();
    const auto* list = object ? json::get_array(*object, "allowlist") : nullptr;
    if (!list) continue;
    for (const auto& entry : *list) {
      if (const auto* rule = entry.if_object()) table.row({std::string(agent), json::get_string_or(*rule, "pattern", "-")});
    }
  }
  return out + (table.empty() ? "No allowlist entries." : table.render(false));
}

int run_get(Invocation& inv) {
  const bool gateway = inv.has("gateway");
  const auto wanted = inv.get("node");
  if (gateway == wanted.has_value()) {
    return report(inv, base::Error{base::ErrorKind::usage, "say whose approvals: --gateway, or --node <node>",
                                   "openclaw approvals get --gateway", 0});
  }
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  json::Object params;
  if (wanted) {
    const auto nodes = session.call("node.list", json::Value(json::Object()));
    if (!nodes) return session.fail(nodes.error());
    const auto id = resolve_node(*nodes, *wanted);
    if (!id) return report(inv, id.error());
    params["nodeId"] = *id;
  }
  const auto result = session.call(wanted ? "exec.approvals.node.get" : "exec.approvals.get", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  inv.console->out(inv.json() ? json::write(*result) : format_approvals(*result));
  session.close();
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"--gateway", "", "Those of the gateway's host"},
    {"--node", "<node>", "Those of a node"},
};
constexpr std::string_view kExamples[] = {"openclaw approvals get --gateway", "openclaw approvals get --node build-box --json"};
constexpr Command kCommands[] = {
    {"approvals get", "Which programs may run without being asked", {}, kExamples, kOptions, {}, true, run_get},
};

}  // namespace

std::span<const Command> approval_commands() { return kCommands; }

}  // namespace openclaw::cli
