#include "schedule/job.h"

#include "base/random.h"
#include "base/strings.h"
#include "schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::schedule {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kMaxAheadMs = 10LL * 365 * 86'400'000 + 3LL * 86'400'000;  // ten years with their leap days

// The order in which a job is written.
constexpr std::string_view kOrder[] = {"id", "agentId", "sessionKey", "name", "description", "enabled", "deleteAfterRun",
                                       "createdAtMs", "updatedAtMs", "schedule", "sessionTarget", "wakeMode", "payload",
                                       "delivery", "failureAlert", "state"};

json::Object in_order(json::Object body) {
  json::Object out;
  for (const auto key : kOrder) {
    if (auto* value = body.if_contains(key)) out[key] = std::move(*value);
  }
  for (auto& [key, value] : body) {
    if (!out.contains(key)) out[key] = std::move(value);
  }
  return out;
}

std::string trimmed(const json::Object& object, std::string_view key) {
  return std::string(base::trim(json::get_string_or(object, key, "")));
}

void move_key(json::Object& from, std::string_view key, json::Object& to, std::string_view as) {
  const auto it = from.find(key);
  if (it == from.end()) return;
  if (!to.contains(as)) to[as] = it->value();
  from.stable_erase(it);
}

json::Object normalized_schedule(json::Object schedule) {
  std::string kind = base::lower_ascii(trimmed(schedule, "kind"));
  move_key(schedule, "cron", schedule, "expr");
  if (kind.empty()) {
    if (schedule.contains("at") || schedule.contains("atMs")) kind = "at";
    else if (schedule.contains("everyMs")) kind = "every";
    else if (schedule.contains("expr")) kind = "cron";
  }
  json::Object out;
  if (!kind.empty()) out["kind"] = kind;
  if (kind == "at") {
    const auto* ms = json::find(schedule, "atMs");
    const std::string given = ms && ms->is_int64() ? std::to_string(ms->get_int64()) : ms && ms->is_string() ? std::string(ms->get_string()) : trimmed(schedule, "at");
    const auto at = parse_absolute(given);
    if (at) out["at"] = base::iso_time(*at);
    else if (schedule.contains("at")) out["at"] = schedule.at("at");
    schedule.erase("atMs");
    schedule.erase("at");
  }
  for (auto& [key, value] : schedule) {
    if (key != "kind") out[key] = std::move(value);
  }
  if (kind == "cron" && !out.contains("staggerMs")) {
    if (const auto stagger = stagger_ms(out)) out["staggerMs"] = stagger;
  }
  return out;
}

json::Object normalized_payload(json::Object payload, json::Object& top) {
  std::string kind = trimmed(payload, "kind");
  const std::string low = base::lower_ascii(kind);
  if (low == "agentturn") kind = "agentTurn";
  if (low == "systemevent") kind = "systemEvent";
  if (kind.empty()) {
    if (payload.contains("message")) kind = "agentTurn";
    else if (payload.contains("text")) kind = "systemEvent";
  }
  // How the first releases said where a reply goes.
  json::Object legacy;
  const auto deliver = json::get_bool(payload, "deliver");
  move_key(payload, "channel", legacy, "channel");
  move_key(payload, "to", legacy, "to");
  move_key(payload, "bestEffortDeliver", legacy, "bestEffort");
  payload.erase("deliver");
  if ((deliver || !legacy.empty()) && !top.contains("delivery")) {
    json::Object delivery;
    delivery["mode"] = deliver.value_or(true) ? "announce" : "none";
    for (auto& [key, value] : legacy) delivery[key] = std::move(value);
    top["delivery"] = std::move(delivery);
  }
  json::Object out;
  if (!kind.empty()) out["kind"] = kind;
  for (auto& [key, value] : payload) {
    if (key != "kind") out[key] = std::move(value);
  }
  return out;
}

json::Object unwrapped(const json::Object& given) {
  for (const std::string_view key : {"job", "data"}) {
    if (const auto* inner = json::get_object(given, key)) return *inner;
  }
  return given;
}

void normalize_parts(json::Object& out) {
  if (auto* schedule = out.if_contains("schedule")) {
    if (auto* object = schedule->if_object()) *schedule = normalized_schedule(std::move(*object));
  }
  if (!out.contains("payload") && (out.contains("message") || out.contains("text"))) {
    json::Object payload;
    for (const std::string_view key : {"message", "text", "model", "thinking", "timeoutSeconds", "toolsAllow", "lightContext", "fallbacks"}) {
      move_key(out, key, payload, key);
    }
    out["payload"] = std::move(payload);
  }
  if (auto* payload = out.if_contains("payload")) {
    if (auto* object = payload->if_object()) {
      json::Object moved = std::move(*object);
      *out.if_contains("payload") = normalized_payload(std::move(moved), out);
    }
  }
  if (auto* name = out.if_contains("name"); name && name->is_string()) *name = std::string(base::trim(std::string_view(name->get_string())));
}

std::string name_from(const json::Object& payload) {
  std::string text = trimmed(payload, "message");
  if (text.empty()) text = trimmed(payload, "text");
  text = text.substr(0, text.find('\n'));
  return std::string(base::cut_utf8(text, 60));
}

bool turns(const json::Object& body) {
  const auto* payload = json::get_object(body, "payload");
  return payload && json::get_string_or(*payload, "kind", "") == "agentTurn";
}

Result<> check_delivery(const Job& job) {
  const auto fail = [](std::string text) { return base::fail(ErrorKind::invalid, std::move(text)); };
  const auto* delivery = json::get_object(job.body, "delivery");
  if (!delivery) return {};
  const std::string mode = json::get_string_or(*delivery, "mode", "");
  if (mode == "webhook") {
    const std::string to = trimmed(*delivery, "to");
    if (!to.starts_with("https://") && !to.starts_with("http://")) {
      return fail("cron webhook delivery requires delivery.to to be a valid http(s) URL");
    }
    return {};
  }
  if (mode == "announce" && job.main()) return fail("cron channel delivery config is only supported for sessionTarget=\"isolated\"");
  return {};
}

Result<> check_job(const Job& job, const std::string& default_agent) {
  const auto fail = [](std::string text) { return base::fail(ErrorKind::invalid, std::move(text)); };
  const std::string kind = json::get_string_or(job.payload(), "kind", "");
  if (job.main() && kind != "systemEvent") return fail("main cron jobs require payload.kind=\"systemEvent\"");
  if (!job.main() && kind != "agentTurn") return fail("isolated/current/session cron jobs require payload.kind=\"agentTurn\"");
  const std::string agent = job.text("agentId");
  if (job.main() && !agent.empty() && agent != default_agent) {
    return fail("cron: sessionTarget \"main\" is only valid for the default agent. Use sessionTarget \"isolated\" with "
                "payload.kind \"agentTurn\" for non-default agents (agentId: " + agent + ")");
  }
  const std::string target = job.text("sessionTarget");
  if (target.starts_with("session:") && (base::trim(target.substr(8)).empty() || target.find_first_of("/\\") != target.npos)) {
    return fail("invalid cron sessionTarget session id");
  }
  const std::string text = trimmed(job.payload(), kind == "systemEvent" ? "text" : "message");
  if (text.empty()) return fail(kind == "systemEvent" ? "cron job payload.text is required" : "cron job payload.message is required");
  OC_TRY(check_delivery(job));
  OC_TRY(next_due(job, 0));
  return {};
}

void drop_nulls(json::Object& object) {
  for (auto it = object.begin(); it != object.end();) it = it->value().is_null() ? object.stable_erase(it) : std::next(it);
}

void merge(json::Object& target, const json::Object& patch) {
  for (const auto& [key, value] : patch) target[key] = value;
}

}  // namespace

json::Object Job::stored() const {
  json::Object out = body;
  if (run_id.empty()) return out;
  json::Object native;
  native["runId"] = run_id;
  native["mode"] = run_mode;
  native["plan"] = plan;
  out["native"] = std::move(native);
  return out;
}

std::optional<Job> Job::from_stored(const json::Object& record) {
  Job out;
  out.id = json::get_string_or(record, "id", "");
  out.body = record;
  if (const auto* native = json::get_object(record, "native")) {
    out.run_id = json::get_string_or(*native, "runId", "");
    out.run_mode = json::get_string_or(*native, "mode", "due");
    if (const auto* plan = json::get_object(*native, "plan")) out.plan = *plan;
    out.body.stable_erase("native");
  }
  if (!json::get_object(out.body, "state")) out.body["state"] = json::Object{};
  if (out.id.empty() || !json::get_object(out.body, "schedule") || !json::get_object(out.body, "payload")) return std::nullopt;
  return out;
}

json::Object normalize_new(const json::Object& given) {
  json::Object out = unwrapped(given);
  normalize_parts(out);
  if (!out.contains("wakeMode")) out["wakeMode"] = "now";
  if (!out.contains("enabled")) out["enabled"] = true;
  const auto* payload = json::get_object(out, "payload");
  const auto* schedule = json::get_object(out, "schedule");
  if (payload && schedule && json::get_string_or(out, "name", "").empty()) {
    if (auto name = name_from(*payload); !name.empty()) out["name"] = std::move(name);
  }
  const std::string kind = payload ? json::get_string_or(*payload, "kind", "") : "";
  if (!out.contains("sessionTarget")) {
    if (kind == "systemEvent") out["sessionTarget"] = "main";
    if (kind == "agentTurn") out["sessionTarget"] = "isolated";
  }
  if (auto* target = out.if_contains("sessionTarget"); target && target->is_string() && target->get_string() == "current") {
    const std::string key = trimmed(out, "sessionKey");
    *target = key.empty() ? std::string("isolated") : "session:" + key;
  }
  if (schedule && json::get_string_or(*schedule, "kind", "") == "at" && !out.contains("deleteAfterRun")) out["deleteAfterRun"] = true;
  const std::string target = json::get_string_or(out, "sessionTarget", "");
  if (kind == "agentTurn" && target != "main" && !out.contains("delivery")) {
    json::Object delivery;
    delivery["mode"] = "announce";
    out["delivery"] = std::move(delivery);
  }
  return out;
}

json::Object normalize_patch(const json::Object& given) {
  json::Object out = unwrapped(given);
  normalize_parts(out);
  return out;
}

std::optional<std::string> check_at(const json::Object& schedule, std::int64_t now) {
  if (json::get_string_or(schedule, "kind", "") != "at") return std::nullopt;
  const std::string text = json::get_string_or(schedule, "at", "");
  const auto at = parse_absolute(text);
  if (!at) return "Invalid schedule.at: expected ISO-8601 timestamp (got " + text + ")";
  if (now - *at > kMinuteMs) {
    return fmt::format("schedule.at is in the past: {} ({} minutes ago). Current time: {}", base::iso_time(*at), (now - *at) / kMinuteMs, base::iso_time(now));
  }
  if (*at - now > kMaxAheadMs) {
    return fmt::format("schedule.at is too far in the future: {} ({} years ahead). Maximum allowed: 10 years", base::iso_time(*at), (*at - now) / (365LL * 86'400'000 + 21'600'000));
  }
  return std::nullopt;
}

Result<Job> make_job(const json::Object& normalized, const std::string& id, std::int64_t now, const std::string& default_agent) {
  Job job;
  job.id = id;
  job.body = normalized;
  drop_nulls(job.body);
  job.body["id"] = id;
  job.body["createdAtMs"] = now;
  job.body["updatedAtMs"] = now;
  job.body["state"] = json::Object{};
  auto& schedule = job.body["schedule"].as_object();
  if (json::get_string_or(schedule, "kind", "") == "every" && !schedule.contains("anchorMs")) schedule["anchorMs"] = now;
  job.body = in_order(std::move(job.body));
  OC_TRY(check_job(job, default_agent));
  OC_TRY_ASSIGN(const auto next, next_due(job, now));
  set_next(job, next);
  return job;
}

Result<Job> patched(const Job& job, const json::Object& patch, std::int64_t now, const std::string& default_agent) {
  Job out = job;
  for (const auto& [key, value] : patch) {
    if (key == "payload" || key == "delivery" || key == "state" || key == "schedule") continue;
    out.body[key] = value;
  }
  if (const auto* schedule = json::get_object(patch, "schedule")) {
    json::Object next = *schedule;
    if (json::get_string_or(next, "kind", "") == "every" && !next.contains("anchorMs")) next["anchorMs"] = now;
    out.body["schedule"] = std::move(next);
  }
  if (const auto* payload = json::get_object(patch, "payload")) {
    const std::string kind = json::get_string_or(*payload, "kind", json::get_string_or(out.payload(), "kind", ""));
    auto& current = out.body["payload"].as_object();
    if (kind == json::get_string_or(current, "kind", "")) merge(current, *payload);
    else out.body["payload"] = *payload;
    drop_nulls(out.body["payload"].as_object());
  }
  if (const auto* delivery = json::get_object(patch, "delivery")) {
    if (!json::get_object(out.body, "delivery")) out.body["delivery"] = json::Object{};
    auto& current = out.body["delivery"].as_object();
    merge(current, *delivery);
    if (!current.contains("mode")) current["mode"] = "announce";
  }
  if (const auto* state = json::get_object(patch, "state")) merge(out.state(), *state);
  drop_nulls(out.body);
  // A job that becomes a main job has no channel to announce to.
  if (out.main() && patch.contains("sessionTarget") && !patch.contains("delivery")) out.body.stable_erase("delivery");
  out.body["updatedAtMs"] = now;
  out.body = in_order(std::move(out.body));
  OC_TRY(check_job(out, default_agent));
  const bool again = patch.contains("schedule") || patch.contains("enabled") || !out.next_at();
  if (!again && out.enabled()) return out;
  OC_TRY_ASSIGN(const auto next, next_due(out, now));
  set_next(out, next);
  return out;
}

Result<std::optional<std::int64_t>> next_due(const Job& job, std::int64_t now) {
  const auto& schedule = job.schedule();
  if (job.one_shot()) {
    // Its time stays due until it has run.
    if (!job.enabled() || json::get_string_or(job.state(), "lastStatus", "") == "ok") return std::optional<std::int64_t>();
    return parse_absolute(json::get_string_or(schedule, "at", ""));
  }
  const std::int64_t offset = stagger_offset(job.id, stagger_ms(schedule));
  OC_TRY_ASSIGN(auto next, next_run(schedule, now - offset));
  if (!job.enabled()) return std::optional<std::int64_t>();
  if (next) *next += offset;
  return next;
}

void set_next(Job& job, std::optional<std::int64_t> at) {
  auto& state = job.state();
  if (!at) {
    state.stable_erase("nextRunAtMs");
    return;
  }
  if (state.contains("nextRunAtMs")) {
    state["nextRunAtMs"] = *at;
    return;
  }
  json::Object next;
  next["nextRunAtMs"] = *at;
  merge(next, state);
  state = std::move(next);
}

std::optional<Job> import_job(const json::Object& given, std::int64_t now) {
  json::Object body = normalize_new(given);
  if (!json::get_object(body, "schedule") || !json::get_object(body, "payload")) return std::nullopt;
  std::string id = trimmed(given, "id");
  if (id.empty()) id = trimmed(given, "jobId");
  if (id.empty()) id = base::uuid4();
  auto job = make_job(body, id, now, trimmed(given, "agentId"));
  if (!job) return std::nullopt;
  for (const std::string_view key : {"createdAtMs", "updatedAtMs"}) {
    if (const auto value = json::get_int(given, key)) job->body[key] = *value;
  }
  if (const auto* state = json::get_object(given, "state")) {
    const auto next = job->next_at();
    job->body["state"] = *state;
    job->state().stable_erase("runningAtMs");  // whoever ran it is gone
    if (!job->next_at() && job->enabled()) {
      // A slot that passed since the last run is made up for.
      const auto last = json::get_int(job->state(), "lastRunAtMs");
      const auto missed = previous_run(job->schedule(), now);
      const bool late = last && missed && *missed && **missed > *last;
      set_next(*job, late ? *missed : next);
    }
  }
  return std::move(*job);
}

}  // namespace openclaw::schedule
