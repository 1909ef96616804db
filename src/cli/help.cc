#include "cli/help.h"

#include "base/strings.h"
#include "base/version.h"
#include "cli/command.h"

#include <algorithm>

namespace openclaw::cli {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string option_left(const Option& option) {
  std::string out = base::replace_all(std::string(option.names), ",", ", ");
  if (!option.value.empty()) out += " " + std::string(option.value);
  return out;
}

std::string option_right(const Option& option) {
  std::string out(option.doc);
  if (!option.choices.empty()) out += " (" + base::replace_all(std::string(option.choices), "|", ", ") + ")";
  if (!option.fallback.empty()) out += " (default: " + std::string(option.fallback) + ")";
  if (option.required) out += " (required)";
  return out;
}

void add_block(std::string& out, std::string_view title, const Rows& rows) {
  if (rows.empty()) return;
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, std::min<std::size_t>(left.size(), 34));
  out += "\n" + std::string(title) + ":\n";
  for (const auto& [left, right] : rows) {
    out += "  " + left;
    if (left.size() > width)
      out += "\n" + std::string(width + 2, ' ');
    else
      out.append(width - left.size(), ' ');
    out += "  " + right + "\n";
  }
}

Rows option_rows(std::span<const Option> options, const Command* owner) {
  Rows rows;
  for (const Option& option : options) {
    if (owner && std::any_of(owner->options.begin(), owner->options.end(),
                             [&](const Option& own) { return own.long_name() == option.long_name(); })) {
      continue;  // the command has its own meaning for it
    }
    rows.emplace_back(option_left(option), option_right(option));
  }
  return rows;
}

std::string usage_line(const Command& command) {
  std::string out = "openclaw " + std::string(command.path) + " [options]";
  for (const Positional& positional : command.positionals) {
    out += positional.required ? " <" : " [";
    out += positional.name;
    out += positional.required ? ">" : "]";
  }
  return out;
}

Rows child_rows(std::string_view path) {
  Rows rows;
  for (const std::string& child : children_of(path)) {
    const std::string full = path.empty() ? child : std::string(path) + " " + child;
    const Command* command = find_command(full);
    const Group* group = find_group(full);
    rows.emplace_back(child, std::string(group ? group->summary : command ? command->summary : ""));
  }
  return rows;
}

std::string command_help(const Command& command) {
  std::string out = "Usage: " + usage_line(command) + "\n\n" + std::string(command.summary) + "\n";
  if (!command.help.empty()) out += "\n" + std::string(command.help) + "\n";
  Rows arguments;
  for (const Positional& positional : command.positionals)
    arguments.emplace_back(positional.name, positional.doc);
  add_block(out, "Arguments", arguments);
  add_block(out, "Options", option_rows(command.options, nullptr));
  if (command.rpc) add_block(out, "Gateway connection", option_rows(rpc_options(), &command));
  add_block(out, "Global options", option_rows(global_options(), &command));
  add_block(out, "Commands", child_rows(command.path));
  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (const auto example : command.examples) out += "  " + std::string(example) + "\n";
  }
  return out;
}

// Every word that may follow `path`, and every long option it takes.
std::string words_for(std::string_view path) {
  std::vector<std::string> words = children_of(path);
  if (const Command* command = find_command(path)) {
    for (const Option* option : all_options(*command))
      words.push_back("--" + std::string(option->long_name()));
  } else if (path.empty()) {
    for (const Option& option : global_options()) words.push_back("--" + std::string(option.long_name()));
    words.push_back("--version");
  }
  return base::join(words, " ");
}

std::vector<std::string> all_paths() {
  std::vector<std::string> out = {""};
  for (const Group& group : groups()) {
    if (!find_command(group.path)) out.emplace_back(group.path);
  }
  for (const Command* command : commands()) out.emplace_back(command->path);
  return out;
}

std::string bash_script() {
  std::string out =
      "_openclaw_completion() {\n"
      "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" path=\"\" word i "
      "words\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${COMP_WORDS[i]}\"\n"
      "    [[ $word == -* ]] && continue\n"
      "    case \"${path:+$path }$word\" in\n";
  std::string known;
  for (const std::string& path : all_paths()) {
    if (!path.empty()) known += (known.empty() ? "" : "|") + ("\"" + path + "\"");
  }
  out += "      " + known + ") path=\"${path:+$path }$word\" ;;\n    esac\n  done\n";
  out += "  case \"$path $prev\" in\n";
  for (const Command* command : commands()) {
    for (const Option* option : all_options(*command)) {
      if (option->choices.empty()) continue;
      out += "    \"" + std::string(command->path) + " --" + std::string(option->long_name()) +
             "\") COMPREPLY=($(compgen -W \"" + base::replace_all(std::string(option->choices), "|", " ") +
             "\" -- \"$cur\")); return ;;\n";
    }
  }
  out += "  esac\n  case \"$path\" in\n";
  for (const std::string& path : all_paths())
    out += "    \"" + path + "\") words=\"" + words_for(path) + "\" ;;\n";
  out +=
      "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _openclaw_completion "
      "openclaw\n";
  return out;
}

// "path" would be zsh's PATH.
std::string zsh_script() {
  std::string out =
      "#compdef openclaw\n"
      "_openclaw() {\n"
      "  local where=\"\" word i\n"
      "  local -a choices\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    word=\"${words[i]}\"\n"
      "    [[ $word == -* ]] && continue\n"
      "    case \"${where:+$where }$word\" in\n";
  std::string known;
  for (const std::string& path : all_paths()) {
    if (!path.empty()) known += (known.empty() ? "" : "|") + ("\"" + path + "\"");
  }
  out += "      " + known + ") where=\"${where:+$where }$word\" ;;\n    esac\n  done\n  case \"$where\" in\n";
  for (const std::string& path : all_paths())
    out += "    \"" + path + "\") choices=(" + words_for(path) + ") ;;\n";
  out +=
      "  esac\n  compadd -- $choices\n}\n"
      "if [ \"$funcstack[1]\" = \"_openclaw\" ]; then _openclaw \"$@\"; else compdef _openclaw openclaw; "
      "fi\n";
  return out;
}

std::string fish_quote(std::string_view text) {
  return "'" + base::replace_all(base::replace_all(std::string(text), "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_script() {
  std::string out = "complete -c openclaw -f\n";
  const auto condition = [](std::string_view path) {
    if (path.empty()) return std::string("__fish_use_subcommand");
    std::string test;
    for (const auto& word : base::split(path, ' '))
      test += (test.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    return test;
  };
  for (const std::string& path : all_paths()) {
    for (const auto& [child, summary] : child_rows(path)) {
      out += "complete -c openclaw -n " + fish_quote(condition(path)) + " -a " + child + " -d " +
             fish_quote(summary) + "\n";
    }
    const Command* command = find_command(path);
    if (!command) continue;
    for (const Option* option : all_options(*command)) {
      out += "complete -c openclaw -n " + fish_quote(condition(path)) + " -l " +
             std::string(option->long_name());
      if (!option->value.empty()) out += " -r";
      if (!option->choices.empty())
        out += " -a " + fish_quote(base::replace_all(std::string(option->choices), "|", " "));
      out += " -d " + fish_quote(option->doc) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string version_text() {
  return fmt::format("OpenClaw native {} (compatible with {})", base::kOwnVersion, base::kReferenceVersion);
}

std::string help_text(std::string_view path) {
  if (const Command* command = find_command(path)) return command_help(*command);
  std::string out;
  if (const Group* group = find_group(path)) {
    out = "Usage: openclaw " + std::string(path) + " <command> [options]\n\n" + std::string(group->summary) +
          "\n";
  } else {
    out = version_text() + "\n\nUsage: openclaw [options] <command>\n";
  }
  add_block(out, "Commands", child_rows(path));
  Rows options = option_rows(global_options(), nullptr);
  if (path.empty()) options.emplace_back("-V, --version", "Show the version");
  add_block(out, "Options", options);
  out += "\nRun \"openclaw " + std::string(path) + (path.empty() ? "" : " ") +
         "<command> --help\" for one command.\n";
  return out;
}

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

std::string commands_markdown() {
  std::string out = "# Commands\n\nGenerated from the command table.\n";
  const auto table = [&](std::string_view title, const Rows& rows) {
    if (rows.empty()) return;
    out += "\n| " + std::string(title) + " | |\n| --- | --- |\n";
    for (const auto& [left, right] : rows) {
      out += "| `" + base::replace_all(left, "|", "\\|") + "` | " + base::replace_all(right, "|", "\\|") +
             " |\n";
    }
  };
  out += "\n## Options of every command\n";
  table("option", option_rows(global_options(), nullptr));
  out += "\n## Options of every command that talks to a gateway\n";
  table("option", option_rows(rpc_options(), nullptr));
  for (const Command* command : commands()) {
    out += "\n## openclaw " + std::string(command->path) + "\n\n`" + usage_line(*command) + "`\n\n" +
           std::string(command->summary) + "\n";
    if (!command->help.empty()) out += "\n" + std::string(command->help) + "\n";
    if (command->rpc) out += "\nTalks to a gateway.\n";
    Rows arguments;
    for (const Positional& positional : command->positionals)
      arguments.emplace_back(positional.name, positional.doc);
    table("argument", arguments);
    table("option", option_rows(command->options, nullptr));
    if (command->examples.empty()) continue;
    out += "\n```\n";
    for (const auto example : command->examples) out += std::string(example) + "\n";
    out += "```\n";
  }
  return out;
}

}  // namespace openclaw::cli
