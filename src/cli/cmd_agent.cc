// agent: one turn of the agent, waiting for the final answer.
#include "base/random.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/rpc.h"

namespace openclaw::cli {
namespace {

constexpr int kDefaultSeconds = 600;
constexpr int kTransportSlackMs = 30'000;  // the gateway's own deadline comes first

base::Error usage(std::string message) {
  return base::Error{base::ErrorKind::usage, std::move(message), {}, 0};
}

json::Object agent_params(const Invocation& inv, std::int64_t seconds) {
  json::Object params;
  params["message"] = inv.value("message");
  json::put(params, "agentId", inv.get("agent"));
  json::put(params, "sessionKey", inv.get("session-key"));
  json::put(params, "sessionId", inv.get("session-id"));
  json::put(params, "to", inv.get("to"));
  json::put(params, "thinking", inv.get("thinking"));
  json::put(params, "channel", inv.get("channel"));
  if (inv.has("deliver")) params["deliver"] = true;
  const bool targeted = inv.has("agent") || inv.has("session-key") || inv.has("session-id") || inv.has("to");
  if (!targeted) params["sessionKey"] = "main";
  if (inv.has("timeout")) params["timeout"] = seconds;
  params["idempotencyKey"] = inv.value("idempotency-key", base::uuid4());
  return params;
}

int run_agent(Invocation& inv) {
  if (base::trim(inv.value("message")).empty()) return report(inv, usage("Message (--message) is required"));
  const auto seconds = base::parse_int(inv.value("timeout", std::to_string(kDefaultSeconds)));
  if (!seconds || *seconds > 2'000'000) return report(inv, usage("invalid --timeout"));
  json::Object params = agent_params(inv, *seconds);
  inv.options.erase("timeout");  // seconds of the run here, not of the connection
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  if (!inv.json()) inv.console->progress("Waiting for the agent...");
  const int limit = *seconds == 0 ? 0 : static_cast<int>(*seconds) * 1000 + kTransportSlackMs;
  const auto result = session.call("agent", json::Value(std::move(params)), true, limit);
  inv.console->progress("");
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(format_agent(*result));
  session.close();
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"-m,--message", "<text>", "What to say to the agent"},
    {"--agent", "<id>", "The agent (default: the default agent)"},
    {"--session-key", "<key>", "The session, by its key"},
    {"--session-id", "<id>", "The session, by its id"},
    {"-t,--to", "<dest>", "The session of this correspondent"},
    {"--thinking", "<level>", "How much to think"},
    {"--channel", "<channel>", "The channel that --to or --deliver means"},
    {"--deliver", "", "Also send the answer to the session's channel"},
    {"--idempotency-key", "<key>", "A key that makes a repeat of this call harmless"},
    {"--timeout", "<seconds>", "Deadline of the run; 0 = none", "600"},
};
constexpr std::string_view kExamples[] = {
    "openclaw agent --message \"What is on my list today?\"",
    "openclaw agent --agent ops -m \"Summarise the logs\" --json",
};
constexpr Command kCommands[] = {
    {"agent",
     "Give the agent a message and print its answer",
     "Without --agent, --session-key, --session-id or --to the main session of the default agent is meant. "
     "The gateway runs "
     "the agent; there is no local run.",
     kExamples,
     kOptions,
     {},
     true,
     run_agent},
};

}  // namespace

std::span<const Command> agent_commands() { return kCommands; }

}  // namespace openclaw::cli
