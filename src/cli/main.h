#pragma once
#include "base/env.h"
#include "cli/console.h"

#include <string>
#include <vector>

namespace openclaw::cli {

// The whole program behind main(): parses, runs, returns the exit code. `args` without the program's name.
int run_cli(const std::vector<std::string>& args, base::Env env, Console console);

}  // namespace openclaw::cli
