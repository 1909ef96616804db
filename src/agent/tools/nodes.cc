// The nodes tool (OpenClaw nodes 7.1): paired devices, their pairing requests and their commands.
#include "nodes/resolve.h"
#include "agent/tools/support.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace openclaw::agent {

using base::Result;
using base::Task;

namespace {

// Actions that are one node command without parameters.
struct PlainAction {
  std::string_view action, command;
};
constexpr std::array<PlainAction, 6> kPlainActions = {{{"camera_list", "camera.list"},
                                                       {"notifications_list", "notifications.list"},
                                                       {"device_status", "device.status"},
                                                       {"device_info", "device.info"},
                                                       {"device_permissions", "device.permissions"},
                                                       {"device_health", "device.health"}}};

// Commands whose answer is a file; they need an action that saves it, which this gateway does not offer yet.
constexpr std::array<std::string_view, 4> kMediaCommands = {"camera.snap", "camera.clip", "photos.latest",
                                                            "screen.record"};

bool one_of(std::string_view text, const auto& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Result<json::Object> notify_params(const json::Object& arguments) {
  if (text_argument(arguments, "title").empty() && text_argument(arguments, "body").empty())
    return base::fail(base::ErrorKind::usage, "title or body required");
  json::Object out;
  out["title"] = text_argument(arguments, "title");
  out["body"] = text_argument(arguments, "body");
  for (const auto* name : {"sound", "priority", "delivery"}) copy_argument(arguments, name, out);
  return out;
}

Result<json::Object> notification_action_params(const json::Object& arguments) {
  const auto key = text_argument(arguments, "notificationKey");
  const auto action = text_argument(arguments, "notificationAction");
  if (key.empty()) return base::fail(base::ErrorKind::usage, "notificationKey required");
  if (action != "open" && action != "dismiss" && action != "reply")
    return base::fail(base::ErrorKind::usage, "notificationAction must be open|dismiss|reply");
  json::Object out;
  out["key"] = key;
  out["action"] = action;
  const auto reply = text_argument(arguments, "notificationReplyText");
  if (action == "reply") {
    if (reply.empty())
      return base::fail(base::ErrorKind::usage,
                        "notificationReplyText required when notificationAction=reply");
    out["replyText"] = reply;
  }
  return out;
}

json::Object location_params(const json::Object& arguments) {
  json::Object out;
  copy_argument(arguments, "maxAgeMs", out);
  copy_argument(arguments, "desiredAccuracy", out);
  copy_argument(arguments, "locationTimeoutMs", out, "timeoutMs");
  return out;
}

Result<NodeCommand> invoke_command(const json::Object& arguments) {
  NodeCommand out;
  out.command = text_argument(arguments, "invokeCommand");
  if (out.command.empty()) return base::fail(base::ErrorKind::usage, "invokeCommand required");
  if (out.command == "system.run" || out.command == "system.run.prepare")
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("invokeCommand \"{}\" is reserved for shell execution; use exec host=node", out.command));
  if (one_of(out.command, kMediaCommands))
    return base::fail(
        base::ErrorKind::usage,
        fmt::format("invokeCommand \"{}\" returns media, which this gateway cannot save yet", out.command));
  const auto text = text_argument(arguments, "invokeParamsJson");
  if (!text.empty()) {
    auto parsed = json::parse(text);
    if (!parsed)
      return base::fail(base::ErrorKind::usage,
                        "invokeParamsJson must be valid JSON: " + parsed.error().message);
    if (!parsed->is_object())
      return base::fail(base::ErrorKind::usage, "invokeParamsJson must be a JSON object");
    out.params = std::move(parsed->get_object());
  }
  out.timeout_ms = number_argument(arguments, "invokeTimeoutMs").value_or(0);
  return out;
}

// The node command of an action that addresses one node.
Result<NodeCommand> command_for(std::string_view action, const json::Object& arguments) {
  NodeCommand out;
  if (action == "invoke") return invoke_command(arguments);
  if (action == "notify") {
    out.command = "system.notify";
    OC_TRY_ASSIGN(out.params, notify_params(arguments));
  } else if (action == "notifications_action") {
    out.command = "notifications.actions";
    OC_TRY_ASSIGN(out.params, notification_action_params(arguments));
  } else if (action == "location_get") {
    out.command = "location.get";
    out.params = location_params(arguments);
  } else {
    for (const auto& plain : kPlainActions) {
      if (plain.action == action) out.command = plain.command;
    }
  }
  if (out.command.empty())
    return base::fail(base::ErrorKind::usage, fmt::format("Unknown action: {}", action));
  out.timeout_ms = number_argument(arguments, "timeoutMs").value_or(0);
  return out;
}

Task<Result<json::Value>> pairing_action(ToolHost* host, std::string action, json::Object arguments) {
  json::Object params;
  if (action == "pending") {
    auto listed = co_await host_call(host, "node.pair.list", std::move(params));
    co_return listed;
  }
  const auto request = text_argument(arguments, "requestId");
  if (request.empty()) co_return base::fail(base::ErrorKind::usage, "requestId required");
  params["requestId"] = request;
  auto answered = co_await host_call(host, "node.pair." + action, std::move(params));
  co_return answered;
}

Task<Result<json::Value>> node_action(ToolHost* host, std::string action, json::Object arguments) {
  auto nodes = co_await list_nodes(host);
  if (!nodes) co_return tl::unexpected(std::move(nodes).error());
  auto node = nodes::resolve_node(*nodes, text_argument(arguments, "node"));
  if (!node) co_return tl::unexpected(std::move(node).error());
  const auto node_id = json::get_string_or(*node, "nodeId", "");
  if (action == "describe") {
    json::Object params;
    params["nodeId"] = node_id;
    auto described = co_await host_call(host, "node.describe", std::move(params));
    co_return described;
  }
  auto command = command_for(action, arguments);
  if (!command) co_return tl::unexpected(std::move(command).error());
  command->node_id = node_id;
  auto wanted = std::move(*command);
  auto payload = co_await invoke_node(host, std::move(wanted));
  if (!payload) co_return tl::unexpected(std::move(payload).error());
  if (payload->is_null()) {
    json::Object ok;
    ok["ok"] = true;
    co_return json::Value(std::move(ok));
  }
  co_return payload;
}

std::string wrapped_error(const ToolContext& context, const std::string& node, const std::string& action,
                          const base::Error& error) {
  auto text = fmt::format("agent={} node={} gateway=default action={}: {}", context.agent_id,
                          node.empty() ? "auto" : node, action, error.message);
  if (error.message.find("pairing required") != std::string::npos)
    text += " (approve it: openclaw nodes pending, then openclaw nodes approve <requestId>)";
  return text;
}

Task<ToolResult> run_nodes(ToolContext context, json::Object arguments) {
  const auto action = text_argument(arguments, "action");
  const auto node = text_argument(arguments, "node");
  Result<json::Value> answer = json::Value(nullptr);
  if (action.empty()) {
    answer = base::fail(base::ErrorKind::usage, "action required");
  } else if (action == "status") {
    answer = co_await host_call(context.host, "node.list", json::Object());
  } else if (action == "pending" || action == "approve" || action == "reject") {
    answer = co_await pairing_action(context.host, action, arguments);
  } else {
    answer = co_await node_action(context.host, action, arguments);
  }
  if (!answer) co_return tool_failure("nodes", wrapped_error(context, node, action, answer.error()));
  co_return tool_json(*answer);
}

std::string nodes_meta(const json::Object& arguments) {
  const auto node = text_argument(arguments, "node");
  return node.empty() ? text_argument(arguments, "action") : node;
}

}  // namespace

Tool make_nodes_tool() {
  Tool tool;
  tool.spec.name = "nodes";
  tool.spec.description =
      "Discover and control paired nodes: status, describe, pairing requests, notifications, location, "
      "device state, "
      "any other node command.";
  tool.spec.parameters =
      object_schema({{"action",
                      "string",
                      "",
                      {"status", "describe", "pending", "approve", "reject", "notify", "camera_list",
                       "location_get", "notifications_list", "notifications_action", "device_status",
                       "device_info", "device_permissions", "device_health", "invoke"}},
                     {"timeoutMs", "number", ""},
                     {"node", "string", "Node id, display name or IP address."},
                     {"requestId", "string", "For approve and reject."},
                     {"title", "string", ""},
                     {"body", "string", ""},
                     {"sound", "string", ""},
                     {"priority", "string", "", {"passive", "active", "timeSensitive"}},
                     {"delivery", "string", "", {"system", "overlay", "auto"}},
                     {"maxAgeMs", "number", ""},
                     {"locationTimeoutMs", "number", ""},
                     {"desiredAccuracy", "string", "", {"coarse", "balanced", "precise"}},
                     {"notificationAction", "string", "", {"open", "dismiss", "reply"}},
                     {"notificationKey", "string", ""},
                     {"notificationReplyText", "string", ""},
                     {"invokeCommand", "string", "Node command for action invoke, e.g. system.which."},
                     {"invokeParamsJson", "string", "Its parameters as JSON text."},
                     {"invokeTimeoutMs", "number", ""}},
                    {"action"});
  tool.run = run_nodes;
  tool.meta = nodes_meta;
  return tool;
}

}  // namespace openclaw::agent
