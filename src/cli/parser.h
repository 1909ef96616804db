// From argv to a command with its options. CLI11 stands behind it and appears in parser.cc only.
#pragma once
#include "cli/command.h"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace openclaw::cli {

enum class Action { run, help, version };

struct ParseOutcome {
  Action action = Action::run;
  std::string help_path;       // help: "" = the program
  bool help_is_error = false;  // a group without its sub-command: help goes to stderr, exit 2
  Invocation invocation;
};

struct UsageError {
  std::string text;   // "error: unknown command 'x'\n(Did you mean y?)"
  bool json = false;  // --json was among the arguments
};

// `args` without the program's name.
tl::expected<ParseOutcome, UsageError> parse_command_line(const std::vector<std::string>& args);

// "\n(Did you mean y?)" or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace openclaw::cli
