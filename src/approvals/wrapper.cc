#include "approvals/wrapper.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace openclaw::approvals {
namespace {

constexpr std::size_t kMaxWrappers = 4;

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.front() != '-';
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// Index of the wrapped command; nullopt when the options cannot be understood; argv.size() when there is
// none.
using Inner = std::optional<std::size_t>;

Inner inner_of_env(const Argv& argv) {
  if (argv.size() < 2) return argv.size();
  const std::size_t at = argv[1] == "--" ? 2 : 1;
  if (at < argv.size() && (argv[at].starts_with('-') || is_assignment(argv[at]))) return std::nullopt;
  return at;
}

Inner inner_of_nice(const Argv& argv) {
  std::size_t at = 1;
  while (at < argv.size() && argv[at].starts_with('-')) {
    const std::string& word = argv[at];
    if (word == "--") return at + 1;
    if (word == "-n" || word == "--adjustment") {
      at += 2;
    } else if (word.starts_with("--adjustment=") || all_digits(word.substr(1)) ||
               (word.starts_with("-n") && all_digits(word.substr(2)))) {
      ++at;
    } else {
      return std::nullopt;
    }
  }
  return at;
}

Inner inner_of_nohup(const Argv& argv) {
  const std::size_t at = argv.size() > 1 && argv[1] == "--" ? 2 : 1;
  if (at == 1 && argv.size() > 1 && argv[1].starts_with('-')) return std::nullopt;
  return at;
}

Inner inner_of_stdbuf(const Argv& argv) {
  std::size_t at = 1;
  while (at < argv.size() && argv[at].starts_with('-')) {
    const std::string& word = argv[at];
    if (word == "--") return at + 1;
    if (word == "-i" || word == "-o" || word == "-e" || word == "--input" || word == "--output" ||
        word == "--error") {
      at += 2;
    } else if ((word[1] == 'i' || word[1] == 'o' || word[1] == 'e') || word.starts_with("--input=") ||
               word.starts_with("--output=") || word.starts_with("--error=")) {
      ++at;
    } else {
      return std::nullopt;
    }
  }
  return at;
}

Inner inner_of_timeout(const Argv& argv) {
  std::size_t at = 1;
  while (at < argv.size() && argv[at].starts_with('-')) {
    const std::string& word = argv[at];
    if (word == "--") {
      ++at;
      break;
    }
    if (word == "-k" || word == "-s" || word == "--kill-after" || word == "--signal") {
      at += 2;
    } else if (word == "--foreground" || word == "--preserve-status" || word == "-v" || word == "--verbose" ||
               word.starts_with("--kill-after=") || word.starts_with("--signal=") || word.starts_with("-k") ||
               word.starts_with("-s")) {
      ++at;
    } else {
      return std::nullopt;
    }
  }
  return at + 1;  // the duration
}

Inner inner_of_time(const Argv& argv) {
  std::size_t at = 1;
  while (at < argv.size() && (argv[at] == "-p" || argv[at] == "--portability")) ++at;
  if (at < argv.size() && argv[at] == "--") return at + 1;
  if (at < argv.size() && argv[at].starts_with('-')) return std::nullopt;
  return at;
}

struct Wrapper {
  std::string_view name;
  Inner (*inner)(const Argv&);
};
constexpr std::array<Wrapper, 6> kWrappers = {{{"env", inner_of_env},
                                               {"nice", inner_of_nice},
                                               {"nohup", inner_of_nohup},
                                               {"stdbuf", inner_of_stdbuf},
                                               {"time", inner_of_time},
                                               {"timeout", inner_of_timeout}}};
// They change the user, the scheduling or the session of what they start.
constexpr std::array<std::string_view, 8> kNeverThrough = {"chrt",   "doas", "ionice", "pkexec",
                                                           "setsid", "su",   "sudo",   "taskset"};
constexpr std::array<std::string_view, 6> kShells = {"sh", "bash", "zsh", "dash", "ash", "ksh"};

constexpr std::array<std::string_view, 5> kShellOptions = {"errexit", "nounset", "pipefail", "posix",
                                                           "xtrace"};

const Wrapper* wrapper_named(std::string_view name) {
  const auto* found =
      std::find_if(kWrappers.begin(), kWrappers.end(), [&](const Wrapper& w) { return w.name == name; });
  return found == kWrappers.end() ? nullptr : found;
}

}  // namespace

std::string program_name(std::string_view path) {
  return std::string(path.substr(path.find_last_of('/') + 1));
}

Unwrapped unwrap(Argv argv) {
  Unwrapped out;
  out.argv = std::move(argv);
  while (!out.argv.empty()) {
    const std::string name = program_name(out.argv.front());
    const Wrapper* wrapper = wrapper_named(name);
    const bool never = one_of(name, kNeverThrough);
    if (!wrapper && !never) return out;
    const Inner inner = never ? Inner() : wrapper->inner(out.argv);
    if (inner && *inner >= out.argv.size()) return out;  // wraps nothing: `env` alone prints the environment
    if (!inner || out.chain.size() >= kMaxWrappers) {
      out.blocked = name;
      out.chain.clear();
      out.paths.clear();
      return out;
    }
    out.chain.push_back(name);
    out.paths.push_back(out.argv.front());
    out.argv.erase(out.argv.begin(), out.argv.begin() + static_cast<std::ptrdiff_t>(*inner));
  }
  return out;
}

Argv unwrap_loosely(Argv argv) {
  for (std::size_t depth = 0; depth < kMaxWrappers && !argv.empty(); ++depth) {
    const std::string name = program_name(argv.front());
    Inner inner;
    if (name == "env") {
      std::size_t at = 1;
      while (at < argv.size() && (is_assignment(argv[at]) || argv[at] == "-i" || argv[at] == "--")) ++at;
      if (at < argv.size() && !argv[at].starts_with('-')) inner = at;
    } else if (const Wrapper* wrapper = wrapper_named(name)) {
      inner = wrapper->inner(argv);
    }
    if (!inner || *inner >= argv.size()) return argv;
    argv.erase(argv.begin(), argv.begin() + static_cast<std::ptrdiff_t>(*inner));
  }
  return argv;
}

ShellCall parse_shell_call(const Argv& argv) {
  ShellCall call;
  if (argv.empty() || !one_of(program_name(argv.front()), kShells)) return call;
  call.is_shell = true;
  bool wants_text = false;
  std::size_t at = 1;
  for (; at < argv.size(); ++at) {
    const std::string& word = argv[at];
    if (word == "--" || word == "-") {
      ++at;
      break;
    }
    if (word == "-o") {
      // Other options may change how the text is read (zsh has many).
      call.unclear = call.unclear || at + 1 >= argv.size() || !one_of(argv[at + 1], kShellOptions);
      ++at;
    } else if (word == "--login" || word == "--norc" || word == "--noprofile" || word == "--posix") {
      continue;
    } else if (word.size() > 1 && word.front() == '-') {
      wants_text = wants_text || (word[1] != '-' && word.find('c') != std::string::npos);
      // -i reads start files and makes '#' an ordinary character in some shells; -s reads standard input.
      call.unclear = call.unclear || word.find_first_not_of("lceuxfnvabhmp", 1) != std::string::npos;
    } else if (word.size() > 1 && word.front() == '+') {
      call.unclear = true;
    } else {
      break;
    }
  }
  if (at >= argv.size()) {
    call.unclear = call.unclear || wants_text;
    return call;
  }
  if (wants_text) {
    call.text = argv[at];
    call.arguments.assign(argv.begin() + static_cast<std::ptrdiff_t>(at) + 1, argv.end());
  } else {
    call.script_index = at;
    call.arguments.assign(argv.begin() + static_cast<std::ptrdiff_t>(at), argv.end());
  }
  return call;
}

std::string inline_eval(const Argv& argv) {
  if (argv.empty()) return {};
  struct Row {
    std::string_view name;
    std::array<std::string_view, 5> flags;
  };
  static constexpr std::array<Row, 10> kRows = {{{"python", {"-c"}},
                                                 {"pypy", {"-c"}},
                                                 {"node", {"-e", "--eval", "-p", "--print", "-pe"}},
                                                 {"nodejs", {"-e", "--eval", "-p", "--print", "-pe"}},
                                                 {"bun", {"-e", "--eval", "-p", "--print"}},
                                                 {"deno", {"eval"}},
                                                 {"ruby", {"-e"}},
                                                 {"perl", {"-e", "-E"}},
                                                 {"php", {"-r", "--run"}},
                                                 {"lua", {"-e"}}}};
  std::string name = program_name(argv.front());
  const std::string shown = name;
  name.resize(name.find_last_not_of("0123456789.") + 1);  // python3.11
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    for (std::size_t i = 1; i < argv.size(); ++i) {
      for (const std::string_view flag : row.flags) {
        if (flag.empty()) continue;
        // Short flags take their text attached too: python3 -c'print(1)'.
        const bool attached = flag.size() == 2 && argv[i].size() > 2 && argv[i].starts_with(flag);
        const bool valued = flag.starts_with("--") && argv[i].starts_with(std::string(flag) + "=");
        if (argv[i] == flag || attached || valued) return shown + " " + std::string(flag);
      }
      if (!argv[i].starts_with('-') && name != "deno") break;  // the script; the rest is its own
    }
  }
  return {};
}

ArgToken parse_arg_token(std::string_view raw) {
  ArgToken token;
  token.raw = std::string(raw);
  if (raw.empty()) return token;
  if (raw == "--") {
    token.kind = ArgToken::Kind::terminator;
  } else if (raw == "-") {
    token.kind = ArgToken::Kind::stdin_mark;
  } else if (raw.front() != '-') {
    token.kind = ArgToken::Kind::positional;
  } else if (raw.starts_with("--")) {
    token.kind = ArgToken::Kind::option;
    token.is_long = true;
    const std::size_t equals = raw.find('=');
    token.flag = std::string(raw.substr(0, equals));
    if (equals != std::string_view::npos) token.inline_value = std::string(raw.substr(equals + 1));
  } else {
    token.kind = ArgToken::Kind::option;
    token.cluster = std::string(raw.substr(1));
    for (const char c : token.cluster) token.flags.push_back(std::string("-") + c);
  }
  return token;
}

std::string format_command(const Argv& argv) {
  std::string out;
  for (const std::string& word : argv) {
    if (&word != &argv.front()) out += ' ';
    if (!word.empty() && word.find_first_of(" \t\n\r\f\v\"") == std::string::npos) {
      out += word;
      continue;
    }
    out += '"';
    for (const char c : word) {
      if (c == '"') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out;
}

}  // namespace openclaw::approvals
