#include "base/strings.h"
#include "cli/format.h"
#include "cli/table.h"
#include "nodes/resolve.h"

namespace openclaw::cli {
namespace {

const json::Object& object_of(const json::Value& value) {
  static const json::Object kEmpty;
  const auto* object = value.if_object();
  return object ? *object : kEmpty;
}

const json::Array& array_of(const json::Value& payload, std::string_view key) {
  static const json::Array kEmpty;
  const auto* array = json::get_array(object_of(payload), key);
  return array ? *array : kEmpty;
}

std::string text_of(const json::Object& object, std::string_view key, std::string_view fallback = "-") {
  auto text = json::get_string_or(object, key, fallback);
  return text.empty() ? std::string(fallback) : text;
}

std::string list_of(const json::Object& object, std::string_view key) {
  const auto words = json::string_list(json::find(object, key));
  return words.empty() ? "-" : base::join(words, ", ");
}

std::string name_of(const json::Object& object, std::string_view id_key) {
  const auto id = json::get_string_or(object, id_key, "?");
  const auto name = json::get_string_or(object, "displayName", "");
  return name.empty() ? short_id(id) : name + " (" + short_id(id) + ")";
}

std::string node_state(const json::Object& node) {
  std::string out = json::get_bool(node, "paired") == true ? "paired" : "unpaired";
  return out + (json::get_bool(node, "connected") == true ? " · connected" : " · disconnected");
}

std::string node_detail(const json::Object& node) {
  std::string out = text_of(node, "platform", "");
  if (const auto version = json::get_string(node, "version")) out += (out.empty() ? "" : " ") + *version;
  return out.empty() ? "-" : out;
}

Table pending_nodes(const json::Array& pending, std::int64_t now_ms) {
  Table table({"Request", "Node", "IP", "Age", "Commands"});
  for (const auto& item : pending) {
    const auto& request = object_of(item);
    table.row({text_of(request, "requestId"), name_of(request, "nodeId"), text_of(request, "remoteIp"),
               age_text(json::get_int(request, "ts"), now_ms), list_of(request, "commands")});
  }
  return table;
}

}  // namespace

std::string format_nodes_status(const json::Value& payload, bool boxes) {
  const auto& nodes = array_of(payload, "nodes");
  int paired = 0, connected = 0;
  Table table({"Node", "ID", "IP", "Detail", "Status", "Caps"});
  for (const auto& item : nodes) {
    const auto& node = object_of(item);
    paired += json::get_bool(node, "paired") == true;
    connected += json::get_bool(node, "connected") == true;
    table.row({text_of(node, "displayName"), short_id(text_of(node, "nodeId")), text_of(node, "remoteIp"),
               node_detail(node), node_state(node), list_of(node, "caps")});
  }
  std::string out = fmt::format("Known: {} · Paired: {} · Connected: {}\n", nodes.size(), paired, connected);
  return table.empty() ? out : out + table.render(boxes);
}

std::string format_nodes_list(const json::Value& payload, std::int64_t now_ms, bool boxes) {
  const auto& pending = array_of(payload, "pending");
  const auto& paired = array_of(payload, "paired");
  std::string out = fmt::format("Pending: {} · Paired: {}\n", pending.size(), paired.size());
  if (!pending.empty()) out += "\nPending\n" + pending_nodes(pending, now_ms).render(boxes);
  if (paired.empty()) return out;
  Table table({"Node", "ID", "IP", "Detail", "Last connect"});
  for (const auto& item : paired) {
    const auto& node = object_of(item);
    table.row({text_of(node, "displayName"), short_id(text_of(node, "nodeId")), text_of(node, "remoteIp"),
               node_detail(node), age_text(json::get_int(node, "lastConnectedAtMs"), now_ms)});
  }
  return out + "\nPaired\n" + table.render(boxes);
}

std::string format_nodes_pending(const json::Value& payload, std::int64_t now_ms, bool boxes) {
  const auto& pending = array_of(payload, "pending");
  if (pending.empty()) return "No pending pairing requests.\n";
  return pending_nodes(pending, now_ms).render(boxes);
}

std::string format_node(const json::Value& payload, bool boxes) {
  const auto& node = object_of(payload);
  Table table({"Field", "Value"});
  table.row({"ID", text_of(node, "nodeId")});
  table.row({"Name", text_of(node, "displayName")});
  table.row({"Client", text_of(node, "clientId") + " / " + text_of(node, "clientMode")});
  table.row({"Platform", text_of(node, "platform")});
  table.row({"Version", text_of(node, "version")});
  table.row({"IP", text_of(node, "remoteIp")});
  table.row({"Status", node_state(node)});
  table.row({"Caps", list_of(node, "caps")});
  if (const auto* permissions = json::get_object(node, "permissions")) {
    std::vector<std::string> words;
    for (const auto& [key, value] : *permissions) {
      words.push_back(std::string(key) + "=" + (value.is_bool() && value.get_bool() ? "yes" : "no"));
    }
    table.row({"Perms", base::join(words, ", ")});
  }
  std::string out = table.render(boxes) + "Commands\n";
  const auto commands = json::string_list(json::find(node, "commands"));
  for (const auto& command : commands) out += "- " + command + "\n";
  return commands.empty() ? out + "(no commands)\n" : out;
}

std::string format_devices(const json::Value& payload, std::int64_t now_ms, bool boxes) {
  const auto& pending = array_of(payload, "pending");
  const auto& paired = array_of(payload, "paired");
  if (pending.empty() && paired.empty()) return "No device pairing entries.\n";
  std::string out;
  if (!pending.empty()) {
    Table table({"Request", "Device", "Role", "Scopes", "IP", "Age", "Flags"});
    for (const auto& item : pending) {
      const auto& device = object_of(item);
      table.row({text_of(device, "requestId"), name_of(device, "deviceId"), text_of(device, "role"),
                 list_of(device, "scopes"), text_of(device, "remoteIp"),
                 age_text(json::get_int(device, "ts"), now_ms),
                 json::get_bool(device, "isRepair") == true ? "repair" : "-"});
    }
    out += fmt::format("Pending ({})\n", pending.size()) + table.render(boxes);
  }
  if (paired.empty()) return out;
  Table table({"Device", "Roles", "Scopes", "Tokens", "IP"});
  for (const auto& item : paired) {
    const auto& device = object_of(item);
    std::vector<std::string> tokens;
    if (const auto* list = json::get_array(device, "tokens")) {
      for (const auto& each : *list) {
        const auto& token = object_of(each);
        tokens.push_back(text_of(token, "role") + (json::get_int(token, "revokedAtMs") ? " (revoked)" : ""));
      }
    }
    table.row({name_of(device, "deviceId"), list_of(device, "roles"), list_of(device, "scopes"),
               tokens.empty() ? "-" : base::join(tokens, ", "), text_of(device, "remoteIp")});
  }
  if (!out.empty()) out += "\n";
  return out + fmt::format("Paired ({})\n", paired.size()) + table.render(boxes);
}

base::Result<std::string> resolve_node(const json::Value& node_list, const std::string& wanted) {
  auto node = nodes::resolve_node(array_of(node_list, "nodes"), wanted);
  if (!node) {
    node.error().hint = "See: openclaw nodes status";
    return tl::unexpected(std::move(node).error());
  }
  return json::get_string_or(*node, "nodeId", "");
}

}  // namespace openclaw::cli
