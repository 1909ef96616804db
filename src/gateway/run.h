// `openclaw gateway run`: everything from the lock to the last close frame. Blocking; returns the exit code.
#pragma once
#include <optional>
#include <string>

#include "base/env.h"

namespace openclaw::gateway {

struct RunOptions {
  base::Env env;
  std::string config_path, state_dir;
  std::optional<int> port;
  std::optional<std::string> bind, token, password, auth_mode;
  bool allow_unconfigured = false, verbose = false;
};

int run_gateway(const RunOptions& options);

}  // namespace openclaw::gateway
