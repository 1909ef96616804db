#include "session/usage.h"

#include <gtest/gtest.h>

namespace openclaw::session {
namespace {

constexpr std::int64_t kMorning = 1795500424906;  // 2026-11-24 06:07 UTC
constexpr std::int64_t kDay = 86'400'000;

store::MessageRecord message(std::int64_t ts, std::string_view body) {
  store::MessageRecord out;
  out.ts = ts;
  out.body = json::parse(body)->as_object();
  return out;
}

std::string assistant(int input, int output, double total) {
  return fmt::format(R"({{"role":"assistant","provider":"mock","model":"m","stopReason":"stop","content":[],
    "usage":{{"input":{},"output":{},"cacheRead":0,"cacheWrite":0,"totalTokens":{},"cost":{{"input":0.5,"output":0.25,"total":{}}}}}}})",
                     input, output, input + output, total);
}

TEST(DayZone, DatesAndTheirStarts) {
  const DayZone utc = day_zone("", "");
  EXPECT_EQ(utc.date_of(kMorning), "2026-11-24");
  EXPECT_EQ(utc.start_of("1970-01-02"), kDay);
  EXPECT_EQ(utc.start_of("2026-02-30"), std::nullopt);
  EXPECT_EQ(utc.start_of("yesterday"), std::nullopt);
  const DayZone west = day_zone("specific", "UTC-7");
  EXPECT_EQ(west.date_of(kMorning), "2026-11-23");
  EXPECT_EQ(west.start_of("1970-01-01"), 7 * 3'600'000);
  EXPECT_EQ(day_zone("specific", "UTC+5:30").offset_minutes, 330);
  EXPECT_EQ(day_zone("utc", "UTC+5:30").offset_minutes, 0);
  EXPECT_EQ(add_days("2026-12-31", 1), "2027-01-01");
  EXPECT_EQ(add_days("2026-03-01", -1), "2026-02-28");
}

TEST(UsageReport, CountsByDayModelAndTool) {
  UsageReport report(day_zone("utc", ""));
  report.add(message(kMorning, R"({"role":"user","content":"hi"})"));
  report.add(message(kMorning + 200, R"({"role":"assistant","provider":"mock","model":"m","stopReason":"toolUse",
    "content":[{"type":"toolCall","id":"1","name":"exec","arguments":{}}],"usage":{"input":7,"output":3}})"));
  report.add(message(kMorning + 300, R"({"role":"toolResult","toolCallId":"1","isError":true,"content":[]})"));
  report.add(message(kMorning + kDay, assistant(100, 20, 0.75)));
  EXPECT_EQ(report.totals().tokens, 130);
  EXPECT_EQ(report.totals().missing_cost, 1);
  EXPECT_DOUBLE_EQ(report.totals().cost, 0.75);
  const json::Object session = report.session_json();
  EXPECT_EQ(json::write(session.at("messageCounts")),
            R"({"total":3,"user":1,"assistant":2,"toolCalls":1,"toolResults":1,"errors":1})");
  EXPECT_EQ(json::write(session.at("activityDates")), R"(["2026-11-24","2026-11-25"])");
  EXPECT_EQ(session.at("durationMs").to_number<std::int64_t>(), kDay);
  // The answer of the next day was nothing anybody waited for.
  EXPECT_EQ(session.at("latency").at("count").to_number<int>(), 1);
  EXPECT_EQ(session.at("latency").at("maxMs").to_number<int>(), 200);
  EXPECT_EQ(json::write(session.at("toolUsage")), R"({"totalCalls":1,"uniqueTools":1,"tools":[{"name":"exec","count":1}]})");
  EXPECT_EQ(session.at("modelUsage").as_array().size(), 1u);
  EXPECT_EQ(report.cost_by_day().size(), 2u);
}

TEST(UsageReport, AddsReportsTogether) {
  UsageReport one(day_zone("utc", "")), two(day_zone("utc", "")), empty(day_zone("utc", ""));
  one.add(message(kMorning, assistant(10, 1, 0.5)));
  two.add(message(kMorning, assistant(20, 2, 0.25)));
  UsageReport all(day_zone("utc", ""));
  for (const auto* part : {&one, &two, &empty}) all.add(*part);
  EXPECT_EQ(all.totals().tokens, 33);
  const json::Object sums = all.aggregates_json();
  EXPECT_EQ(sums.at("byModel").at(0).at("count").to_number<int>(), 2);
  EXPECT_EQ(sums.at("daily").as_array().size(), 1u);
  EXPECT_FALSE(sums.contains("latency"));
  EXPECT_TRUE(empty.empty());
}

TEST(UsageReport, Percentiles) {
  std::vector<std::int64_t> samples;
  for (int i = 1; i <= 37; ++i) samples.push_back(i);
  const json::Object of_many = latency_json(samples);
  EXPECT_EQ(of_many.at("p95Ms").to_number<int>(), 36);
  EXPECT_EQ(latency_json({5}).at("p95Ms").to_number<int>(), 5);
  EXPECT_EQ(latency_json({}).at("count").to_number<int>(), 0);
}

TEST(UsageReport, JunkInTheUsageDoesNotCount) {
  const auto usage = usage_of(json::parse(R"({"usage":{"input":-5,"output":"x","totalTokens":1e300,"cost":{"total":null}}})")->as_object());
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->input, 0);
  EXPECT_EQ(usage->output, 0);
  EXPECT_LE(usage->tokens, 1'000'000'000'000'000);
  EXPECT_EQ(usage->cost, 0);
  EXPECT_FALSE(usage_of(json::Object()));
}

}  // namespace
}  // namespace openclaw::session
