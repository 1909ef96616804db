#include "approvals/safe_bin.h"

#include "fs/file.h"

#include <algorithm>
#include <optional>

namespace openclaw::approvals {
namespace {

using Flags = std::vector<std::string_view>;

// Flags that take a value are listed; any other flag, and every one in `denied`, makes the call unsafe.
struct Profile {
  std::string_view name;
  std::size_t min_positional, max_positional;
  Flags value_flags, denied;
};

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> kProfiles = {
      {"cut",
       0,
       0,
       {"--bytes", "--characters", "--fields", "--delimiter", "--output-delimiter", "-b", "-c", "-f", "-d"},
       {}},
      {"grep",
       0,
       0,
       {"--regexp", "--max-count", "--after-context", "--before-context", "--context", "-e", "-m", "-A", "-B",
        "-C"},
       {"--file", "--exclude-from", "--dereference-recursive", "--directories", "--recursive"}},
      {"head", 0, 0, {"--lines", "--bytes", "-n", "-c"}, {}},
      {"jq",
       0,
       1,
       {"--arg", "--argjson"},
       {"--argfile", "--rawfile", "--slurpfile", "--from-file", "--library-path"}},
      {"sort",
       0,
       0,
       {"--key", "--field-separator", "--buffer-size", "--parallel", "--batch-size", "-k", "-t", "-S"},
       {"--compress-program", "--files0-from", "--output", "--random-source", "--temporary-directory"}},
      {"tail", 0, 0, {"--lines", "--bytes", "-n", "-c"}, {}},
      {"tr", 1, 2, {}, {}},
      {"uniq", 0, 0, {"--skip-fields", "--skip-chars", "--check-chars", "-f", "-s", "-w"}, {}},
      {"wc", 0, 0, {}, {"--files0-from"}},
  };
  return kProfiles;
}

// Text that cannot be taken for a file name or a pattern that becomes file names.
bool is_plain_value(std::string_view value) {
  if (value == "-" || value.starts_with("./") || value.starts_with("../") || value.starts_with("~") ||
      value.starts_with("/")) {
    return false;
  }
  return value.find_first_of("*?[") == std::string_view::npos;
}

// GNU programs accept unambiguous beginnings of long options.
std::optional<std::string_view> full_name(const Profile& profile, std::string_view flag) {
  std::optional<std::string_view> found;
  for (const Flags* list : {&profile.value_flags, &profile.denied}) {
    for (const std::string_view known : *list) {
      if (known == flag) return known;
      if (!known.starts_with("--") || !known.starts_with(flag)) continue;
      if (found) return std::nullopt;
      found = known;
    }
  }
  return found;
}

bool contains(const Flags& list, std::string_view flag) {
  return std::find(list.begin(), list.end(), flag) != list.end();
}

// jq programs can read the environment.
bool is_plain_program(std::string_view name, const std::vector<std::string>& positional) {
  if (name != "jq") return std::all_of(positional.begin(), positional.end(), is_plain_value);
  return std::all_of(positional.begin(), positional.end(), [](const std::string& text) {
    return is_plain_value(text) && text.find("env") == std::string::npos &&
           text.find("ENV") == std::string::npos && text.find("input") == std::string::npos &&
           text.find("import") == std::string::npos && text.find("include") == std::string::npos;
  });
}

// Consumes one option; false when it is not known to be harmless. `at` ends on the last argument used.
bool accept_option(const Profile& profile, const ArgToken& token, const Argv& argv, std::size_t& at) {
  std::optional<std::string> value;
  if (token.is_long) {
    const auto name = full_name(profile, token.flag);
    if (!name || !contains(profile.value_flags, *name)) return false;
    value = token.inline_value;
  } else {
    if (token.flags.empty() || !contains(profile.value_flags, token.flags.front())) return false;
    if (token.cluster.size() > 1) value = token.cluster.substr(1);
  }
  if (!value) {
    if (at + 1 >= argv.size()) return false;
    value = argv[++at];
  }
  return is_plain_value(*value);
}

bool arguments_are_safe(const Profile& profile, const Argv& argv) {
  std::vector<std::string> positional;
  bool options_over = false;
  for (std::size_t at = 1; at < argv.size(); ++at) {
    const ArgToken token = parse_arg_token(argv[at]);
    if (options_over || token.kind == ArgToken::Kind::positional || token.kind == ArgToken::Kind::empty) {
      positional.push_back(argv[at]);
    } else if (token.kind == ArgToken::Kind::terminator) {
      options_over = true;
    } else if (token.kind == ArgToken::Kind::stdin_mark) {
      continue;
    } else if (!accept_option(profile, token, argv, at)) {
      return false;
    }
  }
  return positional.size() >= profile.min_positional && positional.size() <= profile.max_positional &&
         is_plain_program(profile.name, positional);
}

}  // namespace

const std::vector<std::string>& default_safe_bins() {
  static const std::vector<std::string> kNames = {"cut", "head", "tail", "tr", "uniq", "wc"};
  return kNames;
}

bool in_trusted_dir(std::string_view path, const std::vector<std::string>& trusted_dirs) {
  const std::string folder = fs::parent(std::string(path));
  return folder == "/bin" || folder == "/usr/bin" ||
         std::find(trusted_dirs.begin(), trusted_dirs.end(), folder) != trusted_dirs.end();
}

bool is_safe_bin(const Argv& argv, std::string_view resolved_path, const std::vector<std::string>& safe_bins,
                 const std::vector<std::string>& trusted_dirs) {
  if (argv.empty() || resolved_path.empty() || !in_trusted_dir(resolved_path, trusted_dirs)) return false;
  const std::string name = program_name(argv.front());
  if (std::find(safe_bins.begin(), safe_bins.end(), name) == safe_bins.end()) return false;
  const auto& known = profiles();
  const auto profile =
      std::find_if(known.begin(), known.end(), [&](const Profile& p) { return p.name == name; });
  return profile != known.end() && arguments_are_safe(*profile, argv);
}

}  // namespace openclaw::approvals
