// A command of the command line is one row: from it come the parser, the help, the shell completion and the
// command reference. Rows are constants; nothing is built before it is asked for.
#pragma once
#include "base/env.h"
#include "cli/console.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::cli {

struct Option {
  std::string_view names;  // "--url" or "-m,--message"; the long name comes last
  std::string_view value;  // "<url>"; empty = a flag
  std::string_view doc;
  std::string_view fallback;  // default as shown; empty = none
  std::string_view choices;   // "a|b|c"; empty = free
  bool required = false;

  std::string_view long_name() const;  // without the dashes
};

struct Positional {
  std::string_view name, doc;
  bool required = true;
};

struct Invocation;
using Handler = int (*)(Invocation&);  // returns the exit code

struct Command {
  std::string_view path;  // "gateway call"
  std::string_view summary;
  std::string_view help;  // more paragraphs; may be empty
  std::span<const std::string_view> examples;
  std::span<const Option> options;
  std::span<const Positional> positionals;
  bool rpc = false;  // takes the gateway connection options too
  Handler run = nullptr;
};

// A first word that only holds sub-commands.
struct Group {
  std::string_view path, summary;
};

struct Globals {
  std::optional<std::string> profile, log_level;
  bool dev = false, no_color = false;
};

// One run of a command.
struct Invocation {
  const Command* command = nullptr;
  std::map<std::string, std::vector<std::string>, std::less<>> options;  // by long name
  std::vector<std::string> args;
  Globals globals;
  base::Env env;
  Console* console = nullptr;

  bool has(std::string_view name) const { return options.find(name) != options.end(); }
  std::optional<std::string> get(std::string_view name) const;
  std::string value(std::string_view name, std::string_view fallback = {}) const;
  bool json() const { return has("json"); }
};

std::span<const Option> rpc_options();
std::span<const Option> global_options();
// The options a command takes, its own first; one that it defines itself replaces a shared one.
std::vector<const Option*> all_options(const Command& command);

// The registry, in the order of the help.
const std::vector<const Command*>& commands();
const std::vector<Group>& groups();
const Command* find_command(std::string_view path);
const Group* find_group(std::string_view path);
// Paths right below "gateway" or, for "", the first words.
std::vector<std::string> children_of(std::string_view path);

}  // namespace openclaw::cli
