// The front matter of a SKILL.md: the lines between two "---" at its top, with the few forms of YAML that
// skills use. Pure; bytes from outside.
#pragma once
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::gateway {

inline constexpr std::size_t kMaxSkillFile = 256'000;

struct SkillFile {
  std::string name, description, homepage;
  json::Object manifest;  // metadata.openclaw: emoji, skillKey, primaryEnv, always, os, requires, install ...
};

// Absent without front matter or without a description. An empty name is the caller's to fill.
std::optional<SkillFile> parse_skill_file(std::string_view text);

}  // namespace openclaw::gateway
