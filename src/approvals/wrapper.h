// Programs that start other programs: which command really runs. Pure; judges by name, so a caller that
// trusts the answer must also check where the wrapper itself lies (evaluate.h does).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::approvals {

using Argv = std::vector<std::string>;

// "/usr/bin/env" -> "env"
std::string program_name(std::string_view path);

struct Unwrapped {
  Argv argv;                       // what runs in the end
  std::vector<std::string> chain;  // names of the wrappers taken off, outermost first
  std::vector<std::string> paths;  // the same as they were typed
  std::string blocked;             // a wrapper that cannot be looked through; then argv starts with it
};
// Takes off env, nice, nohup, stdbuf, time and timeout as long as they change neither program nor
// environment. sudo and its like, unknown options and more than 4 layers are blocked.
Unwrapped unwrap(Argv argv);
// The same for display and consistency only: env may set variables.
Argv unwrap_loosely(Argv argv);

// `sh -lc TEXT arg...`
struct ShellCall {
  bool is_shell = false;               // the program is a POSIX shell
  std::optional<std::string> text;     // of -c
  std::vector<std::string> arguments;  // after the text, or the script and its arguments
  std::size_t script_index = 0;        // of argv; 0 = none
  bool unclear = false;                // options that change what runs, or that we do not know
};
ShellCall parse_shell_call(const Argv& argv);

// "python3 -c" when argv hands program text to an interpreter; empty otherwise.
std::string inline_eval(const Argv& argv);

// One argument taken apart.
struct ArgToken {
  enum class Kind { empty, terminator, stdin_mark, positional, option };
  Kind kind = Kind::empty;
  bool is_long = false;
  std::string raw;
  std::string cluster;                      // short: "abc" of "-abc"
  std::vector<std::string> flags;           // short: "-a", "-b", "-c"
  std::string flag;                         // long: "--name"
  std::optional<std::string> inline_value;  // long: of --name=value
};
ArgToken parse_arg_token(std::string_view raw);

// argv as one line for people and for comparing with rawCommand: words with white space or quotes are put in
// "".
std::string format_command(const Argv& argv);

}  // namespace openclaw::approvals
