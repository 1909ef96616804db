#include "cli/main.h"

#include "base/env.h"
#include "cli/console.h"

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return openclaw::cli::run_cli(args, openclaw::base::Env::from_process(),
                                openclaw::cli::Console::for_process(false));
}
