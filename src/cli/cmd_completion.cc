#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help.h"

namespace openclaw::cli {
namespace {

int run_completion(Invocation& inv) {
  inv.console->out(*completion_script(inv.value("shell", "zsh")));
  return kExitOk;
}

constexpr Option kOptions[] = {{"-s,--shell", "<shell>", "The shell", "zsh", "bash|zsh|fish"}};
constexpr std::string_view kExamples[] = {
    "source <(openclaw completion -s bash)",
    "openclaw completion -s fish > ~/.config/fish/completions/openclaw.fish",
};
constexpr Command kCommands[] = {
    {"completion",
     "Print a completion script for a shell",
     {},
     kExamples,
     kOptions,
     {},
     false,
     run_completion},
};

}  // namespace

std::span<const Command> completion_commands() { return kCommands; }

}  // namespace openclaw::cli
