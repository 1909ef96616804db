// docs: the reference pages that are made from the program's own tables.
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/rpc.h"
#include "config/schema.h"
#include "protocol/methods.h"

namespace openclaw::cli {
namespace {

int run_docs(Invocation& inv) {
  const std::string& topic = inv.args[0];
  std::string text;
  if (topic == "commands") text = commands_markdown();
  if (topic == "config") text = config::schema_markdown();
  if (topic == "methods") text = protocol::methods_markdown();
  if (text.empty()) {
    return report(inv, base::Error{base::ErrorKind::usage, "unknown topic \"" + topic + "\" (commands, config or methods)", {}, 0});
  }
  inv.console->out(text);
  return kExitOk;
}

constexpr Positional kTopic[] = {{"topic", "commands, config or methods"}};
constexpr std::string_view kExamples[] = {"openclaw docs config"};
constexpr Command kCommands[] = {
    {"docs", "Print a reference page: commands, config or methods", {}, kExamples, {}, kTopic, false, run_docs},
};

}  // namespace

std::span<const Command> docs_commands() { return kCommands; }

}  // namespace openclaw::cli
