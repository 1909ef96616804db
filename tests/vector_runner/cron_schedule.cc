// cron-schedule: when jobs run.
#include "base/strings.h"
#include "runner.h"
#include "schedule/schedule.h"

namespace openclaw::vectors {
namespace {

json::Object refusal(const base::Error& error) {
  json::Object out;
  out["ok"] = false;
  out["error"] = error.message;
  return out;
}

json::Value time_or_null(const std::optional<std::int64_t>& ms) { return ms ? json::Value(base::iso_time(*ms)) : json::Value(nullptr); }

const json::Object& schedule_of(const json::Object& in) { return in.at("schedule").as_object(); }
std::int64_t now_of(const json::Object& in) { return schedule::parse_absolute(json::get_string_or(in, "now", "")).value_or(0); }

Outcome next_run(const json::Object& in) {
  auto next = schedule::next_run(schedule_of(in), now_of(in));
  if (!next) return got(refusal(next.error()));
  json::Object out;
  out["ok"] = true;
  out["next"] = time_or_null(*next);
  return got(std::move(out));
}

Outcome previous_run(const json::Object& in) {
  auto previous = schedule::previous_run(schedule_of(in), now_of(in));
  if (!previous) return got(refusal(previous.error()));
  json::Object out;
  out["previous"] = time_or_null(*previous);
  return got(std::move(out));
}

Outcome stagger(const json::Object& in) {
  json::Object out;
  out["staggerMs"] = schedule::stagger_ms(schedule_of(in));
  return got(std::move(out));
}

Outcome absolute_time(const json::Object& in) {
  const auto ms = schedule::parse_absolute(json::get_string_or(in, "value", ""));
  json::Object out;
  out["ms"] = ms ? json::Value(*ms) : json::Value(nullptr);
  return got(std::move(out));
}

Outcome duration(const json::Object& in) {
  auto ms = schedule::parse_duration(json::get_string_or(in, "value", ""), json::get_string_or(in, "defaultUnit", "ms"));
  if (!ms) return got(refusal(ms.error()));
  json::Object out;
  out["ok"] = true;
  out["ms"] = *ms;
  return got(std::move(out));
}

const Area kArea("cron-schedule", {{"next_run", next_run},
                                   {"previous_run", previous_run},
                                   {"stagger", stagger},
                                   {"absolute_time", absolute_time},
                                   {"duration", duration}});

}  // namespace
}  // namespace openclaw::vectors
