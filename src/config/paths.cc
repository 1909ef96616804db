#include "config/paths.h"

#include "base/strings.h"
#include "fs/file.h"

#include <climits>

#include <initializer_list>
#include <pwd.h>
#include <unistd.h>

namespace openclaw::config {
namespace {

constexpr std::string_view kStateNames[] = {".openclaw", ".clawdbot"};  // the second is the legacy name
constexpr std::string_view kConfigNames[] = {"openclaw.json", "clawdbot.json"};

bool exists(const PathSeams& seams, const std::string& path) { return seams.exists && seams.exists(path); }

// Collapses "//", "/./" and "/../"; the result is absolute.
std::string normalised(std::string_view path, const std::string& working_directory) {
  std::string full(path);
  if (full.empty() || full[0] != '/') full = working_directory + "/" + full;
  std::vector<std::string> kept;
  for (auto& part : base::split(full, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(std::move(part));
    }
  }
  return "/" + base::join(kept, "/");
}

std::string plain_home(const base::Env& env, const PathSeams& seams) {
  for (const char* name : {"HOME", "USERPROFILE"}) {
    if (auto value = env.non_blank(name)) return *value;
  }
  return seams.account_home;
}

std::string home_of(const base::Env& env, const PathSeams& seams) {
  const std::string plain = plain_home(env, seams);
  if (auto value = env.non_blank("OPENCLAW_HOME"))
    return normalised(expand_home(*value, plain), seams.working_directory);
  return plain;
}

std::optional<std::string> path_variable(const base::Env& env, const char* name, const std::string& home,
                                         const PathSeams& seams) {
  const auto value = env.non_blank(name);
  if (!value) return std::nullopt;
  return normalised(expand_home(*value, home), seams.working_directory);
}

// A profile other than the ordinary one; names that cannot be meant are refused by apply_profile.
std::string profile_of(const base::Env& env) {
  const auto name = env.non_blank("OPENCLAW_PROFILE");
  if (!name || !valid_profile_name(*name) || base::equals_ignore_case(*name, "default")) return {};
  return *name;
}

std::string state_dir_of(const base::Env& env, const std::string& home, const PathSeams& seams) {
  if (auto set = path_variable(env, "OPENCLAW_STATE_DIR", home, seams)) return *set;
  const std::string profile = profile_of(env);
  if (!profile.empty()) return home + "/.openclaw-" + profile;
  for (const auto name : kStateNames) {
    std::string candidate = home + "/" + std::string(name);
    if (exists(seams, candidate)) return candidate;
  }
  return home + "/" + std::string(kStateNames[0]);
}

std::string config_path_of(const base::Env& env, const Paths& paths, const PathSeams& seams) {
  if (auto set = path_variable(env, "OPENCLAW_CONFIG_PATH", paths.home, seams)) return *set;
  const std::string fallback = paths.state_dir + "/" + std::string(kConfigNames[0]);
  if (!paths.profile.empty() && !env.non_blank("OPENCLAW_STATE_DIR")) return fallback;
  std::vector<std::string> folders = {paths.state_dir};
  if (!env.non_blank("OPENCLAW_STATE_DIR")) {
    for (const auto name : kStateNames) folders.push_back(paths.home + "/" + std::string(name));
  }
  for (const auto& folder : folders) {
    for (const auto name : kConfigNames) {
      std::string candidate = folder + "/" + std::string(name);
      if (exists(seams, candidate)) return candidate;
    }
  }
  return fallback;
}

}  // namespace

PathSeams PathSeams::from_process() {
  PathSeams seams;
  seams.exists = [](const std::string& path) { return fs::exists(path); };
  // The account data base costs a command two sockets and two files; it is asked only when nothing names a home.
  const base::Env env = base::Env::from_process();
  if (!env.non_blank("HOME") && !env.non_blank("OPENCLAW_HOME")) {
    if (const passwd* account = ::getpwuid(::getuid()); account && account->pw_dir) seams.account_home = account->pw_dir;
  }
  char buffer[PATH_MAX];
  if (::getcwd(buffer, sizeof buffer)) seams.working_directory = buffer;
  return seams;
}

bool valid_profile_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && (i == 0 || (c != '_' && c != '-'))) return false;
  }
  return true;
}

base::Result<> apply_profile(base::Env& env, const std::optional<std::string>& profile, bool dev,
                             const PathSeams& seams) {
  using base::ErrorKind;
  if (dev && profile) return base::fail(ErrorKind::usage, "Cannot combine --dev with --profile");
  if (profile && base::trim(*profile).empty())
    return base::fail(ErrorKind::usage, "--profile requires a value");
  const bool from_flag = dev || profile.has_value();
  std::string name = dev ? "dev" : profile ? std::string(base::trim(*profile)) : std::string();
  if (!from_flag) name = env.non_blank("OPENCLAW_PROFILE").value_or("");
  if (name.empty()) return {};
  if (!valid_profile_name(name)) {
    return base::fail(ErrorKind::usage, std::string("Invalid ") +
                                            (from_flag ? "--profile" : "OPENCLAW_PROFILE") +
                                            " (use letters, numbers, \"_\", \"-\" only)");
  }
  if (base::equals_ignore_case(name, "default")) {
    if (from_flag) env.set("OPENCLAW_PROFILE", "");
    return {};
  }
  env.set("OPENCLAW_PROFILE", name);
  if (!env.non_blank("OPENCLAW_STATE_DIR")) {
    env.set("OPENCLAW_STATE_DIR", home_of(env, seams) + "/.openclaw-" + name);
  }
  if (!env.non_blank("OPENCLAW_CONFIG_PATH")) {
    env.set("OPENCLAW_CONFIG_PATH", *env.non_blank("OPENCLAW_STATE_DIR") + "/openclaw.json");
  }
  if (dev && !env.non_blank("OPENCLAW_GATEWAY_PORT")) env.set("OPENCLAW_GATEWAY_PORT", "19001");
  return {};
}

Paths resolve_paths(const base::Env& env, const PathSeams& seams) {
  Paths paths;
  paths.home = home_of(env, seams);
  paths.profile = profile_of(env);
  paths.state_dir = state_dir_of(env, paths.home, seams);
  paths.config_path = config_path_of(env, paths, seams);
  paths.oauth_dir =
      path_variable(env, "OPENCLAW_OAUTH_DIR", paths.home, seams).value_or(paths.state_dir + "/credentials");
  paths.workspace = paths.home + "/.openclaw/workspace" + (paths.profile.empty() ? "" : "-" + paths.profile);
  return paths;
}

std::string expand_home(std::string_view path, std::string_view home) {
  if (path == "~" || path.substr(0, 2) == "~/") return std::string(home) + std::string(path.substr(1));
  return std::string(path);
}

std::string display_path(std::string_view path, std::string_view home) {
  while (home.size() > 1 && home.back() == '/') home.remove_suffix(1);
  if (home.size() < 2 || path.substr(0, home.size()) != home) return std::string(path);
  const std::string_view rest = path.substr(home.size());
  if (!rest.empty() && rest[0] != '/') return std::string(path);
  return "~" + std::string(rest);
}

}  // namespace openclaw::config
