// The skills in the folders of this machine, and whether they can be used here (OpenClaw agent 1, methods 8).
// Blocking.
#pragma once
#include "base/env.h"
#include "gateway/methods/skill_file.h"

#include <string>
#include <vector>

namespace openclaw::gateway {

struct SkillFolder {
  std::string path;
  std::string source;  // "openclaw-workspace", "openclaw-managed" ...
};

struct Skill {
  SkillFile file;
  std::string source, file_path, base_dir;
  std::string key() const;  // of skills.entries
};

inline constexpr std::size_t kMaxSkillsPerFolder = 300;

// Of several skills with one name the one of the first folder counts. By name. A folder that is not there
// holds none; what leads out of its folder by a symbolic link is skipped.
std::vector<Skill> scan_skills(const std::vector<SkillFolder>& folders);

// Facts that a skill's requirements are held against.
struct SkillHost {
  json::Value config;  // resolved
  base::Env env;
};
// One row of skills.status.
json::Object skill_row(const Skill& skill, const SkillHost& host);
// Programs that the skills mention, sorted.
std::vector<std::string> skill_bins(const std::vector<Skill>& skills);

}  // namespace openclaw::gateway
