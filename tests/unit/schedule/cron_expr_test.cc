#include "schedule/cron_expr.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "schedule/schedule.h"

namespace openclaw::schedule {
namespace {

std::string next(std::string_view expr, std::string_view now, std::string_view zone = "UTC") {
  auto parsed = CronExpr::parse(expr);
  if (!parsed) return parsed.error().message;
  auto found = TimeZone::find(zone);
  if (!found) return found.error().message;
  const auto at = parsed->next(*parse_absolute(now), **found);
  return at ? base::iso_time(*at) : "never";
}

std::string previous(std::string_view expr, std::string_view now) {
  const auto at = CronExpr::parse(expr)->previous(*parse_absolute(now), *TimeZone::utc());
  return at ? base::iso_time(*at) : "never";
}

TEST(CronExpr, DayOfMonthOrWeekday) {
  // 2026-01-02 is a Friday; either condition is enough when both are given.
  EXPECT_EQ(next("0 0 13 * 5", "2026-01-01T00:00:00Z"), "2026-01-02T00:00:00.000Z");
  EXPECT_EQ(next("0 0 13 * 5", "2026-01-09T00:00:00Z"), "2026-01-13T00:00:00.000Z");
  EXPECT_EQ(next("0 0 13 * *", "2026-01-02T00:00:00Z"), "2026-01-13T00:00:00.000Z");
}

TEST(CronExpr, NthAndLastWeekday) {
  EXPECT_EQ(next("0 9 * * 5#2", "2026-01-01T00:00:00Z"), "2026-01-09T09:00:00.000Z");
  EXPECT_EQ(next("0 9 * * 5L", "2026-01-01T00:00:00Z"), "2026-01-30T09:00:00.000Z");
  EXPECT_EQ(next("0 9 L * *", "2028-02-01T00:00:00Z"), "2028-02-29T09:00:00.000Z");
}

TEST(CronExpr, LeapDayIsFound) {
  EXPECT_EQ(next("0 0 29 2 *", "2026-03-01T00:00:00Z"), "2028-02-29T00:00:00.000Z");
  EXPECT_EQ(next("0 0 31 4 *", "2026-03-01T00:00:00Z"), "never");
}

TEST(CronExpr, AnHourThatOccursTwiceCountsTwiceForEveryHourExpressions) {
  // Berlin, 2026-10-25: 03:00 CEST becomes 02:00 CET at 01:00 UTC.
  EXPECT_EQ(next("30 * * * *", "2026-10-25T00:00:00Z", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(next("30 * * * *", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-25T01:30:00.000Z");
  EXPECT_EQ(next("*/20 * * * *", "2026-10-25T00:45:00Z", "Europe/Berlin"), "2026-10-25T01:00:00.000Z");
}

TEST(CronExpr, AFixedTimeThatOccursTwiceRunsOnce) {
  EXPECT_EQ(next("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(next("30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-26T01:30:00.000Z");
}

TEST(CronExpr, ASkippedHourOfEveryHourExpressionsIsSkipped) {
  EXPECT_EQ(next("0 * * * *", "2026-03-29T00:00:00Z", "Europe/Berlin"), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(next("0 * * * 1", "2026-03-29T00:00:00Z", "Europe/Berlin"), "2026-03-29T22:00:00.000Z");
}

TEST(CronExpr, BeyondTheTableTheRuleCounts) {
  EXPECT_EQ(next("0 8 1 7 *", "2055-01-01T00:00:00Z", "Europe/Berlin"), "2055-07-01T06:00:00.000Z");
  EXPECT_EQ(next("0 8 1 1 *", "2055-02-01T00:00:00Z", "Australia/Sydney"), "2055-12-31T21:00:00.000Z");
}

TEST(CronExpr, Nicknames) { EXPECT_EQ(next("@daily", "2026-01-01T05:00:00Z"), "2026-01-02T00:00:00.000Z"); }

TEST(CronExpr, Previous) {
  EXPECT_EQ(previous("*/15 9-17 * * 1-5", "2026-01-05T00:00:00Z"), "2026-01-02T17:45:00.000Z");
  EXPECT_EQ(previous("0 0 * * *", "2026-01-05T00:00:00Z"), "2026-01-04T00:00:00.000Z");
}

TEST(CronExpr, RefusesNonsense) {
  for (const char* text : {"", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,, * * * *"}) {
    EXPECT_FALSE(CronExpr::parse(text)) << text;
  }
  EXPECT_FALSE(TimeZone::find("Mars/Olympus"));
  EXPECT_FALSE(TimeZone::find("../etc/passwd"));
}

TEST(TimeZone, DamagedFilesAreRefused) {
  EXPECT_FALSE(TimeZone::parse("", "x"));
  EXPECT_FALSE(TimeZone::parse("TZif2", "x"));
  EXPECT_FALSE(TimeZone::parse(std::string("TZif2") + std::string(200, '\xff'), "x"));
}

TEST(Schedule, StaggerIsStableAndWithinItsBound) {
  const auto offset = stagger_offset("job-1", 300'000);
  EXPECT_EQ(offset, stagger_offset("job-1", 300'000));
  EXPECT_NE(offset, stagger_offset("job-2", 300'000));
  EXPECT_GE(offset, 0);
  EXPECT_LT(offset, 300'000);
  EXPECT_EQ(stagger_offset("job-1", 0), 0);
}

TEST(Schedule, Backoff) {
  EXPECT_EQ(error_backoff(1, kErrorBackoff), 30'000);
  EXPECT_EQ(error_backoff(9, kErrorBackoff), 3'600'000);
  EXPECT_TRUE(transient_error("HTTP 503: overloaded"));
  EXPECT_FALSE(transient_error("HTTP 400: bad request"));
  EXPECT_FALSE(transient_error("ECONNRESET", {"rate_limit"}));
}

}  // namespace
}  // namespace openclaw::schedule
