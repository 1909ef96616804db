// From what a person or a model calls a node to the node (OpenClaw nodes 7.3). Pure.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <string>
#include <string_view>

namespace openclaw::nodes {

// `nodes` is the list of node.list. By id, remote IP, display name (normalised) or id prefix of six and more;
// among equals a connected one wins, then one whose client id begins with "openclaw-". The error texts are
// interface.
base::Result<json::Object> resolve_node(const json::Array& nodes, std::string_view query);

// Lower case, runs of anything but letters and digits become "-".
std::string normalize_node_name(std::string_view name);
// Display name, else id.
std::string node_label(const json::Object& node);
bool node_connected(const json::Object& node);
bool node_supports(const json::Object& node, std::string_view command);

}  // namespace openclaw::nodes
