#include "agent/builtin/replies.h"

#include "nodes/resolve.h"
#include "base/strings.h"

#include <fmt/format.h>

#include <cmath>

namespace openclaw::agent {
namespace {

constexpr std::string_view kAddNode =
    "Start one on the machine you want to control:\n"
    "    openclaw node run --host <gateway host> --port 18789\n"
    "and approve it here: `openclaw nodes pending`, then `openclaw nodes approve <requestId>`.";

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

const json::Object& object_of(const json::Value& value) {
  static const json::Object kNothing;
  return value.is_object() ? value.get_object() : kNothing;
}

std::optional<double> number_of(const json::Object& object, std::string_view key) {
  const auto* value = json::find(object, key);
  if (!value || !value->is_number()) return std::nullopt;
  const auto number = value->to_number<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::string list_of(const json::Object& object, std::string_view key) {
  return base::join(json::string_list(json::find(object, key)), ", ");
}

std::string platform_of(const json::Object& node) {
  auto out = json::get_string_or(node, "platform", "unknown platform");
  const auto version = json::get_string_or(node, "version", "");
  return version.empty() ? out : out + ", version " + version;
}

// "agent=main node=x gateway=default action=y: text" -> "text"
std::string_view plain_error(std::string_view error) {
  if (!error.starts_with("agent=")) return error;
  const auto action = error.find(" action=");
  const auto colon = action == std::string_view::npos ? action : error.find(": ", action);
  return colon == std::string_view::npos ? error : error.substr(colon + 2);
}

std::string first_word(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of(" \t\n;|&")));
}

std::string quoted_node(const std::string& node) {
  return node.empty() ? std::string("<node>") : "\"" + node + "\"";
}

std::string approval_remedy(const OperatorCommand& command) {
  const auto program =
      command.kind == OperatorCommand::run ? first_word(command.text) : std::string("<program>");
  const auto path = program.find('/') == std::string::npos ? "/usr/bin/" + program : program;
  return fmt::format(
      "The node's exec approvals do not allow it yet. To allow this program, run on that machine:\n"
      "    openclaw approvals allowlist add \"{}\"\n"
      "or from anywhere:\n"
      "    openclaw approvals allowlist add --node {} \"{}\"\n"
      "(the pattern is the program's full path; `which {} on {}` shows it)",
      path, quoted_node(command.node), path, program, command.node.empty() ? "<node>" : command.node);
}

std::string remedy(const OperatorCommand& command, std::string_view error) {
  if (has(error, "allowlist miss") || has(error, "approval required")) return approval_remedy(command);
  if (has(error, "SYSTEM_RUN_DISABLED"))
    return "Running commands is switched off on that node: set security to \"allowlist\" in its "
           "exec-approvals.json.";
  if (has(error, "none available")) return "No node is connected. " + std::string(kAddNode);
  if (has(error, "not connected") || has(error, "node disconnected"))
    return "The node is not connected now. Start it on that machine: `openclaw node run`; `nodes` shows "
           "which are there.";
  if (has(error, "is not in the allowlist for platform"))
    return "The gateway does not let this command through to that platform. Add it to "
           "gateway.nodes.allowCommands.";
  if (has(error, "does not support") || has(error, "did not declare") ||
      has(error, "requires a node that supports"))
    return fmt::format("That node does not offer this command; `describe {}` lists what it offers.",
                       command.node.empty() ? "NODE" : command.node);
  if (has(error, "unknown node")) return "Use one of the known names, or `nodes` to list them.";
  if (has(error, "ambiguous node")) return "Use the node's id to say which one is meant.";
  if (has(error, "pass node=")) return "Say which one: end the request with \"on NODE\".";
  if (has(error, "LOCATION_DISABLED") || has(error, "PERMISSION_REQUIRED"))
    return "The device does not permit it: allow it in the app's settings on the device.";
  if (has(error, "BACKGROUND")) return "Open the app on the device and try again.";
  if (has(error, "pairing required") || has(error, "unknown requestId"))
    return "`pending` lists the requests that wait for approval.";
  if (has(error, "TIMEOUT")) return "The node did not answer in time; try again, or check it with `nodes`.";
  return {};
}

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

}  // namespace

std::string help_reply() {
  return "I am the built-in operator: a small command interpreter, not a language model. I understand:\n"
         "- `status`: this session and the nodes\n"
         "- `nodes`: list paired nodes\n"
         "- `describe NODE`\n"
         "- `run COMMAND on NODE` (without a node when only one is connected)\n"
         "- `which PROGRAM on NODE`\n"
         "- `where is NODE`: its location\n"
         "- `battery of NODE`: battery, network, storage\n"
         "- `notify NODE: text`\n"
         "- `pending`, `approve REQUEST`, `reject REQUEST`: pairing of nodes\n"
         "- `help`\n"
         "For free conversation configure a model: set `agents.defaults.model.primary` to \"provider/model\" "
         "and give its "
         "key, for example\n"
         "    openclaw config set agents.defaults.model.primary openai/gpt-5.4\n"
         "with OPENAI_API_KEY in the gateway's environment, or a server of your own under "
         "`models.providers`.";
}

std::string unknown_reply() {
  return "I did not understand that: no language model is configured, and I am only the built-in operator, "
         "which knows "
         "a few commands (`nodes`, `run COMMAND on NODE`, `status`, ...; `help` lists them). To talk freely, "
         "set "
         "`agents.defaults.model.primary` to \"provider/model\" and give the provider's API key.";
}

std::string nodes_reply(const json::Value& list) {
  const auto* nodes = json::get_array(object_of(list), "nodes");
  if (!nodes || nodes->empty()) return "No nodes are paired. " + std::string(kAddNode);
  std::size_t connected = 0;
  std::string lines;
  for (const auto& item : *nodes) {
    const auto& node = object_of(item);
    if (nodes::node_connected(node)) ++connected;
    lines += fmt::format("\n- {} ({}): {}", nodes::node_label(node), platform_of(node),
                         nodes::node_connected(node) ? "connected" : "not connected");
    if (const auto commands = list_of(node, "commands"); !commands.empty()) lines += "; offers " + commands;
  }
  return fmt::format("{} node{}, {} connected:{}", nodes->size(), nodes->size() == 1 ? "" : "s", connected,
                     lines);
}

std::string describe_reply(const json::Object& node) {
  auto out = fmt::format("{}\n- id: {}\n- platform: {}\n- {}", nodes::node_label(node),
                         json::get_string_or(node, "nodeId", "?"), platform_of(node),
                         nodes::node_connected(node) ? "connected" : "not connected");
  if (const auto ip = json::get_string_or(node, "remoteIp", ""); !ip.empty()) out += "\n- address: " + ip;
  if (const auto caps = list_of(node, "caps"); !caps.empty()) out += "\n- capabilities: " + caps;
  const auto commands = list_of(node, "commands");
  return out + "\n- commands: " + (commands.empty() ? "none" : commands);
}

std::string pending_reply(const json::Value& list) {
  const auto* pending = json::get_array(object_of(list), "pending");
  if (!pending || pending->empty()) return "No node is waiting for approval.";
  std::string out = "Waiting for approval:";
  for (const auto& item : *pending) {
    const auto& request = object_of(item);
    out += fmt::format("\n- {} ({}): `approve {}`", nodes::node_label(request),
                       json::get_string_or(request, "platform", "?"),
                       json::get_string_or(request, "requestId", "?"));
  }
  return out;
}

std::string run_reply(const OperatorCommand& command, const std::string& output) {
  const auto where = command.node.empty() ? std::string() : " on " + command.node;
  if (output == "(no output)") return fmt::format("`{}`{} finished without output.", command.text, where);
  const auto fence = output.find("```") == std::string::npos ? "```" : "````";
  return fmt::format("`{}`{}:\n{}\n{}\n{}", command.text, where, fence, output, fence);
}

std::string which_reply(const OperatorCommand& command, const json::Value& payload) {
  const auto* bins = json::get_object(object_of(payload), "bins");
  const auto path = bins ? json::get_string_or(*bins, command.text, "") : std::string();
  if (path.empty()) return fmt::format("{} was not found on {}.", command.text, command.node);
  return fmt::format("{} on {}: {}", command.text, command.node, path);
}

std::string location_reply(const std::string& node, const json::Value& payload) {
  const auto& place = object_of(payload);
  const auto lat = number_of(place, "lat"), lon = number_of(place, "lon");
  if (!lat || !lon) return node + " answered without a position.";
  auto out = fmt::format("{} is at {:.5f}, {:.5f}", node, *lat, *lon);
  if (const auto accuracy = number_of(place, "accuracyMeters"))
    out += fmt::format(" (within {:.0f} m)", *accuracy);
  if (const auto when = json::get_string_or(place, "timestamp", ""); !when.empty())
    out += ", measured " + when;
  return out + ".";
}

std::string device_reply(const std::string& node, const json::Value& payload) {
  const auto& status = object_of(payload);
  std::vector<std::string> parts;
  if (const auto* battery = json::get_object(status, "battery")) {
    const auto level = number_of(*battery, "level");
    auto text = level ? fmt::format("battery {:.0f} %", *level * 100) : std::string("battery level unknown");
    parts.push_back(text + " (" + json::get_string_or(*battery, "state", "unknown") + ")");
  }
  if (const auto* network = json::get_object(status, "network")) {
    const auto interfaces = list_of(*network, "interfaces");
    parts.push_back("network " + json::get_string_or(*network, "status", "unknown") +
                    (interfaces.empty() ? "" : " (" + interfaces + ")"));
  }
  if (const auto* storage = json::get_object(status, "storage")) {
    const auto free = number_of(*storage, "freeBytes"), total = number_of(*storage, "totalBytes");
    if (free && total) parts.push_back(gigabytes(*free) + " of " + gigabytes(*total) + " free");
  }
  if (parts.empty()) return node + ": " + json::write(payload);
  return node + ": " + base::join(parts, "; ") + ".";
}

std::string failure_reply(const OperatorCommand& command, const std::string& error) {
  const auto reason = std::string(plain_error(error));
  std::string what = "That did not work";
  if (command.kind == OperatorCommand::run) what = "`" + command.text + "` was not run";
  if (command.kind == OperatorCommand::notify) what = "The notification was not sent";
  auto out = what + ": " + reason;
  if (!out.ends_with('.') && !out.ends_with(')')) out += '.';
  const auto help = remedy(command, reason);
  return help.empty() ? out : out + "\n" + help;
}

}  // namespace openclaw::agent
