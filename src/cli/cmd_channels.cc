// channels status and sessions.
#include "base/clock.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/rpc.h"

namespace openclaw::cli {
namespace {

int run_channels_status(Invocation& inv) {
  json::Object params;
  if (inv.has("probe")) {
    params["probe"] = true;
    const auto timeout = milliseconds(inv, "timeout", 10'000);
    if (timeout) params["timeoutMs"] = *timeout;
  }
  return simple_call(inv, "channels.status", json::Value(std::move(params)), format_channels);
}

int run_sessions(Invocation& inv) {
  json::Object params;
  if (const auto active = inv.get("active")) {
    const auto minutes = base::parse_int(*active);
    if (!minutes || *minutes < 1) {
      return report(
          inv, base::Error{base::ErrorKind::usage, "--active must be a positive integer (minutes)", {}, 0});
    }
    params["activeMinutes"] = *minutes;
  }
  if (const auto agent = inv.get("agent")) params["agentId"] = *agent;
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call("sessions.list", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(
        format_sessions(*result, base::SystemClock::instance().wall_ms(), inv.console->out_terminal));
  session.close();
  return kExitOk;
}

constexpr Option kChannelOptions[] = {{"--probe", "", "Ask the channel services now"}};
constexpr Option kSessionOptions[] = {
    {"--active", "<minutes>", "Only sessions used in the last minutes"},
    {"--agent", "<id>", "Only sessions of this agent"},
};
constexpr std::string_view kChannelExamples[] = {"openclaw channels status --probe"};
constexpr std::string_view kSessionExamples[] = {"openclaw sessions", "openclaw sessions --active 60 --json"};

constexpr Command kCommands[] = {
    {"channels status",
     "State of the chat channels",
     {},
     kChannelExamples,
     kChannelOptions,
     {},
     true,
     run_channels_status},
    {"sessions",
     "List the sessions of the gateway",
     {},
     kSessionExamples,
     kSessionOptions,
     {},
     true,
     run_sessions},
};

}  // namespace

std::span<const Command> channel_commands() { return kCommands; }

}  // namespace openclaw::cli
