// Allowlist evaluation: may this command run without a question? Looks at files (PATH, realpath), writes
// nothing.
#pragma once
#include "approvals/file.h"
#include "approvals/pattern.h"
#include "approvals/safe_bin.h"
#include "approvals/wrapper.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::approvals {

struct Context {
  std::vector<AllowEntry> allowlist;
  std::string agent_id = "main";  // for texts
  // PATH lookup of a name without slash, with the PATH the command will have.
  std::function<std::optional<std::string>(std::string_view name)> find;
  std::string cwd;   // absolute; where relative paths start
  std::string home;  // for "~"
  std::vector<std::string> safe_bins = default_safe_bins();
  std::vector<std::string> trusted_dirs;  // besides /bin and /usr/bin
};

struct SegmentVerdict {
  std::optional<AllowEntry> entry;  // the allowlist entry that allows it
  std::string satisfied_by;         // "allowlist", "safeBins"; empty = nothing does
};

struct Evaluation {
  bool analysis_ok = false;          // the command was understood
  bool satisfied = false;            // and every program in it is allowed
  std::vector<std::string> matches;  // patterns in the order of the segments
  std::vector<SegmentVerdict> segments;
  std::string inline_eval;  // "python3 -c" when some segment hands program text to an interpreter
  // For a person, when not satisfied: `allowlist miss: /usr/bin/id (segment 2) matches no entry of agent
  // "main"`.
  std::string reason;
};

Evaluation evaluate_shell(std::string_view text, const Context& context);
// A shell wrapper (`sh -lc TEXT`, also behind env, nice, ...) is judged by the programs in its text.
Evaluation evaluate_argv(const Argv& argv, const Context& context);

// Finds argv[0] as the context's shell would. `tilde`: an unquoted leading "~/" is the home folder.
ResolvedProgram resolve_program(const std::string& name, const Context& context, bool tilde = false);

// The consistency rule between argv and the text a person was shown (system.run, rule 1).
struct CommandTexts {
  std::string command_text;               // argv as one line
  std::optional<std::string> shell_text;  // TEXT of `sh -c TEXT`
  std::optional<std::string> preview;     // that, when it alone says everything
};
// Error texts: "rawCommand does not match command", "rawCommand requires params.command".
base::Result<CommandTexts> check_raw_command(const Argv& argv, const std::optional<std::string>& raw_command);

}  // namespace openclaw::approvals
