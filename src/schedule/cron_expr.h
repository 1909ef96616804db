// Cron expressions: five fields (minute hour day month weekday) or six (second first). Lists, ranges, steps, names,
// `?` for `*`, 7 for Sunday, `L` (last day of the month; `5L` the last Friday), `5#2` (the second Friday), and
// @hourly, @daily, @weekly, @monthly, @yearly. A day matches when the day of the month or the weekday does, if both are
// restricted. Pure.
#pragma once
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "schedule/civil.h"
#include "schedule/time_zone.h"

namespace openclaw::schedule {

class CronExpr {
 public:
  static base::Result<CronExpr> parse(std::string_view text);
  // The first time after `unix_ms`; nullopt when there is none within twelve years (two leap years are always in them).
  std::optional<std::int64_t> next(std::int64_t unix_ms, const TimeZone& zone) const;
  // The last time before `unix_ms`.
  std::optional<std::int64_t> previous(std::int64_t unix_ms, const TimeZone& zone) const;

 private:
  bool day_matches(std::int64_t days, const Civil& date) const;
  std::optional<std::int64_t> next_by_hour(std::int64_t unix_s, const TimeZone& zone) const;
  std::optional<int> first_from(int second_of_day) const;  // in a day that matches
  std::optional<int> last_until(int second_of_day) const;

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;     // 1..31
  std::bitset<13> months_;   // 1..12
  std::bitset<7> weekdays_;  // 0 = Sunday
  bool last_day_ = false, any_day_ = true, any_weekday_ = true, every_hour_ = false;
  std::bitset<7> last_weekdays_;
  std::bitset<6> nth_[7];    // weekday -> 1..5
};

// Does the expression fire at the full hour of several hours ("0 * * * *", "0 0 */2 * * *")? Those are spread.
bool top_of_hour(std::string_view text);

}  // namespace openclaw::schedule
