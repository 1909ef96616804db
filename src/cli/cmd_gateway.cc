// gateway run, call, health.
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/params.h"
#include "cli/rpc.h"
#include "fs/file.h"
#include "gateway/run.h"

namespace openclaw::cli {
namespace {

base::Error usage(std::string message) {
  return base::Error{base::ErrorKind::usage, std::move(message), {}, 0};
}

int run_gateway_command(Invocation& inv) {
  gateway::RunOptions options;
  const Context paths = paths_of(inv);
  options.config_path = paths.config_path;
  options.state_dir = paths.state_dir;
  if (const auto port = inv.get("port")) {
    const auto number = base::parse_int(*port);
    if (!number || *number < 1 || *number > 65535) return report(inv, usage("Invalid port"));
    options.port = static_cast<int>(*number);
  }
  options.bind = inv.get("bind");
  options.auth_mode = inv.get("auth");
  options.token = inv.get("token");
  options.password = inv.get("password");
  if (const auto file = inv.get("password-file")) {
    if (options.password) return report(inv, usage("--password and --password-file exclude each other"));
    auto text = fs::read_file(*file, 64 * 1024);
    if (!text) return report(inv, usage("--password-file: " + text.error().message));
    options.password = std::string(base::trim(*text));
  }
  options.allow_unconfigured = inv.has("allow-unconfigured");
  options.verbose = inv.has("verbose");
  options.env = inv.env;
  return gateway::run_gateway(options);
}

int run_call(Invocation& inv) {
  auto params = params_option(inv);
  if (!params) return report(inv, params.error());
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call(inv.args[0], std::move(*params), inv.has("expect-final"));
  if (!result) return session.fail(result.error());
  if (!inv.json()) inv.console->out("Gateway call: " + inv.args[0]);
  print_json(inv, *result);
  session.close();
  return kExitOk;
}

int run_health(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call("health", json::Value(json::Object()));
  if (!result) return session.fail(result.error());
  if (inv.json()) {
    print_json(inv, *result);
  } else {
    std::string out = fmt::format("Gateway Health\nOK ({}ms)\n", session.elapsed_ms());
    if (const auto* health = result->if_object()) {
      for (const auto& line : channel_lines(*health)) out += line + "\n";
    }
    inv.console->out(out);
  }
  session.close();
  return kExitOk;
}

constexpr Option kRunOptions[] = {
    {"--port", "<port>", "Port to listen on"},
    {"--bind", "<mode>", "Where to listen", {}, "auto|lan|loopback|custom|tailnet"},
    {"--auth", "<mode>", "How clients authenticate", {}, "none|token|password|trusted-proxy"},
    {"--token", "<token>",
     "Token that clients must send (better: gateway.auth.token or OPENCLAW_GATEWAY_TOKEN)"},
    {"--password", "<password>", "Password that clients must send (better: --password-file)"},
    {"--password-file", "<path>", "Read the password from a file"},
    {"--allow-unconfigured", "", "Start although gateway.mode is not set"},
    {"--verbose", "", "Log more"},
};
constexpr Option kCallOptions[] = {
    {"--params", "<json>", "Parameters: JSON, @file or - for stdin", "{}"},
    {"--expect-final", "", "Wait for the final answer of a method that answers twice"},
};
constexpr Positional kMethod[] = {{"method", "Name of the method, for example health"}};
constexpr std::string_view kShortExamples[] = {"openclaw gateway", "openclaw gateway --port 19001"};
constexpr std::string_view kRunExamples[] = {"openclaw gateway run",
                                             "openclaw gateway run --port 19001 --bind lan"};
constexpr std::string_view kCallExamples[] = {
    "openclaw gateway call health --json",
    "openclaw gateway call sessions.list --params '{\"limit\":5}'",
    "openclaw gateway call agent --expect-final --params @run.json",
};

constexpr char kRunHelp[] =
    "Runs in the foreground until a signal ends it. Without a configuration file one is written with a "
    "generated token.";
constexpr Command kCommands[] = {
    {"gateway",
     "Run the gateway (same as gateway run)",
     kRunHelp,
     kShortExamples,
     kRunOptions,
     {},
     false,
     run_gateway_command},
    {"gateway run", "Run the gateway", kRunHelp, kRunExamples, kRunOptions, {}, false, run_gateway_command},
    {"gateway call",
     "Call a method of the gateway and print the result",
     {},
     kCallExamples,
     kCallOptions,
     kMethod,
     true,
     run_call},
    {"gateway health", "Ask the gateway how it is, in one line", {}, {}, {}, {}, true, run_health},
};

}  // namespace

std::span<const Command> gateway_commands() { return kCommands; }

}  // namespace openclaw::cli
