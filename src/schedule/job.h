// A scheduled job as people write it, as it is kept and as it is shown (OpenClaw methods 9). A job is its JSON object;
// what the gateway keeps besides (the run under way) is under "native" in the stored record and never shown. Pure but
// for tzdata.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::schedule {

struct Job {
  std::string id;
  json::Object body;      // as shown; body["state"] is always there
  std::string run_id;     // of the run under way, as the runtime knows it; empty = none
  std::string run_mode;   // "due" or "force"
  json::Object plan;      // of that run: where its reply goes, made when it began

  json::Object stored() const;
  static std::optional<Job> from_stored(const json::Object& record);

  json::Object& state() { return body["state"].as_object(); }
  const json::Object& state() const { return body.at("state").as_object(); }
  const json::Object& schedule() const { return body.at("schedule").as_object(); }
  const json::Object& payload() const { return body.at("payload").as_object(); }
  bool enabled() const { return json::get_bool(body, "enabled").value_or(true); }
  std::string text(std::string_view key) const { return json::get_string_or(body, key, ""); }
  std::optional<std::int64_t> next_at() const { return json::get_int(state(), "nextRunAtMs"); }
  bool running() const { return state().contains("runningAtMs"); }
  bool main() const { return text("sessionTarget") == "main"; }
  bool one_shot() const { return json::get_string_or(schedule(), "kind", "") == "at"; }
};

// Parameters of cron.add as clients and older files write them -> the form that the schema describes: wrapping objects
// unwrapped, kinds and defaults filled in.
json::Object normalize_new(const json::Object& given);
// The same for a patch: shapes only, no defaults.
json::Object normalize_patch(const json::Object& given);

// schedule.at of a new job: its time, not more than a minute ago or ten years ahead. The text of the refusal.
std::optional<std::string> check_at(const json::Object& schedule, std::int64_t now);

// A normalised description that passed the schema -> a job. Errors carry the text clients see after "Error: ".
base::Result<Job> make_job(const json::Object& normalized, const std::string& id, std::int64_t now, const std::string& default_agent);
base::Result<Job> patched(const Job& job, const json::Object& patch, std::int64_t now, const std::string& default_agent);

// When the job is due next, its stagger included; nothing for a job that is off or over. Errors: invalid schedule.
base::Result<std::optional<std::int64_t>> next_due(const Job& job, std::int64_t now);
// Writes or removes state.nextRunAtMs.
void set_next(Job& job, std::optional<std::int64_t> at);

// A job of the reference's cron/jobs.json, whatever release wrote it. Its times and its state stay.
std::optional<Job> import_job(const json::Object& given, std::int64_t now);

}  // namespace openclaw::schedule
