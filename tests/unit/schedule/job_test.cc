#include "schedule/job.h"

#include <gtest/gtest.h>

#include "schedule/failure.h"
#include "schedule/listing.h"
#include "schedule/outcome.h"
#include "schedule/schedule.h"

namespace openclaw::schedule {
namespace {

constexpr std::int64_t kNow = 1'795'501'851'364;  // 2026-11-24T06:30:51.364Z

json::Object object(std::string_view text) { return json::parse(text)->as_object(); }

Job job_of(std::string_view text) {
  auto job = make_job(normalize_new(object(text)), "job-1", kNow, "main");
  EXPECT_TRUE(job) << job.error().message;
  return *job;
}

TEST(Job, DefaultsOfAnIsolatedTurn) {
  const Job job = job_of(R"({"name":"Brief","schedule":{"kind":"cron","expr":"0 9 * * *","tz":"UTC"},"payload":{"kind":"agentTurn","message":"hi"}})");
  EXPECT_EQ(job.text("sessionTarget"), "isolated");
  EXPECT_EQ(job.text("wakeMode"), "now");
  EXPECT_EQ(json::write(job.body.at("delivery")), R"({"mode":"announce"})");
  EXPECT_EQ(job.next_at(), 1'795'510'800'000);
  std::vector<std::string> keys;
  for (const auto& [key, value] : job.body) keys.emplace_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"id", "name", "enabled", "createdAtMs", "updatedAtMs", "schedule", "sessionTarget", "wakeMode",
                                            "payload", "delivery", "state"}));
}

TEST(Job, EveryGetsAnAnchorAndAtIsDeletedAfterItsRun) {
  const Job every = job_of(R"({"name":"Ping","schedule":{"everyMs":3600000},"payload":{"text":"ping"}})");
  EXPECT_EQ(json::get_int(every.schedule(), "anchorMs"), kNow);
  EXPECT_EQ(every.text("sessionTarget"), "main");
  EXPECT_EQ(every.next_at(), kNow + 3'600'000);
  const Job once = job_of(R"({"name":"Once","schedule":{"at":"2027-01-01T00:00:00Z"},"payload":{"text":"x"}})");
  EXPECT_EQ(json::get_bool(once.body, "deleteAfterRun"), true);
  EXPECT_EQ(json::get_string_or(once.schedule(), "at", ""), "2027-01-01T00:00:00.000Z");
}

TEST(Job, HourlyJobsAreSpread) {
  const Job job = job_of(R"({"name":"Hourly","schedule":{"kind":"cron","expr":"0 * * * *"},"payload":{"message":"x"}})");
  EXPECT_EQ(json::get_int(job.schedule(), "staggerMs"), 300'000);
  EXPECT_EQ((*job.next_at() - stagger_offset("job-1", 300'000)) % 3'600'000, 0);
}

TEST(Job, WrongCombinationsAreNamed) {
  const auto error = [](std::string_view text) {
    auto job = make_job(normalize_new(object(text)), "j", kNow, "main");
    return job ? std::string() : job.error().message;
  };
  EXPECT_EQ(error(R"({"name":"a","schedule":{"everyMs":60000},"sessionTarget":"main","payload":{"kind":"agentTurn","message":"x"}})"),
            "main cron jobs require payload.kind=\"systemEvent\"");
  EXPECT_EQ(error(R"({"name":"a","schedule":{"everyMs":60000},"sessionTarget":"isolated","payload":{"kind":"systemEvent","text":"x"}})"),
            "isolated/current/session cron jobs require payload.kind=\"agentTurn\"");
  EXPECT_EQ(error(R"({"name":"a","schedule":{"everyMs":60000},"payload":{"message":"x"},"delivery":{"mode":"webhook","to":"ftp://x"}})"),
            "cron webhook delivery requires delivery.to to be a valid http(s) URL");
  EXPECT_NE(error(R"({"name":"a","schedule":{"kind":"cron","expr":"nonsense"},"payload":{"message":"x"}})"), "");
}

TEST(Job, AtIsNeitherPastNorFar) {
  EXPECT_EQ(*check_at(object(R"({"kind":"at","at":"2020-01-01T00:00:00.000Z"})"), 1'795'501'851'379),
            "schedule.at is in the past: 2020-01-01T00:00:00.000Z (3627750 minutes ago). Current time: 2026-11-24T06:30:51.379Z");
  EXPECT_EQ(*check_at(object(R"({"kind":"at","at":"soon"})"), kNow), "Invalid schedule.at: expected ISO-8601 timestamp (got soon)");
  EXPECT_TRUE(check_at(object(R"({"kind":"at","at":"2040-01-01T00:00:00Z"})"), kNow));
  EXPECT_FALSE(check_at(object(R"({"kind":"at","at":"2026-11-24T06:30:30Z"})"), kNow));
}

TEST(Job, PatchMergesPayloadAndRecomputes) {
  const Job job = job_of(R"({"name":"Brief","schedule":{"kind":"cron","expr":"0 9 * * *","tz":"UTC"},"payload":{"message":"hi","thinking":"low"}})");
  auto next = patched(job, object(R"({"name":"New","payload":{"kind":"agentTurn","message":"ho"},"schedule":{"kind":"cron","expr":"0 10 * * *","tz":"UTC"}})"), kNow + 5, "main");
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->text("name"), "New");
  EXPECT_EQ(json::get_string_or(next->payload(), "thinking", ""), "low");
  EXPECT_EQ(json::get_string_or(next->payload(), "message", ""), "ho");
  EXPECT_EQ(next->next_at(), 1'795'514'400'000);
  auto off = patched(*next, object(R"({"enabled":false})"), kNow + 6, "main");
  ASSERT_TRUE(off);
  EXPECT_FALSE(off->next_at());
}

TEST(Job, SettlingKeepsRecurringJobsAndRetiresOthers) {
  Settings settings;
  Outcome ok;
  Outcome bad;
  bad.status = "error";
  bad.error = "HTTP 429: slow down";
  Job every = job_of(R"({"name":"Ping","schedule":{"everyMs":1000},"payload":{"text":"ping"}})");
  auto settled = settle(every, bad, kNow, kNow + 100, settings);
  EXPECT_EQ(settled.job.next_at(), kNow + 100 + 30'000);  // the backoff is longer than the period
  EXPECT_EQ(json::get_int(settled.job.state(), "consecutiveErrors"), 1);
  EXPECT_EQ(json::get_string_or(settled.job.state(), "lastErrorReason", ""), "rate_limit");
  settled = settle(settled.job, ok, kNow, kNow + 100, settings);
  EXPECT_EQ(json::get_int(settled.job.state(), "consecutiveErrors"), 0);
  EXPECT_FALSE(settled.job.state().contains("lastError"));

  Job once = job_of(R"({"name":"Once","schedule":{"at":"2027-01-01T00:00:00Z"},"payload":{"text":"x"}})");
  EXPECT_TRUE(settle(once, ok, kNow, kNow, settings).remove);
  auto retried = settle(once, bad, kNow, kNow, settings);
  EXPECT_TRUE(retried.job.enabled());
  EXPECT_EQ(retried.job.next_at(), kNow + 30'000);
  bad.error = "no such thing";
  auto given_up = settle(once, bad, kNow, kNow, settings);
  EXPECT_FALSE(given_up.job.enabled());
  EXPECT_FALSE(given_up.job.next_at());
  EXPECT_FALSE(given_up.remove);
}

TEST(Job, ImportMakesUpForAMissedSlot) {
  const auto job = import_job(object(R"({"id":"old","name":"Daily","enabled":true,"createdAtMs":1,"updatedAtMs":2,
    "schedule":{"kind":"cron","expr":"0 6 * * *","tz":"UTC"},"sessionTarget":"isolated","wakeMode":"now",
    "payload":{"kind":"agentTurn","message":"x"},"state":{"lastRunAtMs":1795240800000,"runningAtMs":5}})"), kNow);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, "old");
  EXPECT_EQ(json::get_int(job->body, "createdAtMs"), 1);
  EXPECT_FALSE(job->state().contains("runningAtMs"));
  EXPECT_EQ(job->next_at(), 1'795'500'000'000);  // this morning's
  EXPECT_FALSE(import_job(object(R"({"name":"x"})"), kNow));
}

TEST(Job, StoredFormKeepsTheRunAndHidesIt) {
  Job job = job_of(R"({"name":"Ping","schedule":{"everyMs":1000},"payload":{"text":"ping"}})");
  job.run_id = "r";
  job.run_mode = "force";
  const auto back = Job::from_stored(job.stored());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->run_id, "r");
  EXPECT_EQ(back->run_mode, "force");
  EXPECT_FALSE(back->body.contains("native"));
  EXPECT_FALSE(Job::from_stored(object(R"({"id":"x"})")));
}

TEST(Failure, AlertsAfterASeriesAndRestsAfterwards) {
  Settings settings;
  Outcome bad;
  bad.status = "error";
  bad.error = "no such thing";
  Job job = job_of(R"({"name":"Ping","schedule":{"everyMs":1000},"payload":{"message":"x"},"delivery":{"mode":"announce","channel":"telegram","to":"7"},
    "failureAlert":{"after":2,"cooldownMs":100}})");
  job.state()["consecutiveErrors"] = 1;
  EXPECT_TRUE(failure_notices(job, bad, 1'000, settings).empty());
  job.state()["consecutiveErrors"] = 2;
  const auto notices = failure_notices(job, bad, 1'000, settings);
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].channel, "telegram");
  EXPECT_EQ(notices[0].to, "7");
  EXPECT_EQ(notices[0].text, "Cron job \"Ping\" failed 2 times\nLast error: no such thing");
  EXPECT_TRUE(failure_notices(job, bad, 1'099, settings).empty());
  EXPECT_EQ(failure_notices(job, bad, 1'100, settings).size(), 1u);
  job.body["failureAlert"] = false;
  settings.alerts = true;
  EXPECT_TRUE(failure_notices(job, bad, 9'000, settings).empty());
}

TEST(Failure, TheDestinationHearsOfEachFailure) {
  Settings settings;
  settings.failure_destination = object(R"({"channel":"telegram","to":"9"})");
  Outcome outcome;
  Job job = job_of(R"({"name":"Ping","schedule":{"everyMs":1000},"payload":{"message":"x"}})");
  EXPECT_TRUE(failure_notices(job, outcome, 1, settings).empty());
  outcome.status = "error";
  outcome.error = "e";
  ASSERT_EQ(failure_notices(job, outcome, 1, settings).size(), 1u);
  job.body["delivery"].as_object()["failureDestination"] = object(R"({"channel":"x","to":"1","mode":"webhook"})");
  EXPECT_TRUE(failure_notices(job, outcome, 1, settings).empty());
}

TEST(Listing, PagesAndFilters) {
  std::vector<Job> jobs;
  for (const char* name : {"beta", "Alpha", "gamma"}) {
    Job job = job_of(R"({"name":"x","schedule":{"everyMs":1000},"payload":{"text":"ping"}})");
    job.id = name;
    job.body["name"] = name;
    jobs.push_back(job);
  }
  jobs[2].body["enabled"] = false;
  const std::vector<const Job*> all = {&jobs[0], &jobs[1], &jobs[2]};
  auto page = list_jobs(all, object(R"({"sortBy":"name","limit":1})"));
  EXPECT_EQ(page.at("total").as_int64(), 2);
  EXPECT_EQ(page.at("nextOffset").as_int64(), 1);
  EXPECT_EQ(page.at("jobs").as_array()[0].at("name").as_string(), "Alpha");
  page = list_jobs(all, object(R"({"includeDisabled":true})"));
  EXPECT_EQ(page.at("limit").as_int64(), 3);
  EXPECT_TRUE(page.at("nextOffset").is_null());
  page = list_jobs(all, object(R"({"enabled":"disabled","query":"GAM"})"));
  EXPECT_EQ(page.at("total").as_int64(), 1);
  EXPECT_EQ(list_jobs({}, {}).at("limit").as_int64(), 50);
}

}  // namespace
}  // namespace openclaw::schedule
