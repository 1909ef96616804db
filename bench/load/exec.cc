#include "bench/load/exec.h"

#include "bench/load/stats.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <vector>

extern char** environ;

namespace openclaw::bench {
namespace {

struct Sample {
  double milliseconds = 0;
  long peak_kb = 0;
  int status = 0;
};

// Measured from here and not from the script around it: the kernel counts the parent's memory at the moment
// of the fork into the peak of the child, and an interpreter is larger than what is measured.
bool run_once(char** command, Sample& out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const double begin = now_seconds();
  const int error = posix_spawnp(&child, command[0], &actions, nullptr, command, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    std::fprintf(stderr, "openclaw_load: cannot run %s: %s\n", command[0], std::strerror(error));
    return false;
  }
  rusage usage{};
  wait4(child, &out.status, 0, &usage);
  out.milliseconds = (now_seconds() - begin) * 1e3;
  out.peak_kb = usage.ru_maxrss;
  return true;
}

}  // namespace

int run_exec(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[0]) : 0;
  if (count < 1) return 2;
  std::vector<double> times;
  long peak_kb = 0;
  int failures = 0;
  for (int i = 0; i < count; ++i) {
    Sample sample;
    if (!run_once(argv + 1, sample)) return 1;
    times.push_back(sample.milliseconds);
    peak_kb = std::max(peak_kb, sample.peak_kb);
    if (sample.status != 0) ++failures;
  }
  std::sort(times.begin(), times.end());
  std::printf(R"({"runs":%d,"failures":%d,"p50_ms":%.3f,"min_ms":%.3f,"max_ms":%.3f,"peak_kb":%ld})"
              "\n",
              count, failures, times[times.size() / 2], times.front(), times.back(), peak_kb);
  return failures ? 1 : 0;
}

}  // namespace openclaw::bench
