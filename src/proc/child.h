// Child processes on the event loop. Nothing here blocks it: exit is seen through a pidfd, output through
// non-blocking pipes. Loop thread only.
#pragma once
#include "base/limits.h"
#include "base/result.h"
#include "base/task.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::proc {

struct SpawnRequest {
  std::vector<std::string> argv;         // argv[0] without a slash is looked up in the PATH of `environment`
  std::string executable;                // file to execute when it is not argv[0]; absolute
  std::string cwd;                       // empty = ours
  std::vector<std::string> environment;  // the whole environment, "NAME=value"
  int timeout_ms = 0;                    // 0 = none
  std::size_t max_output = base::kRunOutputBytes;  // bytes of stdout and stderr together that are kept
  base::CancelToken cancel;
};

struct SpawnResult {
  std::optional<int> exit_code;  // absent when a signal ended it
  int signal = 0;
  bool timed_out = false;
  bool truncated = false;  // more than max_output was written; the rest was read and dropped
  std::string out, err;    // raw bytes
};

// Runs one child with /dev/null as stdin, in a session and process group of its own. On timeout and on cancel
// the whole group gets SIGKILL. Returns when the child has ended and its pipes are closed, or kPipeGraceMs
// after its end when a descendant still holds them. Errors: not_found (no such program), io (cannot be
// started), invalid (bad request), cancelled.
base::Task<base::Result<SpawnResult>> run_child(base::Loop& loop, SpawnRequest request);

// A descendant that outlives the child (a daemon it started) may keep its output pipe for ever.
inline constexpr int kPipeGraceMs = 500;

// The first executable regular file `name` in the colon-separated list. Relative entries are skipped: which
// file they mean would depend on the current directory. A name with a slash is not searched.
std::optional<std::string> find_in_path(std::string_view name, std::string_view path_env);
bool is_executable_file(const std::string& path);

}  // namespace openclaw::proc
