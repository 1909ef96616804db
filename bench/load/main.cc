// openclaw_load: see kUsage in options.h.
#include "bench/load/client.h"
#include "bench/load/exec.h"
#include "bench/load/options.h"

#include <cstdio>
#include <string_view>
#include <sys/resource.h>

int main(int argc, char** argv) {
  using namespace openclaw::bench;
  if (argc > 3 && std::string_view(argv[1]) == "exec") return run_exec(argc - 2, argv + 2);
  const auto options = parse_options(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return Client(*options).run();
}
