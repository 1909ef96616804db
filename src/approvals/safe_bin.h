// Safe bins: programs that, called this way, only filter their standard input. Pure.
#pragma once
#include "approvals/wrapper.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::approvals {

// The ones that need no setting, sorted.
const std::vector<std::string>& default_safe_bins();

// argv[0]'s name is in `safe_bins` and has a profile, `resolved_path` lies directly in a trusted folder
// (/bin, /usr/bin, `trusted_dirs`), and every argument is known to name no file and to run nothing.
bool is_safe_bin(const Argv& argv, std::string_view resolved_path, const std::vector<std::string>& safe_bins,
                 const std::vector<std::string>& trusted_dirs = {});

// True for /bin, /usr/bin and the given ones.
bool in_trusted_dir(std::string_view path, const std::vector<std::string>& trusted_dirs);

}  // namespace openclaw::approvals
