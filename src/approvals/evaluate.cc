#include "approvals/evaluate.h"

#include "approvals/shell.h"
#include "base/strings.h"
#include "fs/file.h"

#include <algorithm>
#include <array>

namespace openclaw::approvals {
namespace {

constexpr int kMaxShellDepth = 3;

// Builtins that run other text or change what later words mean. A file of the same name in PATH says nothing.
bool is_carrier_builtin(std::string_view name) {
  static constexpr std::array<std::string_view, 28> kNames = {
      ".",        "alias",   "autoload", "builtin", "command", "compgen", "complete",
      "declare",  "emulate", "enable",   "eval",    "exec",    "export",  "fc",
      "hash",     "let",     "local",    "mapfile", "noglob",  "read",    "readarray",
      "readonly", "set",     "shopt",    "source",  "trap",    "typeset", "unset"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// bash evaluates array subscripts given to these, command substitution included.
bool evaluates_subscripts(const Argv& argv) {
  static constexpr std::array<std::string_view, 4> kNames = {"[", "printf", "test", "wait"};
  if (std::find(kNames.begin(), kNames.end(), argv.front()) == kNames.end()) return false;
  return std::any_of(argv.begin() + 1, argv.end(), [](const std::string& word) {
    return word.find('[') != std::string::npos && word.find_first_of("$`") != std::string::npos;
  });
}

class Judge {
 public:
  explicit Judge(const Context& context) : context_(context) {}

  Evaluation take() {
    out_.satisfied = out_.analysis_ok && out_.reason.empty() && !out_.segments.empty();
    return std::move(out_);
  }

  void shell(std::string_view text, int depth) {
    auto analysis = analyze_shell(text);
    if (!analysis) {
      out_.analysis_ok = false;
      out_.matches.clear();
      out_.segments.clear();
      miss(analysis.error().message);
      unclear_ = true;
      return;
    }
    out_.analysis_ok = !unclear_;
    for (const Segment* segment : analysis->segments()) {
      this->segment(*segment, /*in_shell=*/true, depth);
      if (unclear_) return;
    }
  }

  // A command that no shell reads: its words are what they are.
  void argv(const Argv& words) {
    out_.analysis_ok = !words.empty();
    if (words.empty()) {
      miss("empty command");
      return;
    }
    Segment segment{words, std::vector<WordFlags>(words.size(), WordFlags{.quoted = true})};
    this->segment(segment, /*in_shell=*/false, 0);
  }

 private:
  void miss(std::string_view why) {
    if (out_.reason.empty()) out_.reason = "allowlist miss: " + std::string(why);
  }
  void refuse(const std::string& what, std::string_view why) {
    out_.segments.push_back({});
    miss(what + " (segment " + std::to_string(out_.segments.size()) + ") " + std::string(why));
  }
  void allow(std::optional<AllowEntry> entry, std::string_view by) {
    if (entry) out_.matches.push_back(entry->pattern);
    out_.segments.push_back({std::move(entry), std::string(by)});
  }

  std::optional<AllowEntry> entry_for(const ResolvedProgram& program) const {
    for (const AllowEntry& entry : context_.allowlist) {
      if (pattern_matches(entry.pattern, program, context_.home)) return entry;
    }
    return std::nullopt;
  }

  // A wrapper or shell is only believed to be one when it comes from PATH (which a request cannot change),
  // lies in a system folder or is allowed itself. One that does not exist cannot run anything.
  bool trusted(const ResolvedProgram& program) const {
    return program.path.empty() || program.typed.find('/') == std::string::npos ||
           in_trusted_dir(program.path, context_.trusted_dirs) ||
           in_trusted_dir(program.real_path, context_.trusted_dirs) || entry_for(program).has_value();
  }

  static bool any_dynamic(const Segment& segment, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && i < segment.flags.size(); ++i) {
      if (segment.flags[i].dynamic) return true;
    }
    return false;
  }

  void segment(const Segment& segment, bool in_shell, int depth) {
    const std::string& typed = segment.argv.front();
    if (segment.flags.front().assignment) return refuse(typed, "starts with a variable assignment");
    const Unwrapped inner = unwrap(segment.argv);
    if (!inner.blocked.empty())
      return refuse(typed, "runs through " + inner.blocked + ", which is not looked through");
    const std::size_t start = segment.argv.size() - inner.argv.size();
    if (any_dynamic(segment, 0, start + 1)) return refuse(typed, "is chosen by an expansion");
    for (const std::string& path : inner.paths) {
      if (!trusted(resolve_program(path, context_)))
        return refuse(path, "is no system program and not allowed itself");
    }
    if (in_shell && is_carrier_builtin(inner.argv.front()))
      return refuse(inner.argv.front(), "is a shell builtin that runs other commands");
    if (in_shell && evaluates_subscripts(inner.argv))
      return refuse(inner.argv.front(), "may evaluate its arguments");
    if (out_.inline_eval.empty()) out_.inline_eval = inline_eval(inner.argv);
    program(segment, inner.argv, start, in_shell, depth);
  }

  void program(const Segment& segment, const Argv& argv, std::size_t start, bool in_shell, int depth) {
    const bool tilde = in_shell && !segment.flags[start].quoted;
    const ResolvedProgram found = resolve_program(argv.front(), context_, tilde);
    const ShellCall call = parse_shell_call(argv);
    // The outermost shell is judged by its text: an entry for /bin/sh must not allow everything sent as `sh
    // -lc`.
    const bool outer_wrapper = !in_shell && call.is_shell && call.text;
    if (!outer_wrapper) {
      if (auto entry = entry_for(found)) return allow(std::move(entry), "allowlist");
      const bool plain = !any_dynamic(segment, 0, segment.flags.size());
      if (plain && is_safe_bin(argv, found.path, context_.safe_bins, context_.trusted_dirs)) {
        return allow(std::nullopt, "safeBins");
      }
    }
    if (call.is_shell && !any_dynamic(segment, start, segment.flags.size())) {
      return shell_call(found, argv, call, depth);
    }
    refuse(found.path.empty() ? argv.front() : (found.real_path.empty() ? found.path : found.real_path),
           found.path.empty() ? "is not found" : "matches no entry of agent \"" + context_.agent_id + "\"");
  }

  void shell_call(const ResolvedProgram& shell_program, const Argv& argv, const ShellCall& call, int depth) {
    const std::string& name = argv.front();
    if (call.unclear) return refuse(name, "is a shell with options that are not understood");
    if (!trusted(shell_program))
      return refuse(shell_program.path, "is no system shell and not allowed itself");
    if (call.text) {
      if (depth >= kMaxShellDepth) return refuse(name, "is a shell nested too deeply");
      return shell(*call.text, depth + 1);
    }
    if (call.script_index == 0) return refuse(name, "is a shell that reads its commands from elsewhere");
    const std::string& script = argv[call.script_index];
    const std::string path = script.starts_with('/') ? script : context_.cwd + "/" + script;
    const std::string real = fs::real_path(path);
    if (script.empty() || real.empty()) return refuse(script, "is not found");
    if (auto entry = entry_for({script, path, real})) return allow(std::move(entry), "allowlist");
    refuse(real, "matches no entry of agent \"" + context_.agent_id + "\"");
  }

  const Context& context_;
  Evaluation out_;
  bool unclear_ = false;
};

}  // namespace

ResolvedProgram resolve_program(const std::string& name, const Context& context, bool tilde) {
  ResolvedProgram out;
  out.typed = name;
  if (name.empty()) return out;
  if (name.find('/') == std::string::npos) {
    if (context.find) out.path = context.find(name).value_or("");
  } else {
    std::string path = name;
    if (tilde && path.starts_with("~/") && !context.home.empty()) path = context.home + path.substr(1);
    if (path.front() != '/') path = context.cwd + "/" + path;
    if (fs::exists(path)) out.path = path;
  }
  if (!out.path.empty()) out.real_path = fs::real_path(out.path);
  return out;
}

Evaluation evaluate_shell(std::string_view text, const Context& context) {
  Judge judge(context);
  judge.shell(text, 0);
  return judge.take();
}

Evaluation evaluate_argv(const Argv& argv, const Context& context) {
  Judge judge(context);
  judge.argv(argv);
  return judge.take();
}

base::Result<CommandTexts> check_raw_command(const Argv& argv,
                                             const std::optional<std::string>& raw_command) {
  const std::string raw(raw_command ? base::trim(*raw_command) : std::string_view());
  if (argv.empty() && !raw.empty())
    return base::fail(base::ErrorKind::invalid, "rawCommand requires params.command");
  CommandTexts out;
  out.command_text = format_command(argv);
  const Argv inner = unwrap_loosely(argv);
  const ShellCall call = parse_shell_call(inner);
  out.shell_text = call.text;
  // Arguments behind the text and variables set by env change what the text does, so it may not stand alone.
  const bool alone = call.text && call.arguments.empty() && unwrap(argv).blocked.empty();
  if (alone) out.preview = call.text;
  if (raw.empty() || raw == base::trim(out.command_text)) return out;
  if (alone && raw == base::trim(*call.text)) return out;
  return base::fail(base::ErrorKind::invalid, "rawCommand does not match command");
}

}  // namespace openclaw::approvals
