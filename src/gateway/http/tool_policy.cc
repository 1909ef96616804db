#include "gateway/http/tool_policy.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "session/keys.h"

namespace openclaw::gateway {
namespace {

constexpr std::string_view kClosed[] = {"exec",           "spawn",         "shell", "fs_write", "fs_delete", "fs_move",       "apply_patch",
                                        "sessions_spawn", "sessions_send", "cron",  "gateway",  "nodes",     "whatsapp_login"};

struct Group {
  std::string_view name, tools;
};
constexpr Group kGroups[] = {
    {"group:fs", "read write edit apply_patch"},
    {"group:runtime", "exec process code_execution"},
    {"group:web", "web_search web_fetch x_search"},
    {"group:memory", "memory_*"},
    {"group:sessions", "sessions_* subagents session_status"},
    {"group:ui", "browser canvas"},
    {"group:messaging", "message"},
    {"group:automation", "cron gateway"},
    {"group:nodes", "nodes"},
    {"group:agents", "agents_list"},
    {"group:media", "image image_generate tts"},
    {"group:openclaw", "nodes session_status sessions_* subagents memory_* browser canvas message cron gateway agents_list image "
                       "image_generate tts web_search web_fetch x_search"},
};
constexpr Group kProfiles[] = {
    {"minimal", "session_status"},
    {"coding", "group:fs exec process code_execution web_search web_fetch x_search memory_* sessions_* subagents session_status cron "
               "image image_generate"},
    {"messaging", "sessions_list sessions_history sessions_send session_status message"},
};

// '*' stands for any characters.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string plain_name(std::string_view name) {
  auto out = base::lower_ascii(base::trim(name));
  if (out == "bash") return "exec";
  if (out == "apply-patch") return "apply_patch";
  return out;
}

bool names_tool(const std::vector<std::string>& list, const std::string& tool, bool groups = true) {
  for (const auto& entry : list) {
    const auto name = plain_name(entry);
    if (matches(name, tool)) return true;
    if (!groups) continue;
    for (const auto& group : kGroups) {
      if (name == group.name && names_tool(base::split(group.tools, ' '), tool, false)) return true;
    }
  }
  return false;
}

// One block `tools`: of the whole gateway, or of an agent.
bool block_permits(const json::Object& tools, const std::string& tool) {
  const auto list = [&](std::string_view key) { return json::string_list(json::find(tools, key)); };
  if (names_tool(list("deny"), tool)) return false;
  const auto allow = list("allow");
  if (!allow.empty() && !names_tool(allow, tool)) return false;
  const auto profile = base::lower_ascii(json::get_string_or(tools, "profile", ""));
  for (const auto& known : kProfiles) {
    if (profile == known.name) return names_tool(base::split(known.tools, ' '), tool) || names_tool(list("alsoAllow"), tool);
  }
  return true;
}

}  // namespace

bool tool_permitted(const json::Value& config, std::string_view agent_id, std::string_view tool) {
  const auto name = plain_name(tool);
  if (const auto* tools = json::find_path(config, "tools"); tools && tools->is_object() && !block_permits(tools->get_object(), name)) {
    return false;
  }
  const auto* agents = json::find_path(config, "agents.list");
  if (!agents || !agents->is_array()) return true;
  for (const auto& value : agents->get_array()) {
    const auto* agent = value.if_object();
    if (!agent || session::normalize_agent_id(json::get_string_or(*agent, "id", "")) != agent_id) continue;
    const auto* tools = json::get_object(*agent, "tools");
    if (tools && !block_permits(*tools, name)) return false;
  }
  return true;
}

bool tool_reachable(const json::Value& config, std::string_view tool) {
  const auto name = plain_name(tool);
  if (names_tool(json::string_list(json::find_path(config, "gateway.tools.deny")), name)) return false;
  if (names_tool(json::string_list(json::find_path(config, "gateway.tools.allow")), name)) return true;
  return std::find(std::begin(kClosed), std::end(kClosed), name) == std::end(kClosed);
}

}  // namespace openclaw::gateway
