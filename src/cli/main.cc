#include "cli/main.h"

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/parser.h"
#include "cli/rpc.h"

namespace openclaw::cli {

int run_cli(const std::vector<std::string>& args, base::Env env, Console console) {
  auto outcome = parse_command_line(args);
  Invocation failed;
  failed.console = &console;
  if (!outcome) {
    if (outcome.error().json) failed.options["json"] = {"true"};
    std::string text = outcome.error().text.substr(7);  // report() adds "error: " itself
    const std::size_t line = text.find('\n');
    base::Error error{base::ErrorKind::usage, text.substr(0, line), {}, 0};
    if (line != std::string::npos) error.hint = text.substr(line + 1);
    return report(failed, error);
  }
  if (outcome->action == Action::version) {
    console.out(version_text());
    return kExitOk;
  }
  if (outcome->action == Action::help) {
    outcome->help_is_error ? console.err(help_text(outcome->help_path))
                           : console.out(help_text(outcome->help_path));
    return outcome->help_is_error ? kExitUsage : kExitOk;
  }
  Invocation inv = std::move(outcome->invocation);
  inv.console = &console;
  inv.env = std::move(env);
  if (inv.globals.no_color || inv.env.get("NO_COLOR").value_or("") != "") console.color = false;
  if (inv.globals.log_level) inv.env.set("OPENCLAW_LOG_LEVEL", *inv.globals.log_level);
  if (auto applied = apply_globals(inv); !applied) return report(inv, applied.error());
  return inv.command->run(inv);
}

}  // namespace openclaw::cli
