// Allowlist patterns against executable paths. Pure but for realpath on literal patterns.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::approvals {

// `*` = any run without '/', `**` = any run, `?` = one character other than '/'. Linear in practice, bounded
// always.
bool glob_match(std::string_view pattern, std::string_view text);

// An executable as typed, as found, and what that really is.
struct ResolvedProgram {
  std::string typed;
  std::string path;       // after the PATH lookup; empty = not found
  std::string real_path;  // realpath of it; empty = the same as path
};

// A pattern without a slash never matches, except a bare `*`, which matches everything, even what is not
// found. A literal pattern may be a symbolic link to the program if it has the program's name:
// /usr/bin/python3 allows python3 although that is python3.11, while /bin/ls does not allow every applet of a
// multi-call binary.
bool pattern_matches(std::string_view pattern, const ResolvedProgram& program, std::string_view home);

}  // namespace openclaw::approvals
