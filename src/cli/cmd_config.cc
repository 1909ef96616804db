// config get, set, unset, file, validate: flags in, the logic's answer out.
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/rpc.h"
#include "config/commands.h"

namespace openclaw::cli {
namespace {

config::Context config_context(const Invocation& inv) {
  const Context paths = paths_of(inv);
  config::Context context;
  context.env = inv.env;
  context.config_path = paths.config_path;
  context.state_dir = paths.state_dir;
  context.home = paths.home;
  context.gateway_reloads = false;  // the running gateway does not watch the file yet
  return context;
}

int finish(Invocation& inv, const config::CommandResult& result) {
  if (!result.out.empty()) inv.console->out(result.out);
  if (!result.err.empty()) inv.console->err(result.err);
  if (inv.json() && result.exit_code != kExitOk && result.out.empty()) {
    std::string message(base::trim(result.err.substr(0, result.err.find('\n'))));
    if (message.starts_with("Error: ")) message.erase(0, 7);
    json::Object error;
    error["code"] = result.exit_code == kExitUsage    ? "USAGE"
                    : result.exit_code == kExitConfig ? "CONFIG"
                                                      : "FAILED";
    error["message"] = message;
    json::Object document;
    document["ok"] = false;
    document["error"] = std::move(error);
    print_json(inv, json::Value(std::move(document)));
  }
  return result.exit_code;
}

int run_get(Invocation& inv) {
  return finish(inv, config::config_get(config_context(inv), inv.args[0], inv.json()));
}

int run_set(Invocation& inv) {
  config::SetArguments arguments;
  arguments.path = inv.args[0];
  arguments.value = inv.args[1];
  arguments.strict_json = inv.has("strict-json");
  arguments.json = inv.json();
  arguments.dry_run = inv.has("dry-run");
  arguments.yes = inv.has("yes");
  return finish(inv, config::config_set(config_context(inv), arguments));
}

int run_unset(Invocation& inv) {
  return finish(inv, config::config_unset(config_context(inv), inv.args[0], inv.has("yes")));
}
int run_file(Invocation& inv) { return finish(inv, config::config_file(config_context(inv))); }
int run_validate(Invocation& inv) {
  return finish(inv, config::config_validate(config_context(inv), inv.json()));
}

constexpr Option kJson[] = {{"--json", "", "Print JSON"}};
constexpr Option kYes[] = {{"-y,--yes", "", "Allow a change that removes more than half of the file"}};
constexpr Option kSetOptions[] = {
    {"--strict-json", "", "The value must be JSON; otherwise JSON5 or else plain text"},
    {"--json", "", "Same as --strict-json; with --dry-run: answer as JSON"},
    {"--dry-run", "", "Check, write nothing"},
    {"-y,--yes", "", "Allow a change that removes more than half of the file"},
};
constexpr Positional kPath[] = {
    {"path", "Path to the setting, for example gateway.port or agents.list[0].id"}};
constexpr Positional kPathValue[] = {{"path", "Path to the setting"}, {"value", "The value: JSON5, or text"}};
constexpr std::string_view kGetExamples[] = {"openclaw config get gateway.port",
                                             "openclaw config get agents --json"};
constexpr std::string_view kSetExamples[] = {
    "openclaw config set gateway.port 19001",
    "openclaw config set gateway.trustedProxies '[\"10.0.0.1\"]' --strict-json"};
constexpr std::string_view kUnsetExamples[] = {"openclaw config unset gateway.port"};
constexpr std::string_view kValidateExamples[] = {"openclaw config validate --json"};

constexpr Command kCommands[] = {
    {"config get", "Print a setting", {}, kGetExamples, kJson, kPath, false, run_get},
    {"config set", "Change a setting", {}, kSetExamples, kSetOptions, kPathValue, false, run_set},
    {"config unset", "Remove a setting", {}, kUnsetExamples, kYes, kPath, false, run_unset},
    {"config file", "Print the path of the configuration file", {}, {}, {}, {}, false, run_file},
    {"config validate",
     "Check the configuration file",
     {},
     kValidateExamples,
     kJson,
     {},
     false,
     run_validate},
};

}  // namespace

std::span<const Command> config_commands() { return kCommands; }

}  // namespace openclaw::cli
