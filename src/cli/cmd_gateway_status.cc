// gateway status: this machine's gateway, whatever gateway.mode says.
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/listeners.h"
#include "cli/rpc.h"
#include "config/paths.h"

namespace openclaw::cli {
namespace {

struct View {
  std::string bind, probe_url, port_source, error, error_lines, auth_warning, version;
  int port = 0;
  bool tls = false, probed = false, ok = false;
  std::vector<std::string> listening;  // "127.0.0.1:18789"
};

const char* probe_note(const std::string& bind) {
  if (bind == "loopback") return "Loopback-only gateway; only local clients can connect.";
  if (bind == "lan") return "bind=lan listens on 0.0.0.0 (all interfaces); probing via 127.0.0.1.";
  return "";
}

const char* bind_host(const std::string& bind) { return bind == "lan" ? "0.0.0.0" : "127.0.0.1"; }

json::Value to_json(const View& view, const Context& context) {
  json::Object cli;
  cli["path"] = context.config_path;
  cli["exists"] = context.snapshot.exists;
  cli["valid"] = context.snapshot.valid;
  if (!context.snapshot.issues.empty()) {
    json::Array issues;
    for (const auto& issue : context.snapshot.issues) {
      json::Object entry;
      entry["path"] = issue.path;
      entry["message"] = issue.message;
      issues.push_back(json::Value(std::move(entry)));
    }
    cli["issues"] = std::move(issues);
  }
  json::Object config;
  config["cli"] = std::move(cli);
  json::Object gateway;
  gateway["bindMode"] = view.bind;
  gateway["bindHost"] = bind_host(view.bind);
  gateway["port"] = view.port;
  gateway["portSource"] = "env/config";
  gateway["probeUrl"] = view.probe_url;
  if (*probe_note(view.bind)) gateway["probeNote"] = probe_note(view.bind);
  json::Array listeners;
  for (const auto& address : view.listening) {
    json::Object entry;
    entry["address"] = address;
    listeners.push_back(json::Value(std::move(entry)));
  }
  json::Object port;
  port["port"] = view.port;
  port["status"] = view.listening.empty() ? "free" : "busy";
  port["listeners"] = std::move(listeners);
  port["hints"] = json::Array();
  json::Object out;
  out["config"] = std::move(config);
  out["gateway"] = std::move(gateway);
  out["port"] = std::move(port);
  if (view.probed) {
    json::Object rpc;
    rpc["ok"] = view.ok;
    if (!view.error.empty()) rpc["error"] = view.error;
    rpc["url"] = view.probe_url;
    if (!view.auth_warning.empty()) rpc["authWarning"] = view.auth_warning;
    if (!view.version.empty()) rpc["version"] = view.version;
    out["rpc"] = std::move(rpc);
  }
  return json::Value(std::move(out));
}

std::string to_text(const View& view, const Context& context) {
  std::string out = "Config (cli): " + config::display_path(context.config_path, context.home) + "\n\n";
  out += fmt::format("Gateway: bind={} ({}), port={} (env/config)\n", view.bind, bind_host(view.bind),
                     view.port);
  out += "Probe target: " + view.probe_url + "\n";
  out += fmt::format("Dashboard: {}://127.0.0.1:{}/\n", view.tls ? "https" : "http", view.port);
  if (*probe_note(view.bind)) out += "Probe note: " + std::string(probe_note(view.bind)) + "\n";
  out += "\n";
  if (view.probed && view.ok) {
    out += "RPC probe: ok\n";
    if (!view.version.empty()) out += "Version: " + view.version + "\n";
  } else if (view.probed) {
    out += "RPC probe: failed\nRPC target: " + view.probe_url + "\n  " + view.error + "\n";
    if (!view.auth_warning.empty()) out += "  " + view.auth_warning + "\n";
    if (!view.listening.empty()) out += fmt::format("Port {} is already in use.\n", view.port);
  }
  out += view.listening.empty() ? "\nNot listening.\n" : "\n";
  for (const auto& address : view.listening) out += "Listening: " + address + "\n";
  return out;
}

void fill_from_failure(View& view, const base::Error& error, int& code) {
  view.error = error.message;
  view.error_lines = error.hint;
  code = exit_code_of(error.kind);
}

int run_status(Invocation& inv) {
  RpcSession session(inv);
  session.settings().surface = auth::Surface::probe;
  session.settings().local_only = true;
  View view;
  view.probed = !inv.has("no-probe");
  int code = kExitOk;
  if (view.probed) {
    if (const auto failure = session.try_open()) {
      if (failure->error.kind == base::ErrorKind::usage || !session.settings().env)
        return report(inv, failure->error);
      fill_from_failure(view, failure->error, code);
    } else {
      view.ok = true;
      view.auth_warning = session.gateway().credentials.warning;
      const auto* server = json::get_object(session.gateway().hello.payload, "server");
      if (server) view.version = json::get_string_or(*server, "version", "");
      session.close();
    }
  }
  if (!session.settings().env) return report(inv, load_context(inv).error());
  const auto target = client::target_of(session.settings());
  view.bind = target.bind.empty() ? "loopback" : target.bind;
  view.probe_url = target.url;
  view.tls = target.url.starts_with("wss:");
  view.port = client::gateway_port(session.settings().env, session.settings().config);
  view.listening = listening_on(view.port);
  if (inv.json())
    print_json(inv, to_json(view, session.context()));
  else
    inv.console->out(to_text(view, session.context()));
  if (code != kExitOk && !inv.json())
    inv.console->err("error: " + view.error + (view.error_lines.empty() ? "" : "\n" + view.error_lines));
  return code;
}

constexpr Option kOptions[] = {
    {"--no-probe", "", "Do not connect"},
    {"--require-rpc", "", "Fail when the probe fails (this version always does)"},
};
constexpr std::string_view kExamples[] = {"openclaw gateway status",
                                          "openclaw gateway status --json --no-probe"};
constexpr Command kCommands[] = {
    {"gateway status",
     "This machine's gateway: where it listens and whether it answers",
     "Always about the local gateway, also when gateway.mode is remote.",
     kExamples,
     kOptions,
     {},
     true,
     run_status},
};

}  // namespace

std::span<const Command> gateway_status_commands() { return kCommands; }

}  // namespace openclaw::cli
