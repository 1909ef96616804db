#include "nodes/resolve.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::nodes {
namespace {

constexpr std::size_t kMinPrefix = 6;

int class_score(const json::Object& node, std::string_view query) {
  const auto id = json::get_string_or(node, "nodeId", "");
  if (id == query) return 4000;
  if (json::get_string_or(node, "remoteIp", "") == query) return 3000;
  const auto wanted = normalize_node_name(query);
  if (!wanted.empty() && normalize_node_name(json::get_string_or(node, "displayName", "")) == wanted)
    return 2000;
  if (query.size() >= kMinPrefix && id.starts_with(query)) return 1000;
  return 0;
}

int preference(const json::Object& node) {
  int out = node_connected(node) ? 100 : 0;
  if (json::get_string_or(node, "clientId", "").starts_with("openclaw-")) out += 10;
  return out;
}

std::string known_names(const json::Array& nodes) {
  std::vector<std::string> names;
  for (const auto& item : nodes) {
    if (const auto* node = item.if_object()) names.push_back(node_label(*node));
  }
  return base::join(names, ", ");
}

std::string describe(const json::Object& node) {
  return fmt::format("{} [node={}, client={}]", node_label(node), json::get_string_or(node, "nodeId", ""),
                     json::get_string_or(node, "clientId", "unknown"));
}

}  // namespace

std::string normalize_node_name(std::string_view name) {
  std::string out;
  for (const char c : base::lower_ascii(base::trim(name))) {
    const auto u = static_cast<unsigned char>(c);
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || u >= 0x80;
    if (keep) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string node_label(const json::Object& node) {
  const auto name = json::get_string_or(node, "displayName", "");
  return base::trim(name).empty() ? json::get_string_or(node, "nodeId", "") : name;
}

bool node_connected(const json::Object& node) { return json::get_bool(node, "connected").value_or(false); }

bool node_supports(const json::Object& node, std::string_view command) {
  const auto* commands = json::get_array(node, "commands");
  if (!commands) return false;
  return std::any_of(commands->begin(), commands->end(), [command](const json::Value& item) {
    return item.is_string() && std::string_view(item.get_string()) == command;
  });
}

base::Result<json::Object> resolve_node(const json::Array& nodes, std::string_view query) {
  const auto wanted = base::trim(query);
  if (wanted.empty()) return base::fail(base::ErrorKind::usage, "node required");
  int best = 0;
  std::vector<const json::Object*> matches;
  for (const auto& item : nodes) {
    const auto* node = item.if_object();
    const int score = node ? class_score(*node, wanted) : 0;
    if (score == 0) continue;
    const int total = score + preference(*node);
    if (total > best) {
      best = total;
      matches.clear();
    }
    if (total == best) matches.push_back(node);
  }
  if (matches.empty())
    return base::fail(base::ErrorKind::not_found,
                      fmt::format("unknown node: {}{}", wanted,
                                  nodes.empty() ? "" : " (known: " + known_names(nodes) + ")"));
  if (matches.size() > 1) {
    std::vector<std::string> texts;
    for (const auto* node : matches) texts.push_back(describe(*node));
    return base::fail(base::ErrorKind::usage,
                      fmt::format("ambiguous node: {} (matches: {})", wanted, base::join(texts, ", ")));
  }
  return *matches.front();
}

}  // namespace openclaw::nodes
