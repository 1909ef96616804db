// health and status.
#include "base/clock.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/overview.h"
#include "cli/rpc.h"

#include <sys/utsname.h>

namespace openclaw::cli {
namespace {

int run_health(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  json::Object params;
  if (inv.has("verbose")) {
    params["probe"] = true;
    inv.console->err(client::connection_details(session.gateway().target));
  }
  const auto result = session.call("health", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(format_health(*result));
  session.close();
  return kExitOk;
}

int run_status(Invocation& inv) {
  RpcSession session(inv);
  session.settings().surface = auth::Surface::probe;
  session.settings().overview = true;
  StatusView view;
  const auto failure = session.try_open();
  view.target = client::target_of(session.settings());
  utsname system{};
  if (::uname(&system) == 0) {
    view.os_release = system.release;
    view.os_arch = system.machine;
  }
  int code = kExitOk;
  if (failure) {
    if (failure->error.kind == base::ErrorKind::usage || !session.settings().env) {
      return report(inv, failure->error, failure->refusal ? &*failure->refusal : nullptr);
    }
    view.error = failure->error.message;
    view.error_lines = failure->error.hint;
    code = exit_code_of(failure->error.kind);
  } else {
    view.reachable = true;
    view.hello = session.gateway().hello.payload;
    view.connect_ms = session.gateway().connect_ms;
    view.credential_source = credential_source(session.gateway());
    view.auth_warning = session.gateway().credentials.warning;
    auto status = session.call("status");
    if (status)
      view.status = std::move(*status);
    else
      code = session.fail(status.error());
    session.close();
  }
  if (code != kExitOk && view.reachable) return code;
  if (inv.json())
    print_json(inv, status_json(view));
  else
    inv.console->out(format_status(view, base::SystemClock::instance().wall_ms(), inv.console->out_terminal));
  if (failure && !inv.json())
    inv.console->err("error: " + view.error + (view.error_lines.empty() ? "" : "\n" + view.error_lines));
  return code;
}

constexpr Option kHealthOptions[] = {
    {"--debug,--verbose", "", "Probe the channels now and show the connection"},
};
constexpr std::string_view kHealthExamples[] = {
    "openclaw health",
    "openclaw health --json --timeout 3000",
};
constexpr std::string_view kStatusExamples[] = {
    "openclaw status",
    "openclaw status --json",
};

constexpr Command kCommands[] = {
    {"health",
     "Ask the gateway how it is",
     "Exit code 3 when it cannot be reached, 4 when it refuses the credentials.",
     kHealthExamples,
     kHealthOptions,
     {},
     true,
     run_health},
    {"status",
     "Overview: gateway, agents, channels, sessions",
     "An unreachable gateway is part of the overview; the exit code then says why (3, 4 or 5).",
     kStatusExamples,
     {},
     {},
     true,
     run_status},
};

}  // namespace

std::span<const Command> overview_commands() { return kCommands; }

}  // namespace openclaw::cli
