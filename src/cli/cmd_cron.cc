// cron list, status, runs, run, rm, enable, disable.
#include "base/clock.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/rpc.h"
#include "cli/table.h"

namespace openclaw::cli {
namespace {

std::string text_of(const json::Object& object, std::string_view key, const char* otherwise = "-") {
  return json::get_string_or(object, key, otherwise);
}

std::string span_text(std::int64_t ms) {
  if (ms % 86'400'000 == 0) return fmt::format("{}d", ms / 86'400'000);
  if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
  return fmt::format("{}s", ms / 1000);
}

std::string schedule_text(const json::Object& job) {
  const auto* schedule = json::get_object(job, "schedule");
  if (!schedule) return "-";
  const std::string kind = text_of(*schedule, "kind", "");
  if (kind == "every") return "every " + span_text(json::get_int(*schedule, "everyMs").value_or(0));
  if (kind == "at") return "at " + text_of(*schedule, "at");
  const std::string zone = text_of(*schedule, "tz", "");
  return "cron " + text_of(*schedule, "expr") + (zone.empty() ? "" : " @ " + zone);
}

std::string until_text(std::optional<std::int64_t> then, std::int64_t now) {
  if (!then) return "-";
  const std::int64_t left = *then - now;
  if (left <= 0) return "now";
  if (left < 60'000) return fmt::format("in {}s", (left + 999) / 1000);
  if (left < 3'600'000) return fmt::format("in {}m", (left + 30'000) / 60'000);
  if (left < 86'400'000) return fmt::format("in {}h", (left + 1'800'000) / 3'600'000);
  return fmt::format("in {}d", (left + 43'200'000) / 86'400'000);
}

std::string format_jobs(const json::Value& payload) {
  const auto* jobs = payload.is_object() ? json::get_array(payload.get_object(), "jobs") : nullptr;
  if (!jobs || jobs->empty()) return "No cron jobs.";
  const std::int64_t now = base::SystemClock::instance().wall_ms();
  Table table({"ID", "Name", "Schedule", "Next", "Last", "Status", "Target", "Agent ID"});
  static const json::Object kNothing;
  for (const auto& entry : *jobs) {
    const auto* job = entry.if_object();
    if (!job) continue;
    const auto* found = json::get_object(*job, "state");
    const json::Object& state = found ? *found : kNothing;
    const bool enabled = json::get_bool(*job, "enabled").value_or(true);
    table.row({text_of(*job, "id"), text_of(*job, "name"), schedule_text(*job),
               enabled ? until_text(json::get_int(state, "nextRunAtMs"), now) : "-", age_text(json::get_int(state, "lastRunAtMs"), now),
               enabled ? text_of(state, "lastStatus", "idle") : "disabled", text_of(*job, "sessionTarget"), text_of(*job, "agentId")});
  }
  std::string out = table.render(false);
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string as_json(const json::Value& payload) { return json::write_pretty(payload); }

int run_list(Invocation& inv) {
  json::Object params;
  if (inv.has("all")) params["includeDisabled"] = true;
  return simple_call(inv, "cron.list", json::Value(std::move(params)), format_jobs);
}

int run_status(Invocation& inv) { return simple_call(inv, "cron.status", json::Value(json::Object()), as_json); }

int run_runs(Invocation& inv) {
  json::Object params;
  params["id"] = inv.value("id");
  if (const auto limit = inv.get("limit")) {
    const auto count = base::parse_int(*limit);
    if (!count || *count < 1)
      return report(inv, base::Error{base::ErrorKind::usage, "--limit must be a positive integer", {}, 0});
    params["limit"] = *count;
  }
  return simple_call(inv, "cron.runs", json::Value(std::move(params)), as_json);
}

json::Object job_id(const Invocation& inv) {
  json::Object params;
  params["id"] = inv.args[0];
  return params;
}

int run_now(Invocation& inv) {
  auto params = job_id(inv);
  params["mode"] = inv.has("due") ? "due" : "force";
  return simple_call(inv, "cron.run", json::Value(std::move(params)), as_json);
}

int run_remove(Invocation& inv) { return simple_call(inv, "cron.remove", json::Value(job_id(inv)), as_json); }

int set_enabled(Invocation& inv, bool enabled) {
  auto params = job_id(inv);
  json::Object patch;
  patch["enabled"] = enabled;
  params["patch"] = std::move(patch);
  return simple_call(inv, "cron.update", json::Value(std::move(params)), as_json);
}
int run_enable(Invocation& inv) { return set_enabled(inv, true); }
int run_disable(Invocation& inv) { return set_enabled(inv, false); }

constexpr Option kListOptions[] = {{"--all", "", "Disabled jobs too"}};
constexpr Option kRunsOptions[] = {
    {"--id", "<id>", "The job", "", "", true},
    {"--limit", "<n>", "At most so many", "50"},
};
constexpr Option kRunOptions[] = {{"--due", "", "Only if it is due"}};
constexpr Positional kJob[] = {{"id", "The job"}};
constexpr std::string_view kListExamples[] = {"openclaw cron list", "openclaw cron list --all --json"};
constexpr std::string_view kRunsExamples[] = {"openclaw cron runs --id de15190d-71da-441d-82b2-815b5ad504dc"};

constexpr Command kCommands[] = {
    {"cron list", "Scheduled jobs", {}, kListExamples, kListOptions, {}, true, run_list},
    {"cron status", "The scheduler", {}, {}, {}, {}, true, run_status},
    {"cron runs", "Past runs of a job, newest first", {}, kRunsExamples, kRunsOptions, {}, true, run_runs},
    {"cron run", "Run a job now", {}, {}, kRunOptions, kJob, true, run_now},
    {"cron rm", "Delete a job", {}, {}, {}, kJob, true, run_remove},
    {"cron enable", "Let a job run again", {}, {}, {}, kJob, true, run_enable},
    {"cron disable", "Keep a job without running it", {}, {}, {}, kJob, true, run_disable},
};

}  // namespace

std::span<const Command> cron_commands() { return kCommands; }

}  // namespace openclaw::cli
