#include "gateway/methods/skill_scan.h"

#include "base/strings.h"
#include "fs/file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace openclaw::gateway {
namespace {

namespace stdfs = std::filesystem;

struct Needs {
  std::vector<std::string> bins, any_bins, env, config, os;
};

json::Object needs_json(const Needs& needs) {
  json::Object out;
  out["bins"] = json::strings(needs.bins);
  out["anyBins"] = json::strings(needs.any_bins);
  out["env"] = json::strings(needs.env);
  out["config"] = json::strings(needs.config);
  out["os"] = json::strings(needs.os);
  return out;
}

Needs needs_of(const json::Object& manifest) {
  Needs out;
  out.os = json::string_list(json::find(manifest, "os"));
  const auto* wanted = json::get_object(manifest, "requires");
  if (!wanted) return out;
  out.bins = json::string_list(json::find(*wanted, "bins"));
  out.any_bins = json::string_list(json::find(*wanted, "anyBins"));
  out.env = json::string_list(json::find(*wanted, "env"));
  out.config = json::string_list(json::find(*wanted, "config"));
  return out;
}

bool in_path(const std::string& name, const std::string& path) {
  if (name.empty() || name.find('/') != std::string::npos) return false;
  for (const auto& folder : base::split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    const std::string file = folder + "/" + name;
    std::error_code ec;
    if (stdfs::is_regular_file(file, ec) && ::access(file.c_str(), X_OK) == 0) return true;
  }
  return false;
}

bool truthy(const json::Value* value) {
  if (!value || value->is_null()) return false;
  if (value->is_bool()) return value->get_bool();
  if (value->is_string()) return !base::trim(std::string_view(value->get_string())).empty();
  if (value->is_number()) return value->to_number<double>() != 0;
  return true;
}

const json::Object* entry_of(const SkillHost& host, const std::string& key) {
  const auto* entries = json::find_path(host.config, "skills.entries");
  return entries && entries->is_object() ? json::get_object(entries->get_object(), key) : nullptr;
}

bool has_variable(const SkillHost& host, const json::Object* entry, const std::string& primary,
                  const std::string& name) {
  if (host.env.non_blank(name)) return true;
  if (!entry) return false;
  const auto* env = json::get_object(*entry, "env");
  return (env && truthy(json::find(*env, name))) || (name == primary && truthy(json::find(*entry, "apiKey")));
}

Needs missing_of(const Needs& needs, const SkillHost& host, const json::Object* entry,
                 const std::string& primary) {
  Needs out;
  const std::string path = host.env.get("PATH").value_or("");
  const auto absent = [&](const std::string& name) { return !in_path(name, path); };
  std::copy_if(needs.bins.begin(), needs.bins.end(), std::back_inserter(out.bins), absent);
  if (std::all_of(needs.any_bins.begin(), needs.any_bins.end(), absent)) out.any_bins = needs.any_bins;
  std::copy_if(needs.env.begin(), needs.env.end(), std::back_inserter(out.env),
               [&](const std::string& name) { return !has_variable(host, entry, primary, name); });
  std::copy_if(needs.config.begin(), needs.config.end(), std::back_inserter(out.config),
               [&](const std::string& key) { return !truthy(json::find_path(host.config, key)); });
  if (!needs.os.empty() && std::find(needs.os.begin(), needs.os.end(), "linux") == needs.os.end())
    out.os = needs.os;
  return out;
}

bool nothing(const Needs& needs) {
  return needs.bins.empty() && needs.any_bins.empty() && needs.env.empty() && needs.config.empty() &&
         needs.os.empty();
}

void scan_folder(const SkillFolder& folder, std::vector<Skill>& out) {
  const std::string root = fs::real_path(folder.path);
  if (root.empty()) return;
  std::vector<std::string> names;
  std::error_code ec;
  for (stdfs::directory_iterator it(root, ec), end; !ec && it != end && names.size() < kMaxSkillsPerFolder;
       it.increment(ec)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with('.') && name != "node_modules" && it->is_directory(ec)) names.push_back(name);
    ec.clear();
  }
  std::sort(names.begin(), names.end());
  for (const auto& name : names) {
    const std::string real = fs::real_path(root + "/" + name + "/SKILL.md");
    if (!real.starts_with(root + "/")) continue;
    const auto text = fs::read_file(real, kMaxSkillFile);
    auto file = text ? parse_skill_file(*text) : std::nullopt;
    if (!file) continue;
    if (file->name.empty()) file->name = name;
    Skill skill;
    skill.file = std::move(*file);
    skill.source = folder.source;
    skill.base_dir = folder.path + "/" + name;
    skill.file_path = skill.base_dir + "/SKILL.md";
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const Skill& s) { return s.file.name == skill.file.name; });
    if (!known) out.push_back(std::move(skill));
  }
}

void add_all(const json::Value* list, std::set<std::string>& out) {
  for (auto& name : json::string_list(list)) {
    if (const auto plain = base::trim(name); !plain.empty()) out.emplace(plain);
  }
}

}  // namespace

std::string Skill::key() const { return json::get_string_or(file.manifest, "skillKey", file.name); }

std::vector<Skill> scan_skills(const std::vector<SkillFolder>& folders) {
  std::vector<Skill> out;
  for (const auto& folder : folders) scan_folder(folder, out);
  std::sort(out.begin(), out.end(), [](const Skill& a, const Skill& b) { return a.file.name < b.file.name; });
  return out;
}

json::Object skill_row(const Skill& skill, const SkillHost& host) {
  const auto& manifest = skill.file.manifest;
  const std::string key = skill.key(), primary = json::get_string_or(manifest, "primaryEnv", "");
  const auto* entry = entry_of(host, key);
  const bool always = json::get_bool(manifest, "always").value_or(false);
  const bool disabled = entry && json::get_bool(*entry, "enabled") == false;
  const Needs needs = needs_of(manifest);
  const Needs missing = always ? Needs{} : missing_of(needs, host, entry, primary);
  json::Array checks;
  for (const auto& path : needs.config) {
    checks.emplace_back(
        json::Object{{"path", path}, {"satisfied", truthy(json::find_path(host.config, path))}});
  }
  json::Object out;
  out["name"] = skill.file.name;
  out["description"] = skill.file.description;
  out["source"] = skill.source;
  out["bundled"] = false;
  out["filePath"] = skill.file_path;
  out["baseDir"] = skill.base_dir;
  out["skillKey"] = key;
  if (!primary.empty()) out["primaryEnv"] = primary;
  if (const auto emoji = json::get_string(manifest, "emoji")) out["emoji"] = *emoji;
  if (!skill.file.homepage.empty()) out["homepage"] = skill.file.homepage;
  out["always"] = always;
  out["disabled"] = disabled;
  out["blockedByAllowlist"] = false;  // that list is about bundled skills
  out["eligible"] = !disabled && nothing(missing);
  out["requirements"] = needs_json(needs);
  out["missing"] = needs_json(missing);
  out["configChecks"] = std::move(checks);
  out["install"] = json::Array{};  // this gateway runs no installers
  return out;
}

std::vector<std::string> skill_bins(const std::vector<Skill>& skills) {
  std::set<std::string> out;
  for (const auto& skill : skills) {
    if (const auto* wanted = json::get_object(skill.file.manifest, "requires")) {
      add_all(json::find(*wanted, "bins"), out);
      add_all(json::find(*wanted, "anyBins"), out);
    }
    const auto* install = json::get_array(skill.file.manifest, "install");
    if (!install) continue;
    for (const auto& item : *install) {
      if (const auto* option = item.if_object()) add_all(json::find(*option, "bins"), out);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace openclaw::gateway
