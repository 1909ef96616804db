// Where state and configuration live. Pure: the environment and the few questions to the system come in as
// values.
#pragma once
#include "base/env.h"
#include "base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::config {

struct PathSeams {
  std::function<bool(const std::string&)> exists;  // empty: nothing exists
  std::string account_home;                        // of the account, when no variable names a home
  std::string working_directory;                   // relative settings are resolved against it
  static PathSeams from_process();
};

struct Paths {
  std::string home;
  std::string state_dir;
  std::string config_path;
  std::string oauth_dir;
  std::string profile;    // empty = the ordinary directory
  std::string workspace;  // default of agents.defaults.workspace
};

// What --profile and --dev do: they set OPENCLAW_PROFILE, OPENCLAW_STATE_DIR, OPENCLAW_CONFIG_PATH and
// (--dev) OPENCLAW_GATEWAY_PORT in `env` unless these are set. A profile named by OPENCLAW_PROFILE counts
// too. ErrorKind::usage.
base::Result<> apply_profile(base::Env& env, const std::optional<std::string>& profile, bool dev,
                             const PathSeams& seams);
bool valid_profile_name(std::string_view name);

Paths resolve_paths(const base::Env& env, const PathSeams& seams);

// "~" and "~/x" against the home; anything else is returned as it is.
std::string expand_home(std::string_view path, std::string_view home);
// For people: the home folder becomes "~".
std::string display_path(std::string_view path, std::string_view home);

}  // namespace openclaw::config
