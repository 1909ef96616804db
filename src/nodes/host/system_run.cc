// system.run (OpenClaw nodes 5.2 and 5.4): consistency, environment, policy, plan, then the child.
#include "approvals/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "nodes/host/command_host.h"
#include "nodes/host/run_plan.h"
#include "nodes/host/text.h"
#include "proc/child.h"
#include "protocol/errors.h"

#include <unistd.h>

namespace openclaw::nodes {

using approvals::Ask;
using approvals::Security;

struct CommandHost::Run {
  approvals::Argv argv;
  approvals::CommandTexts texts;
  std::optional<std::string> cwd;
  EnvOverrides overrides;
  std::int64_t timeout_ms = 0;
  bool needs_screen_recording = false, suppress_notify = false;
  std::string agent_id, session_key, run_id;
  std::optional<json::Object> plan;
  std::string executable;  // the file that was judged, when the policy judged it
};

namespace {

constexpr char kTruncated[] = "... (truncated)";
constexpr char kWrapperMiss[] =
    " (shell wrappers like sh/bash/zsh -c require approval; approve once/always or run with --ask "
    "on-miss|always)";

std::optional<std::string> non_blank(const json::Object& params, std::string_view key) {
  auto text = json::get_string(params, key);
  if (!text || base::trim(*text).empty()) return std::nullopt;
  return std::string(base::trim(*text));
}

std::string current_folder() {
  char here[4096];
  return ::getcwd(here, sizeof here) ? std::string(here) : std::string("/");
}

struct Outcome {
  std::optional<int> exit_code;
  bool timed_out = false, success = false;
  std::string out, err;
  std::string error;  // empty = none
};

Outcome outcome_of(base::Result<proc::SpawnResult> result) {
  Outcome outcome;
  if (!result) {
    outcome.error = result.error().message;
    return outcome;
  }
  outcome.exit_code = result->exit_code;
  outcome.timed_out = result->timed_out;
  outcome.success = result->exit_code == 0 && !result->timed_out;
  outcome.out = lossy_utf8(result->out);
  outcome.err = lossy_utf8(result->err);
  if (result->truncated) {
    std::string& last = base::trim(outcome.err).empty() ? outcome.out : outcome.err;
    if (!last.empty() && last.back() != '\n') last += '\n';
    last += kTruncated;
  }
  return outcome;
}

json::Object result_payload(const Outcome& outcome) {
  json::Object out;
  if (outcome.exit_code) out["exitCode"] = *outcome.exit_code;
  out["timedOut"] = outcome.timed_out;
  out["success"] = outcome.success;
  out["stdout"] = outcome.out;
  out["stderr"] = outcome.err;
  out["error"] = outcome.error.empty() ? json::Value(nullptr) : json::Value(outcome.error);
  return out;
}

json::Object finished_payload(const Outcome& outcome) {
  std::vector<std::string> parts;
  for (const std::string* part : {&outcome.out, &outcome.err, &outcome.error}) {
    if (!part->empty()) parts.push_back(*part);
  }
  std::string output = base::join(parts, "\n");
  const std::string_view tail = utf16_tail(output, base::kRunEventOutput);
  if (tail.size() < output.size()) output = std::string(kTruncated) + " " + std::string(tail);
  json::Object out;
  if (outcome.exit_code) out["exitCode"] = *outcome.exit_code;
  out["timedOut"] = outcome.timed_out;
  out["success"] = outcome.success;
  if (!output.empty()) out["output"] = std::move(output);
  return out;
}

CommandReply refusal(std::string_view code, std::string message) {
  return {false, {}, std::string(code), std::move(message)};
}

}  // namespace

base::Result<CommandHost::Run> CommandHost::parse_run(const json::Object& params) const {
  const auto bad = [](std::string why) { return base::fail(base::ErrorKind::invalid, std::move(why)); };
  Run run;
  const json::Array* command = json::get_array(params, "command");
  if (!command || command->empty()) return bad("INVALID_REQUEST: command required");
  run.argv = json::string_list(json::find(params, "command"));
  if (run.argv.size() != command->size() || base::trim(run.argv.front()).empty()) {
    return bad("INVALID_REQUEST: command must be a list of strings that starts with a program");
  }
  auto texts = approvals::check_raw_command(run.argv, json::get_string(params, "rawCommand"));
  if (!texts) return tl::unexpected(std::move(texts).error().within("INVALID_REQUEST"));
  run.texts = std::move(*texts);
  if (const json::Object* env = json::get_object(params, "env")) {
    for (const auto& member : *env) {
      if (const auto* value = member.value().if_string())
        run.overrides[std::string(member.key())] = std::string(*value);
    }
  }
  auto allowed = check_overrides(run.overrides);
  if (!allowed) return tl::unexpected(std::move(allowed).error().within("SYSTEM_RUN_DENIED"));
  run.cwd = non_blank(params, "cwd");
  run.timeout_ms =
      std::clamp<std::int64_t>(json::get_int(params, "timeoutMs").value_or(0), 0, 24LL * 3600 * 1000);
  run.needs_screen_recording = json::get_bool(params, "needsScreenRecording").value_or(false);
  run.suppress_notify = json::get_bool(params, "suppressNotifyOnExit").value_or(false);
  run.agent_id = non_blank(params, "agentId").value_or("main");
  run.session_key = non_blank(params, "sessionKey").value_or("node");
  run.run_id = non_blank(params, "runId").value_or(base::uuid4());
  if (const json::Object* plan = json::get_object(params, "systemRunPlan")) run.plan = *plan;
  return run;
}

void CommandHost::emit(const Run& run, const char* event, json::Object extra) const {
  if (!on_event_) return;
  json::Object payload;
  payload["sessionKey"] = run.session_key;
  payload["runId"] = run.run_id;
  payload["host"] = "node";
  payload["command"] = run.texts.command_text;
  for (auto& member : extra) payload[member.key()] = std::move(member.value());
  if (run.suppress_notify && std::string_view(event) != "exec.started")
    payload["suppressNotifyOnExit"] = true;
  on_event_(event, std::move(payload));
}

CommandReply CommandHost::deny(const Run& run, std::string_view reason, std::string message) const {
  json::Object extra;
  extra["reason"] = reason;
  emit(run, "exec.denied", std::move(extra));
  return refusal(protocol::kUnavailable, std::move(message));
}

std::optional<CommandReply> CommandHost::judge_by_policy(Run& run) const {
  auto snapshot = approvals::load_approvals(approvals::approvals_path(options_.state_dir));
  if (!snapshot) {
    base::log_error("node", snapshot.error().message + "; " + snapshot.error().hint);
    return deny(run, "security=deny", "SYSTEM_RUN_DENIED: " + snapshot.error().message);
  }
  const approvals::EffectivePolicy policy = approvals::effective_policy(
      options_.exec_security.value_or(Security::allowlist), options_.exec_ask.value_or(Ask::on_miss),
      snapshot->file.policy(run.agent_id));
  if (policy.security == Security::deny)
    return deny(run, "security=deny", "SYSTEM_RUN_DISABLED: security=deny");

  approvals::Context context;
  context.allowlist = policy.allowlist;
  context.agent_id = policy.agent_id;
  context.find = [this](std::string_view name) { return find(name); };
  context.cwd = run.cwd.value_or(current_folder());
  context.home = options_.env.get("HOME").value_or("");
  const approvals::Evaluation evaluation = approvals::evaluate_argv(run.argv, context);
  std::vector<std::optional<approvals::AllowEntry>> entries;
  for (const auto& segment : evaluation.segments) entries.push_back(segment.entry);
  const bool durable =
      approvals::durable_approval(evaluation.analysis_ok, entries, policy.allowlist, run.texts.command_text);

  if (options_.strict_inline_eval && !evaluation.inline_eval.empty()) {
    return deny(run, "approval-required",
                "SYSTEM_RUN_DENIED: approval required (" + evaluation.inline_eval +
                    " requires explicit approval in strictInlineEval mode)");
  }
  const bool satisfied = evaluation.satisfied || durable;
  if (!satisfied && policy.security == Security::allowlist) base::log_info("node", evaluation.reason);
  if (approvals::requires_approval(policy.ask, policy.security, evaluation.analysis_ok, evaluation.satisfied,
                                   durable)) {
    return deny(run, "approval-required", "SYSTEM_RUN_DENIED: approval required");
  }
  if (policy.security == Security::full) return std::nullopt;
  if (!satisfied) {
    return deny(
        run, "allowlist-miss",
        std::string("SYSTEM_RUN_DENIED: allowlist miss") + (run.texts.shell_text ? kWrapperMiss : ""));
  }
  // Run the very file that was judged, even if PATH or a link changes in between.
  run.executable = approvals::resolve_program(run.argv.front(), context).real_path;
  return std::nullopt;
}

std::optional<CommandReply> CommandHost::judge(Run& run) const {
  if (auto denied = judge_by_policy(run)) return denied;
  if (run.needs_screen_recording) {
    return deny(run, "permission:screenRecording", "PERMISSION_MISSING: screenRecording");
  }
  if (!run.plan) return std::nullopt;
  auto same = recheck_run_plan(*run.plan, run.argv, run.cwd);
  if (!same) return deny(run, "execution-plan-miss", std::move(same).error().message);
  return std::nullopt;
}

base::Task<CommandReply> CommandHost::run(json::Object params) {
  auto parsed = parse_run(params);
  if (!parsed) co_return refusal(protocol::kInvalidRequest, std::move(parsed).error().message);
  const auto run = std::make_unique<Run>(std::move(*parsed));
  if (auto denied = judge(*run)) co_return std::move(*denied);

  proc::SpawnRequest request;
  request.argv = run->argv;
  request.executable = run->executable;
  request.cwd = run->cwd.value_or("");
  request.environment = child_environment(options_.env, run->overrides, run->texts.shell_text.has_value());
  request.timeout_ms = static_cast<int>(run->timeout_ms);
  request.max_output = base::kRunOutputBytes;
  request.cancel = options_.cancel;
  emit(*run, "exec.started", {});
  auto result = co_await proc::run_child(loop_, std::move(request));
  const Outcome outcome = outcome_of(std::move(result));
  emit(*run, "exec.finished", finished_payload(outcome));
  CommandReply reply;
  reply.ok = true;
  reply.payload_json = json::write(result_payload(outcome));
  co_return reply;
}

}  // namespace openclaw::nodes
