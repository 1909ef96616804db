// A POSIX shell command line taken apart into the programs it starts. It answers only for what it fully
// understands; everything else is refused, and a refused command is an allowlist miss. Pure.
#pragma once
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::approvals {

// How a word was written.
struct WordFlags {
  bool dynamic =
      false;  // $X, *.txt, {a,b}: the shell puts something else in its place, perhaps several words
  bool assignment = false;  // an unquoted '='
  bool quoted = false;      // some part was quoted, so that a leading "~" means itself
};

// One simple command. Words stay as typed where the shell would expand them. A here-document stays as its
// operator and delimiter.
struct Segment {
  std::vector<std::string> argv;
  std::vector<WordFlags> flags;  // one for each word
};

struct ShellAnalysis {
  std::vector<std::vector<Segment>> chains;  // joined by && || ; or a newline; inside one: a pipeline
  std::vector<const Segment*> segments() const;
};

// Error messages are of the form "unsupported shell token: >", for a person.
base::Result<ShellAnalysis> analyze_shell(std::string_view command);

inline constexpr std::size_t kMaxShellText = 262'144;  // bytes; longer texts are refused unread
inline constexpr std::size_t kMaxSegments = 256;

}  // namespace openclaw::approvals
