// The exec tool (OpenClaw agent runtime 14, nodes 7.2). Commands run on nodes, under the node's own exec
// approvals; nothing runs on the gateway's host.
#include "agent/tools/exec.h"

#include "nodes/resolve.h"
#include "agent/tools/support.h"
#include "base/strings.h"

#include <fmt/format.h>

namespace openclaw::agent {

using base::Result;
using base::Task;

namespace {

constexpr std::int64_t kDefaultTimeoutS = 1'800;
constexpr std::int64_t kMaxTimeoutS = 24 * 3600;
constexpr std::int64_t kAnswerGraceMs =
    10'000;  // for the node to report a command that reached its time limit

constexpr std::string_view kNoNode =
    "exec host=node requires a paired node (none available). This requires a companion app or node host.";

bool is_windows(const json::Object& node) {
  return base::lower_ascii(json::get_string_or(node, "platform", "")).starts_with("win");
}

json::Array shell_argv(const json::Object& node, const std::string& command) {
  if (is_windows(node)) return json::strings({"cmd.exe", "/d", "/s", "/c", command});
  return json::strings({"/bin/sh", "-lc", command});
}

NodeCommand run_command(const ToolContext& context, const json::Object& node, const json::Object& arguments,
                        std::int64_t timeout_s) {
  const auto command = json::get_string_or(arguments, "command", "");
  NodeCommand out;
  out.node_id = json::get_string_or(node, "nodeId", "");
  out.command = "system.run";
  out.params["command"] = shell_argv(node, command);
  out.params["rawCommand"] = command;
  copy_argument(arguments, "workdir", out.params, "cwd");
  if (const auto* env = json::get_object(arguments, "env")) out.params["env"] = *env;
  out.params["timeoutMs"] = timeout_s * 1000;
  out.params["agentId"] = context.agent_id;
  out.params["sessionKey"] = context.session_key;
  // The result is awaited here; a second report through a system event would only repeat it.
  out.params["suppressNotifyOnExit"] = true;
  out.timeout_ms = timeout_s * 1000 + kAnswerGraceMs;
  return out;
}

std::string both_streams(const json::Object& payload) {
  auto out = json::get_string_or(payload, "stdout", "");
  const auto errors = json::get_string_or(payload, "stderr", "");
  if (!out.empty() && !errors.empty() && !out.ends_with('\n')) out += '\n';
  out += errors;
  const auto last = out.find_last_not_of(" \t\r\n");
  out.erase(last == std::string::npos ? 0 : last + 1);
  return out;
}

}  // namespace

Result<json::Object> choose_exec_node(const json::Array& nodes, const std::string& name) {
  json::Object chosen;
  if (!name.empty()) {
    OC_TRY_ASSIGN(chosen, nodes::resolve_node(nodes, name));
  } else {
    std::vector<const json::Object*> able;
    std::vector<std::string> names;
    bool connected = false;
    for (const auto& item : nodes) {
      const auto* node = item.if_object();
      if (!node || !nodes::node_connected(*node)) continue;
      connected = true;
      if (!nodes::node_supports(*node, "system.run")) continue;
      able.push_back(node);
      names.push_back(nodes::node_label(*node));
    }
    if (able.empty() && !connected) return base::fail(base::ErrorKind::not_found, std::string(kNoNode));
    if (able.empty())
      return base::fail(base::ErrorKind::not_found,
                        "exec host=node requires a node that supports system.run");
    if (able.size() > 1)
      return base::fail(base::ErrorKind::usage,
                        fmt::format("exec host=node: {} nodes are connected ({}); pass node=<name>",
                                    able.size(), base::join(names, ", ")));
    chosen = *able.front();
  }
  // What a node that is away offers is not known for sure; the gateway then says that it is not connected.
  if (nodes::node_connected(chosen) && !nodes::node_supports(chosen, "system.run"))
    return base::fail(base::ErrorKind::not_found, "exec host=node requires a node that supports system.run");
  return chosen;
}

ToolResult exec_result(const json::Value& payload, std::int64_t timeout_s, const std::string& node) {
  static const json::Object kNothing;
  const auto& body = payload.is_object() ? payload.get_object() : kNothing;
  auto text = both_streams(body);
  const auto exit_code = json::get_int(body, "exitCode");
  const bool timed_out = json::get_bool(body, "timedOut").value_or(false);
  std::string note;
  if (timed_out) {
    note = fmt::format(
        "Command timed out after {} seconds. If this command is expected to take longer, re-run with a "
        "higher timeout (e.g., exec timeout=300).",
        timeout_s);
  } else if (exit_code && *exit_code != 0) {
    note = fmt::format("(Command exited with code {})", *exit_code);
  } else if (const auto error = json::get_string_or(body, "error", ""); !error.empty()) {
    note = error;
  } else if (!exit_code) {
    note = "(Command was ended by a signal)";
  }
  ToolResult out;
  out.text = text.empty() && note.empty() ? std::string("(no output)") : text;
  if (!note.empty()) out.text += (out.text.empty() ? "" : "\n\n") + note;
  json::Object details;
  details["status"] = note.empty() ? "completed" : "failed";
  details["exitCode"] = exit_code ? json::Value(*exit_code) : json::Value(nullptr);
  details["aggregated"] = std::move(text);
  details["node"] = node;
  out.details = std::move(details);
  return out;
}

namespace {

Task<ToolResult> run_exec(ToolContext context, json::Object arguments) {
  if (text_argument(arguments, "command").empty()) co_return tool_failure("exec", "command required");
  const auto host = text_argument(arguments, "host");
  if (!host.empty() && host != "node" && host != "auto")
    co_return tool_failure("exec",
                           fmt::format("exec host not allowed (requested {}; this gateway runs commands on "
                                       "nodes only: use host=node).",
                                       host));
  auto nodes = co_await list_nodes(context.host);
  if (!nodes) co_return tool_failure("exec", nodes.error().message);
  auto node = choose_exec_node(*nodes, text_argument(arguments, "node"));
  if (!node) co_return tool_failure("exec", node.error().message);
  const auto asked = number_argument(arguments, "timeout").value_or(kDefaultTimeoutS);
  const auto timeout_s = std::clamp<std::int64_t>(asked, 1, kMaxTimeoutS);
  auto command = run_command(context, *node, arguments, timeout_s);
  auto payload = co_await invoke_node(context.host, std::move(command));
  if (!payload) co_return tool_failure("exec", payload.error().message);
  co_return exec_result(*payload, timeout_s, nodes::node_label(*node));
}

std::string exec_meta(const json::Object& arguments) { return text_argument(arguments, "command"); }

}  // namespace

Tool make_exec_tool() {
  Tool tool;
  tool.spec.name = "exec";
  tool.spec.description =
      "Run a shell command on a paired node. Without node: the only connected one. The node's exec approvals "
      "decide "
      "what is allowed.";
  tool.spec.parameters = object_schema({{"command", "string", "Shell command text."},
                                        {"workdir", "string", "Working directory on the node."},
                                        {"env", "object", "Additional environment variables."},
                                        {"timeout", "number", "Seconds, default 1800."},
                                        {"host", "string", "", {"node"}},
                                        {"node", "string", "Node id, display name or IP address."}},
                                       {"command"});
  tool.run = run_exec;
  tool.meta = exec_meta;
  return tool;
}

}  // namespace openclaw::agent
