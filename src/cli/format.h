// Answers of the gateway as people read them. Pure: payload in, text out.
#pragma once
#include "json/json.h"

#include <string>
#include <vector>

namespace openclaw::cli {

std::string format_health(const json::Value& payload);
std::vector<std::string> channel_lines(const json::Object& health);  // "Telegram: ok (@bot) (3ms)"

std::string format_sessions(const json::Value& payload, std::int64_t now_ms, bool boxes);
std::string format_channels(const json::Value& payload);
std::string format_agent(const json::Value& payload);  // texts of the answer, or "No reply from agent."

std::string format_nodes_status(const json::Value& payload, bool boxes);
std::string format_nodes_list(const json::Value& payload, std::int64_t now_ms, bool boxes);
std::string format_nodes_pending(const json::Value& payload, std::int64_t now_ms, bool boxes);
std::string format_node(const json::Value& payload, bool boxes);
std::string format_devices(const json::Value& payload, std::int64_t now_ms, bool boxes);

// The node that `wanted` names: id, display name, IP or an unambiguous prefix of the id or name.
base::Result<std::string> resolve_node(const json::Value& node_list, const std::string& wanted);

std::string short_id(const std::string& id);  // 12 characters and an ellipsis
std::string age_text(std::optional<std::int64_t> then_ms, std::int64_t now_ms);  // "10m ago", "-"

}  // namespace openclaw::cli
