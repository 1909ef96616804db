#include "approvals/pattern.h"

#include "approvals/wrapper.h"
#include "base/strings.h"
#include "fs/file.h"

namespace openclaw::approvals {
namespace {

// "~/x" -> "<home>/x"; a pattern below an unknown home matches nothing.
std::string expand_home(std::string_view pattern, std::string_view home) {
  if (pattern == "~") return std::string(home);
  if (!pattern.starts_with("~/")) return std::string(pattern);
  return home.empty() ? std::string() : std::string(home) + std::string(pattern.substr(1));
}

// Resolves the folders in front of the first wildcard: /bin/* is /usr/bin/* where /bin is a link.
std::string resolve_prefix(const std::string& pattern) {
  const std::size_t wild = pattern.find_first_of("*?");
  const std::size_t slash = pattern.rfind('/', wild);
  if (slash == std::string::npos || slash == 0) return pattern;
  const std::string real = fs::real_path(pattern.substr(0, slash));
  return real.empty() ? pattern : (real == "/" ? "" : real) + pattern.substr(slash);
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  // Two remembered places to go on from: behind the last `**` and behind the last `*` after it. Earlier ones
  // need no second look, because a later star of the same or wider kind can take over whatever they would
  // have taken.
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0, t = 0, wide_p = kNone, wide_t = 0, star_p = kNone, star_t = 0;
  for (;;) {
    if (pattern.substr(p).starts_with("**")) {
      p = pattern.find_first_not_of('*', p);
      if (p == kNone) return true;
      wide_p = p;
      wide_t = t;
      star_p = kNone;
      continue;
    }
    if (p < pattern.size() && pattern[p] == '*') {
      star_p = ++p;
      star_t = t;
      continue;
    }
    if (t == text.size() && p == pattern.size()) return true;
    const bool same =
        t < text.size() && p < pattern.size() && (pattern[p] == '?' ? text[t] != '/' : pattern[p] == text[t]);
    if (same) {
      ++p;
      ++t;
    } else if (star_p != kNone && star_t < text.size() && text[star_t] != '/') {
      p = star_p;
      t = ++star_t;
    } else if (wide_p != kNone && wide_t < text.size()) {
      p = wide_p;
      t = ++wide_t;
      star_p = kNone;
    } else {
      return false;
    }
  }
}

bool pattern_matches(std::string_view raw_pattern, const ResolvedProgram& program, std::string_view home) {
  const std::string_view pattern = base::trim(raw_pattern);
  if (pattern == "*") return true;
  if (pattern.find('/') == std::string_view::npos || program.path.empty()) return false;
  const std::string expanded = expand_home(pattern, home);
  if (expanded.empty()) return false;
  const std::string& real = program.real_path.empty() ? program.path : program.real_path;
  if (glob_match(expanded, real)) return true;
  if (expanded.find_first_of("*?") != std::string::npos) return glob_match(resolve_prefix(expanded), real);
  return program_name(expanded) == program_name(program.path) && fs::real_path(expanded) == real;
}

}  // namespace openclaw::approvals
