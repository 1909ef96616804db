#include "schedule/outcome.h"

#include "base/strings.h"

#include <algorithm>

namespace openclaw::schedule {
namespace {

void put_text(json::Object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void set_text(json::Object& object, std::string_view key, const std::string& value) {
  if (value.empty()) object.stable_erase(key);
  else object[key] = value;
}

void put_delivery(json::Object& out, const Outcome& outcome) {
  if (outcome.delivered) out["delivered"] = *outcome.delivered;
  put_text(out, "deliveryStatus", outcome.delivery_status);
  put_text(out, "deliveryError", outcome.delivery_error);
}

void put_model(json::Object& out, const Outcome& outcome) {
  put_text(out, "model", outcome.model);
  put_text(out, "provider", outcome.provider);
  if (outcome.usage) out["usage"] = *outcome.usage;
}

void note_state(json::Object& state, const Outcome& outcome, std::int64_t run_at, std::int64_t now) {
  state.stable_erase("runningAtMs");
  state["lastRunAtMs"] = run_at;
  state["lastRunStatus"] = outcome.status;
  state["lastStatus"] = outcome.status;
  const bool failed = outcome.status == "error";
  set_text(state, "lastError", outcome.error);
  set_text(state, "lastErrorReason", failed ? std::string(error_reason(outcome.error)) : std::string());
  state["lastDurationMs"] = std::max<std::int64_t>(0, now - run_at);
  if (outcome.delivered) state["lastDelivered"] = *outcome.delivered;
  else state.stable_erase("lastDelivered");
  set_text(state, "lastDeliveryStatus", outcome.delivery_status);
  set_text(state, "lastDeliveryError", outcome.delivery_error);
  const std::int64_t before = json::get_int(state, "consecutiveErrors").value_or(0);
  state["consecutiveErrors"] = failed ? before + 1 : 0;
}

}  // namespace

std::string_view error_reason(std::string_view error) {
  const std::string text = base::lower_ascii(error);
  const auto has = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
  };
  if (has({"429", "rate limit", "rate_limit", "too many requests"})) return "rate_limit";
  if (has({"402", "billing", "insufficient", "credit balance", "quota"})) return "billing";
  if (has({"401", "403", "unauthorized", "api key", "api_key", "authentication"})) return "auth";
  if (has({"timeout", "timed out"})) return "timeout";
  if (has({"model_not_found", "model not found", "unknown model", "404"})) return "model_not_found";
  if (has({"400", "invalid_request", "format"})) return "format";
  return "unknown";
}

Settled settle(Job job, const Outcome& outcome, std::int64_t run_at, std::int64_t now, const Settings& settings) {
  Settled out;
  note_state(job.state(), outcome, run_at, now);
  job.run_id.clear();
  job.run_mode.clear();
  job.plan = {};
  job.body["updatedAtMs"] = now;
  const bool failed = outcome.status == "error";
  const std::int64_t errors = json::get_int(job.state(), "consecutiveErrors").value_or(0);
  if (job.one_shot()) {
    if (outcome.status == "ok" && json::get_bool(job.body, "deleteAfterRun").value_or(false)) {
      out.remove = true;
      set_next(job, std::nullopt);
    } else if (failed && job.enabled() && errors <= settings.retry_attempts && transient_error(outcome.error, settings.retry_on)) {
      set_next(job, now + error_backoff(errors, settings.retry_steps));
    } else {
      job.body["enabled"] = false;
      set_next(job, std::nullopt);
    }
  } else {
    auto next = next_due(job, now);
    std::optional<std::int64_t> at;
    if (next) at = *next;
    if (at && failed) at = std::max(*at, now + error_backoff(errors, kErrorBackoff));
    set_next(job, at);
  }
  out.job = std::move(job);
  return out;
}

json::Object run_entry(const Job& job, const Outcome& outcome, std::int64_t run_at, std::int64_t now) {
  json::Object out;
  out["ts"] = now;
  out["jobId"] = job.id;
  out["action"] = "finished";
  out["status"] = outcome.status;
  put_text(out, "error", outcome.error);
  put_text(out, "summary", outcome.summary);
  out["runAtMs"] = run_at;
  out["durationMs"] = std::max<std::int64_t>(0, now - run_at);
  json::put(out, "nextRunAtMs", job.next_at());
  put_model(out, outcome);
  put_delivery(out, outcome);
  put_text(out, "sessionId", outcome.session_id);
  put_text(out, "sessionKey", outcome.session_key);
  out["jobName"] = job.text("name");
  return out;
}

json::Object finished_event(const Job& job, const Outcome& outcome, std::int64_t run_at, std::int64_t now) {
  json::Object out;
  out["jobId"] = job.id;
  out["action"] = "finished";
  out["status"] = outcome.status;
  put_text(out, "error", outcome.error);
  put_text(out, "summary", outcome.summary);
  put_delivery(out, outcome);
  put_text(out, "sessionId", outcome.session_id);
  put_text(out, "sessionKey", outcome.session_key);
  out["runAtMs"] = run_at;
  out["durationMs"] = std::max<std::int64_t>(0, now - run_at);
  json::put(out, "nextRunAtMs", job.next_at());
  put_model(out, outcome);
  return out;
}

}  // namespace openclaw::schedule
