#include "protocol/methods.h"

#include <unordered_map>
#include <vector>

#include "protocol/methods/rows.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

constexpr EventRow kEvents[] = {
    {"connect.challenge", "", true, false, false},
    {"agent", kRead, false, false},
    {"chat", kRead, false, false},
    {"session.message", kRead, false, true},
    {"session.tool", kRead, false, true},
    {"sessions.changed", kRead, false, true},
    {"presence", kRead, false, true, false},
    {"tick", "", true, true, false},
    {"health", "", true, true, false},
    {"shutdown", "", true, false, false},
    {"node.invoke.request", "", true, false, false},
    {"node.pair.requested", kPairing, false, true},
    {"node.pair.resolved", kPairing, false, true},
    {"device.pair.requested", kPairing, false, true},
    {"device.pair.resolved", kPairing, false, true},
    {"exec.approval.requested", kApprovals, false, true},
    {"exec.approval.resolved", kApprovals, false, true},
    {"plugin.approval.requested", kApprovals, false, true},
    {"plugin.approval.resolved", kApprovals, false, true},
    {"cron", kRead, false, true},
    {"voicewake.changed", "", true, true, false},
};

struct Table {
  std::vector<MethodRow> rows;
  std::unordered_map<std::string_view, const MethodRow*> by_name;
};

const Table& table() {
  static const Table made = [] {
    Table out;
    for (const auto family : {system_rows(), config_rows(), agent_rows(), chat_rows(), session_rows(), channel_rows(), node_rows(), device_rows(), approval_rows(), cron_rows(), catalog_rows()}) {
      out.rows.insert(out.rows.end(), family.begin(), family.end());
    }
    for (const auto& row : out.rows) out.by_name.emplace(row.name, &row);
    return out;
  }();
  return made;
}

std::string_view type_name(const Field& field) {
  switch (field.type) {
    case Type::any: return "any";
    case Type::string: return "string";
    case Type::integer: return "integer";
    case Type::number: return "number";
    case Type::boolean: return "boolean";
    case Type::object: return "object";
    case Type::array: return "list";
    case Type::map: return "map";
  }
  return "";
}

}  // namespace

std::span<const MethodRow> methods() { return table().rows; }

const MethodRow* find_method(std::string_view name) {
  const auto& by_name = table().by_name;
  const auto it = by_name.find(name);
  return it == by_name.end() ? nullptr : it->second;
}

std::span<const EventRow> events() { return kEvents; }

const EventRow* find_event(std::string_view name) {
  for (const auto& row : kEvents) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string methods_markdown() {
  std::string out =
      "# Methods and events\n\nMade from the tables of `src/protocol/methods` (`make docs`). A `?` marks an optional "
      "parameter.\n\n| method | caller | scope | parameters | |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& row : methods()) {
    std::string params;
    for (const auto& field : row.params.fields) {
      params += fmt::format("{}{}{}: {}", params.empty() ? "" : ", ", field.name, field.required ? "" : "?", type_name(field));
    }
    const char* caller = row.caller == Caller::nodes ? "node" : row.caller == Caller::everybody ? "all" : "operator";
    out += fmt::format("| {} | {} | {} | {} | {} |\n", row.name, caller, row.scope.empty() ? "-" : row.scope, params, row.summary);
  }
  out += "\n| event | operators need | sent to nodes | when a client is behind |\n| --- | --- | --- | --- |\n";
  for (const auto& row : kEvents) {
    out += fmt::format("| {} | {} | {} | {} |\n", row.name, row.scope.empty() ? "-" : row.scope, row.to_nodes ? "yes" : "no",
                       row.droppable ? "skipped" : "closed (1008)");
  }
  return out;
}

}  // namespace openclaw::protocol
