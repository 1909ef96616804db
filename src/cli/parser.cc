#include "cli/parser.h"

#include "base/strings.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace openclaw::cli {
namespace {

using Words = std::vector<std::string>;

UsageError usage(std::string text) { return UsageError{"error: " + std::move(text), false}; }

const Option* find_global(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Option& option : global_options()) {
    const auto names = base::split(option.names, ',');
    if (std::find(names.begin(), names.end(), name) != names.end()) return &option;
  }
  return nullptr;
}

std::string shown(const Option& option) {
  std::string out = base::replace_all(std::string(option.names), ",", ", ");
  if (!option.value.empty()) out += " " + std::string(option.value);
  return out;
}

// What stands before the command's name: global options only.
struct Front {
  Words options;
  std::size_t next = 0;  // index of the command's first word
  bool help = false, version = false;
};

tl::expected<Front, UsageError> read_front(const Words& args) {
  Front front;
  while (front.next < args.size() && args[front.next].size() > 1 && args[front.next][0] == '-') {
    const std::string& word = args[front.next++];
    if (word == "-V" || word == "--version") {
      front.version = true;
      continue;
    }
    const Option* option = find_global(word);
    if (!option) {
      Words known = {"--version"};
      for (const Option& each : global_options()) known.push_back("--" + std::string(each.long_name()));
      const std::string name = word.substr(0, word.find('='));
      return tl::unexpected(usage("unknown option '" + name + "'" + did_you_mean(name, known)));
    }
    if (option->long_name() == "help") {
      front.help = true;
      continue;
    }
    front.options.push_back(word);
    if (option->value.empty() || word.find('=') != std::string::npos) continue;
    if (front.next >= args.size())
      return tl::unexpected(usage("option '" + shown(*option) + "' argument missing"));
    front.options.push_back(args[front.next++]);
  }
  return front;
}

// Walks down the registry as far as the words go.
struct Place {
  std::string path;
  std::size_t next = 0;
};

tl::expected<Place, UsageError> find_place(const Words& args, std::size_t at) {
  Place place;
  place.next = at;
  while (place.next < args.size()) {
    const std::string& word = args[place.next];
    if (word.starts_with('-')) break;
    const std::string longer = place.path.empty() ? word : place.path + " " + word;
    if (!find_command(longer) && !find_group(longer)) {
      const Command* here = find_command(place.path);
      if (here && !here->positionals.empty()) break;
      return tl::unexpected(
          usage("unknown command '" + longer + "'" + did_you_mean(word, children_of(place.path))));
    }
    place.path = longer;
    ++place.next;
  }
  return place;
}

bool wants_help(const Words& args, std::size_t from) {
  for (std::size_t i = from; i < args.size() && args[i] != "--"; ++i) {
    if (args[i] == "-h" || args[i] == "--help") return true;
  }
  return false;
}

std::optional<UsageError> check_choice(const Option& option, const std::string& value) {
  if (option.choices.empty()) return std::nullopt;
  const auto allowed = base::split(option.choices, '|');
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return std::nullopt;
  std::string list;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i) list += i + 1 == allowed.size() ? (allowed.size() > 2 ? ", or " : " or ") : ", ";
    list += '"' + allowed[i] + '"';
  }
  return usage("Invalid --" + std::string(option.long_name()) + " (use " + list + ")");
}

// What CLI11 could not place: positionals, and options that do not exist.
std::optional<UsageError> take_rest(const Command& command, const Words& rest, Invocation& out) {
  bool only_positionals = false;
  for (const std::string& word : rest) {
    if (!only_positionals && word == "--") {
      only_positionals = true;
    } else if (!only_positionals && word.size() > 1 && word[0] == '-') {
      Words known;
      for (const Option* option : all_options(command))
        known.push_back("--" + std::string(option->long_name()));
      const std::string name = word.substr(0, word.find('='));
      return usage("unknown option '" + name + "'" + did_you_mean(name, known));
    } else {
      out.args.push_back(word);
    }
  }
  for (std::size_t i = out.args.size(); i < command.positionals.size(); ++i) {
    if (command.positionals[i].required) {
      return usage("missing required argument '" + std::string(command.positionals[i].name) + "'");
    }
  }
  if (out.args.size() > command.positionals.size()) {
    const std::size_t want = command.positionals.size();
    const std::string name(command.path.substr(command.path.rfind(' ') + 1));
    return usage(fmt::format("too many arguments for '{}'. Expected {} argument{} but got {}.", name, want,
                             want == 1 ? "" : "s", out.args.size()));
  }
  return std::nullopt;
}

void take_globals(Invocation& out) {
  out.globals.profile = out.get("profile");
  out.globals.log_level = out.get("log-level");
  out.globals.dev = out.has("dev");
  out.globals.no_color = out.has("no-color");
}

tl::expected<Invocation, UsageError> parse_options(const Command& command, Words words) {
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras(true);
  std::vector<std::pair<const Option*, CLI::Option*>> bound;
  for (const Option* option : all_options(command)) {
    const std::string names(option->names);
    CLI::Option* made = option->value.empty() ? app.add_flag(names) : app.add_option(names);
    made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (!option->value.empty()) made->expected(1)->allow_extra_args(false);
    bound.emplace_back(option, made);
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& e) {
    const std::string text = e.what();
    for (const auto& [option, made] : bound) {
      if (text.find("--" + std::string(option->long_name())) != std::string::npos) {
        if (option->value.empty())
          return tl::unexpected(usage("option '" + shown(*option) + "' takes no value"));
        return tl::unexpected(usage("option '" + shown(*option) + "' argument missing"));
      }
    }
    return tl::unexpected(usage(text));
  }
  Invocation out;
  out.command = &command;
  if (auto error = take_rest(command, app.remaining(), out)) return tl::unexpected(std::move(*error));
  for (const auto& [option, made] : bound) {
    if (made->count() == 0) {
      if (option->required)
        return tl::unexpected(usage("required option '" + shown(*option) + "' not specified"));
      continue;
    }
    const auto& values = made->results();
    if (!option->value.empty()) {
      if (auto error = check_choice(*option, values.back())) return tl::unexpected(std::move(*error));
    }
    out.options[std::string(option->long_name())] = values;
  }
  take_globals(out);
  return out;
}

tl::expected<ParseOutcome, UsageError> parse_words(const Words& args) {
  auto front = read_front(args);
  if (!front) return tl::unexpected(std::move(front.error()));
  ParseOutcome outcome;
  if (front->version) {
    outcome.action = Action::version;
    return outcome;
  }
  std::size_t at = front->next;
  const bool help_word = at < args.size() && args[at] == "help";
  if (help_word) ++at;
  auto place = find_place(args, at);
  if (!place) return tl::unexpected(std::move(place.error()));
  const Command* command = find_command(place->path);
  if (!command || help_word || front->help || wants_help(args, place->next)) {
    outcome.action = Action::help;
    outcome.help_path = place->path;
    outcome.help_is_error =
        !command && !help_word && !front->help && !wants_help(args, place->next) && !args.empty();
    return outcome;
  }
  Words words = front->options;
  words.insert(words.end(), args.begin() + static_cast<std::ptrdiff_t>(place->next), args.end());
  auto invocation = parse_options(*command, std::move(words));
  if (!invocation) return tl::unexpected(std::move(invocation.error()));
  outcome.invocation = std::move(*invocation);
  return outcome;
}

// Damerau-Levenshtein with adjacent swaps.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(const std::string& word, const Words& candidates) {
  constexpr std::size_t kFarthest = 3;
  if (word.size() > 64) return {};
  std::size_t best = kFarthest + 1;
  Words similar;
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    const std::size_t length = std::max(word.size(), candidate.size());
    if (d > kFarthest || d > best || d * 10 >= length * 6) continue;  // at least 40 % alike
    if (d < best) similar.clear();
    best = d;
    similar.push_back(candidate);
  }
  if (similar.empty()) return {};
  std::sort(similar.begin(), similar.end());
  if (similar.size() == 1) return "\n(Did you mean " + similar.front() + "?)";
  return "\n(Did you mean one of " + base::join(similar, ", ") + "?)";
}

tl::expected<ParseOutcome, UsageError> parse_command_line(const Words& args) {
  auto outcome = parse_words(args);
  if (!outcome) {
    outcome.error().json = std::find(args.begin(), args.end(), "--json") != args.end();
  }
  return outcome;
}

}  // namespace openclaw::cli
