#include "base/strings.h"
#include "proc/child.h"

#include <sys/stat.h>
#include <unistd.h>

namespace openclaw::proc {

bool is_executable_file(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> find_in_path(std::string_view name, std::string_view path_env) {
  if (name.empty() || name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  for (const std::string& folder : base::split(path_env, ':')) {
    if (folder.empty() || folder.front() != '/') continue;
    std::string candidate = folder;
    if (candidate.back() != '/') candidate += '/';
    candidate += name;
    if (is_executable_file(candidate)) return candidate;
  }
  return std::nullopt;
}

}  // namespace openclaw::proc
