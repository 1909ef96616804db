// nodes list, status, pending, approve, reject, describe, invoke; node run.
#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/node_run.h"
#include "cli/params.h"
#include "cli/rpc.h"

namespace openclaw::cli {
namespace {

std::int64_t now_ms() { return base::SystemClock::instance().wall_ms(); }
json::Value no_params() { return json::Value(json::Object()); }

int run_list(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call("node.pair.list", no_params());
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(format_nodes_list(*result, now_ms(), inv.console->out_terminal));
  session.close();
  return kExitOk;
}

int run_status(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  auto result = session.call("node.list", no_params());
  if (!result) return session.fail(result.error());
  auto* nodes = result->is_object() ? result->get_object().if_contains("nodes") : nullptr;
  if (inv.has("connected") && nodes && nodes->is_array()) {
    json::Array kept;
    for (const auto& node : nodes->get_array()) {
      if (node.is_object() && json::get_bool(node.get_object(), "connected") == true) kept.push_back(node);
    }
    *nodes = std::move(kept);
  }
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(format_nodes_status(*result, inv.console->out_terminal));
  session.close();
  return kExitOk;
}

int run_pending(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call("node.pair.list", no_params());
  if (!result) return session.fail(result.error());
  const auto* pending = result->is_object() ? json::get_array(result->get_object(), "pending") : nullptr;
  if (inv.json())
    print_json(inv, json::Value(pending ? *pending : json::Array()));
  else
    inv.console->out(format_nodes_pending(*result, now_ms(), inv.console->out_terminal));
  session.close();
  return kExitOk;
}

// The reference prints the record as JSON with or without --json.
int decide(Invocation& inv, const std::string& method) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  json::Object params;
  params["requestId"] = inv.args[0];
  const auto result = session.call(method, json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  print_json(inv, *result);
  session.close();
  return kExitOk;
}
int run_approve(Invocation& inv) { return decide(inv, "node.pair.approve"); }
int run_reject(Invocation& inv) { return decide(inv, "node.pair.reject"); }

// The id of --node; absent when the failure has been printed (`code`).
std::optional<std::string> wanted_node(Invocation& inv, RpcSession& session, int& code) {
  const auto list = session.call("node.list", no_params());
  if (!list) {
    code = session.fail(list.error());
    return std::nullopt;
  }
  auto id = resolve_node(*list, inv.value("node"));
  if (id) return std::move(*id);
  code = report(inv, id.error());
  return std::nullopt;
}

int run_describe(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  int code = kExitOk;
  const auto id = wanted_node(inv, session, code);
  if (!id) return code;
  json::Object params;
  params["nodeId"] = *id;
  const auto result = session.call("node.describe", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(format_node(*result, inv.console->out_terminal));
  session.close();
  return kExitOk;
}

int run_invoke(Invocation& inv) {
  const auto command = inv.value("command");
  if (command == "system.run" || command == "system.run.prepare") {
    return report(
        inv, base::Error{base::ErrorKind::usage,
                         "command \"" + command +
                             "\" is reserved for shell execution; use the exec tool with host=node instead",
                         {},
                         0});
  }
  auto params_given = params_option(inv);
  if (!params_given) return report(inv, params_given.error());
  const auto node_timeout = milliseconds(inv, "invoke-timeout", 15'000);
  if (!node_timeout) return report(inv, node_timeout.error());
  if (!inv.has("timeout")) inv.options["timeout"] = {"30000"};
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  int code = kExitOk;
  const auto id = wanted_node(inv, session, code);
  if (!id) return code;
  json::Object params;
  params["nodeId"] = *id;
  params["command"] = command;
  params["params"] = std::move(*params_given);
  params["timeoutMs"] = *node_timeout;
  params["idempotencyKey"] = inv.value("idempotency-key", base::uuid4());
  const auto result = session.call("node.invoke", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  print_json(inv, *result);
  session.close();
  return kExitOk;
}

constexpr Option kNodeOption[] = {
    {"--node", "<idOrNameOrIp>", "The node: id, name, IP or an unambiguous prefix", {}, {}, true}};
constexpr Option kStatusOptions[] = {{"--connected", "", "Only connected nodes"}};
constexpr Option kInvokeOptions[] = {
    {"--node", "<idOrNameOrIp>", "The node: id, name, IP or an unambiguous prefix", {}, {}, true},
    {"--command", "<command>", "The command, for example canvas.present", {}, {}, true},
    {"--params", "<json>", "Parameters: JSON, @file or - for stdin", "{}"},
    {"--invoke-timeout", "<ms>", "Time for the node itself", "15000"},
    {"--idempotency-key", "<key>", "A key that makes a repeat of this call harmless"},
    {"--timeout", "<ms>", "Give up after this many milliseconds", "30000"},
};
constexpr Option kRunOptions[] = {
    {"--host", "<host>", "Gateway host", "127.0.0.1"},
    {"--port", "<port>", "Gateway port", "18789"},
    {"--tls", "", "Connect with TLS"},
    {"--tls-fingerprint", "<sha256>", "Expected SHA-256 of the gateway's certificate; implies --tls"},
    {"--node-id", "<id>", "Id of this node"},
    {"--display-name", "<name>", "Name of this node"},
};
constexpr Positional kRequest[] = {{"requestId", "The request"}};
constexpr std::string_view kStatusExamples[] = {"openclaw nodes status --connected"};
constexpr std::string_view kApproveExamples[] = {
    "openclaw nodes approve 048dcddd-4629-45de-a99e-2986f0c8f3f3"};
constexpr std::string_view kInvokeExamples[] = {
    "openclaw nodes invoke --node pixel --command canvas.present --params '{\"url\":\"/\"}'"};
constexpr std::string_view kRunExamples[] = {"openclaw node run --host gateway.lan --port 443 --tls"};

constexpr Command kCommands[] = {
    {"nodes list", "Pending requests and paired nodes", {}, {}, {}, {}, true, run_list},
    {"nodes status",
     "Known nodes and whether they are connected",
     {},
     kStatusExamples,
     kStatusOptions,
     {},
     true,
     run_status},
    {"nodes pending", "Pairing requests that wait for approval", {}, {}, {}, {}, true, run_pending},
    {"nodes approve", "Approve a node", {}, kApproveExamples, {}, kRequest, true, run_approve},
    {"nodes reject", "Reject a node", {}, {}, {}, kRequest, true, run_reject},
    {"nodes describe", "Everything about one node", {}, {}, kNodeOption, {}, true, run_describe},
    {"nodes invoke", "Run a command on a node", {}, kInvokeExamples, kInvokeOptions, {}, true, run_invoke},
    {"node run",
     "Run a node host on this machine",
     "The values are remembered in <state>/node.json; options override and are stored. The node host stays "
     "and keeps trying when the gateway is away.",
     kRunExamples,
     kRunOptions,
     {},
     false,
     run_node},
};

}  // namespace

std::span<const Command> node_commands() { return kCommands; }

}  // namespace openclaw::cli
