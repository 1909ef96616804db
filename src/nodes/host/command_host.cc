#include "nodes/host/command_host.h"

#include "approvals/file.h"
#include "base/strings.h"
#include "nodes/host/run_plan.h"
#include "proc/child.h"
#include "protocol/errors.h"

namespace openclaw::nodes {
namespace {

constexpr std::size_t kMaxBins = 256;  // names in one system.which

CommandReply answer(const json::Object& payload) { return {true, json::write(payload), {}, {}}; }
CommandReply failure(std::string_view code, std::string message) {
  return {false, {}, std::string(code), std::move(message)};
}
CommandReply invalid(std::string message) { return failure(protocol::kInvalidRequest, std::move(message)); }

CommandReply snapshot_reply(const base::Result<approvals::Snapshot>& snapshot) {
  if (!snapshot) {
    if (snapshot.error().kind == base::ErrorKind::invalid)
      return invalid("INVALID_REQUEST: " + snapshot.error().message);
    return failure(protocol::kUnavailable, snapshot.error().message);
  }
  json::Object out;
  out["path"] = snapshot->path;
  out["exists"] = snapshot->exists;
  out["hash"] = snapshot->hash;
  out["file"] = snapshot->file.public_document();
  return answer(out);
}

// Parameters of a command; a text for the caller when there are none or they are no object.
base::Result<json::Object> parse_params(const std::optional<std::string>& text) {
  if (!text || base::trim(*text).empty()) {
    return base::fail(base::ErrorKind::invalid, "Error: INVALID_REQUEST: paramsJSON required");
  }
  auto value = json::parse(*text);
  if (!value)
    return base::fail(base::ErrorKind::invalid, "INVALID_REQUEST: paramsJSON: " + value.error().message);
  if (!value->is_object())
    return base::fail(base::ErrorKind::invalid, "INVALID_REQUEST: paramsJSON must be an object");
  return std::move(value->as_object());
}

}  // namespace

CommandHost::CommandHost(base::Loop& loop, CommandHostOptions options, EventSink on_event)
    : loop_(loop), options_(std::move(options)), on_event_(std::move(on_event)) {}

std::vector<std::string> CommandHost::commands() const {
  return {"system.run.prepare",       "system.run",  "system.which", "system.execApprovals.get",
          "system.execApprovals.set", "device.info", "device.status"};
}

std::vector<std::string> CommandHost::caps() const { return {"system", "device"}; }

base::Task<CommandReply> CommandHost::invoke(std::string command, std::optional<std::string> params_json,
                                             int) {
  if (command == "device.info") co_return answer(device_info(options_.device));
  if (command == "device.status") co_return answer(device_status(options_.device));
  if (command == "system.execApprovals.get") co_return approvals_get();
  const auto known = commands();
  if (std::find(known.begin(), known.end(), command) == known.end()) {
    co_return failure(protocol::kUnavailable, "command not supported");
  }
  auto params = parse_params(params_json);
  if (!params) co_return invalid(std::move(params).error().message);
  if (command == "system.which") co_return which(*params);
  if (command == "system.run.prepare") co_return prepare(*params);
  if (command == "system.execApprovals.set") co_return approvals_set(*params);
  CommandReply reply = co_await run(std::move(*params));
  co_return reply;
}

std::optional<std::string> CommandHost::find(std::string_view name) const {
  return proc::find_in_path(name, path_of(options_.env));
}

CommandReply CommandHost::which(const json::Object& params) const {
  const json::Array* bins = json::get_array(params, "bins");
  if (!bins) return invalid("INVALID_REQUEST: bins required");
  if (bins->size() > kMaxBins)
    return invalid("INVALID_REQUEST: at most " + std::to_string(kMaxBins) + " bins");
  json::Object found;
  for (const json::Value& value : *bins) {
    const auto* text = value.if_string();
    if (!text) continue;
    const std::string name(base::trim(std::string_view(*text)));
    if (auto path = find(name)) found[name] = *path;
  }
  json::Object out;
  out["bins"] = std::move(found);
  return answer(out);
}

CommandReply CommandHost::prepare(const json::Object& params) const {
  PlanRequest request;
  request.argv = json::string_list(json::find(params, "command"));
  request.raw_command = json::get_string(params, "rawCommand");
  request.cwd = json::get_string(params, "cwd");
  request.agent_id = json::get_string(params, "agentId");
  request.session_key = json::get_string(params, "sessionKey");
  request.find = [this](std::string_view name) { return find(name); };
  auto plan = build_run_plan(request);
  if (!plan) return invalid(std::move(plan).error().message);
  json::Object out;
  out["plan"] = to_json(*plan);
  return answer(out);
}

CommandReply CommandHost::approvals_get() const {
  return snapshot_reply(approvals::load_approvals(approvals::approvals_path(options_.state_dir)));
}

CommandReply CommandHost::approvals_set(const json::Object& params) const {
  const json::Object* file = json::get_object(params, "file");
  if (!file) return invalid("INVALID_REQUEST: exec approvals file required");
  auto parsed = approvals::ApprovalsFile::from_json(*file, "exec approvals file");
  if (!parsed) return invalid("INVALID_REQUEST: " + parsed.error().message);
  return snapshot_reply(approvals::store_approvals(approvals::approvals_path(options_.state_dir),
                                                   std::move(*parsed), json::get_string(params, "baseHash")));
}

}  // namespace openclaw::nodes
