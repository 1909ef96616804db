// devices list, approve, reject, remove, rotate, revoke.
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/rpc.h"

namespace openclaw::cli {
namespace {

int run_list(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  const auto result = session.call("device.pair.list", json::Value(json::Object()));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out(
        format_devices(*result, base::SystemClock::instance().wall_ms(), inv.console->out_terminal));
  session.close();
  return kExitOk;
}

// The newest pending request; empty when there is none.
std::string newest_request(const json::Value& list) {
  std::string id;
  std::int64_t newest = -1;
  const auto* pending = list.is_object() ? json::get_array(list.get_object(), "pending") : nullptr;
  if (!pending) return id;
  for (const auto& item : *pending) {
    const auto* request = item.if_object();
    if (!request) continue;
    const auto ts = json::get_int(*request, "ts").value_or(0);
    if (ts > newest) {
      newest = ts;
      id = json::get_string_or(*request, "requestId", "");
    }
  }
  return id;
}

std::string device_in(const json::Value& payload) {
  const auto* nested = json::find_path(payload, "device.deviceId");
  if (!nested) nested = json::find_path(payload, "deviceId");
  return nested && nested->is_string() ? std::string(nested->get_string().c_str()) : std::string("device");
}

int run_approve(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  std::string id = inv.args.empty() ? std::string() : inv.args[0];
  if (id.empty() || inv.has("latest")) {
    const auto list = session.call("device.pair.list", json::Value(json::Object()));
    if (!list) return session.fail(list.error());
    id = newest_request(*list);
    if (id.empty()) {
      return report(
          inv, base::Error{base::ErrorKind::failed, "No pending device pairing requests to approve", {}, 0});
    }
  }
  json::Object params;
  params["requestId"] = id;
  const auto result = session.call("device.pair.approve", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out("Approved " + device_in(*result) + " (" + id + ")");
  session.close();
  return kExitOk;
}

int run_reject(Invocation& inv) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  json::Object params;
  params["requestId"] = inv.args[0];
  const auto result = session.call("device.pair.reject", json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  if (inv.json())
    print_json(inv, *result);
  else
    inv.console->out("Rejected " + device_in(*result));
  session.close();
  return kExitOk;
}

int run_remove(Invocation& inv) {
  json::Object params;
  params["deviceId"] = inv.args[0];
  return simple_call(inv, "device.pair.remove", json::Value(std::move(params)),
                     [](const json::Value& payload) { return "Removed " + device_in(payload); });
}

// A new token is the answer itself, so it is always shown as JSON.
int token_call(Invocation& inv, const char* method, json::Object params) {
  RpcSession session(inv);
  if (!session.open()) return session.exit_code();
  params["deviceId"] = inv.value("device");
  params["role"] = inv.value("role");
  const auto result = session.call(method, json::Value(std::move(params)));
  if (!result) return session.fail(result.error());
  print_json(inv, *result);
  session.close();
  return kExitOk;
}

int run_rotate(Invocation& inv) {
  json::Object params;
  if (const auto it = inv.options.find("scope"); it != inv.options.end()) params["scopes"] = json::strings(it->second);
  return token_call(inv, "device.token.rotate", std::move(params));
}

int run_revoke(Invocation& inv) { return token_call(inv, "device.token.revoke", {}); }

constexpr Option kRotateOptions[] = {
    {"--device", "<id>", "The device", "", "", true},
    {"--role", "<role>", "The role of the token", "", "operator|node", true},
    {"--scope", "<scope>", "Scope of the new token; may be repeated"},
};
constexpr Option kRevokeOptions[] = {
    {"--device", "<id>", "The device", "", "", true},
    {"--role", "<role>", "The role of the token", "", "operator|node", true},
};
constexpr Positional kDevice[] = {{"deviceId", "The device"}};
constexpr std::string_view kRotateExamples[] = {"openclaw devices rotate --device 3f2a... --role operator"};
constexpr std::string_view kRevokeExamples[] = {"openclaw devices revoke --device 3f2a... --role node"};
constexpr Option kApproveOptions[] = {{"--latest", "", "Approve the newest request"}};
constexpr Positional kMaybeRequest[] = {{"requestId", "The request; without it the newest one", false}};
constexpr Positional kRequest[] = {{"requestId", "The request"}};
constexpr std::string_view kListExamples[] = {"openclaw devices list"};
constexpr std::string_view kApproveExamples[] = {
    "openclaw devices approve 6d5163fd-72bf-4196-846e-2a9dcab923a9", "openclaw devices approve --latest"};

constexpr Command kCommands[] = {
    {"devices list",
     "Pending pairing requests and paired devices",
     {},
     kListExamples,
     {},
     {},
     true,
     run_list},
    {"devices approve",
     "Approve a pairing request",
     {},
     kApproveExamples,
     kApproveOptions,
     kMaybeRequest,
     true,
     run_approve},
    {"devices reject", "Reject a pairing request", {}, {}, {}, kRequest, true, run_reject},
    {"devices remove", "Forget a device; its connections are closed", {}, {}, {}, kDevice, true, run_remove},
    {"devices rotate", "Give a device a new token", "The old token fails at once and its connections are closed.",
     kRotateExamples, kRotateOptions, {}, true, run_rotate},
    {"devices revoke", "Take a device's token away", {}, kRevokeExamples, kRevokeOptions, {}, true, run_revoke},
};

}  // namespace

std::span<const Command> device_commands() { return kCommands; }

}  // namespace openclaw::cli
