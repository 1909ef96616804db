#include "schedule/cron_expr.h"

#include "base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace openclaw::schedule {
namespace {

using base::ErrorKind;

constexpr std::int64_t kSearchDays = 12 * 366;
constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct FieldRule {
  std::string_view name;
  int min, max;
  std::span<const std::string_view> names = {};
  int first_name = 0;
};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (!word.empty()) out.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::string_view nickname(std::string_view text) {
  if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
  if (text == "@monthly") return "0 0 1 * *";
  if (text == "@weekly") return "0 0 * * 0";
  if (text == "@daily" || text == "@midnight") return "0 0 * * *";
  if (text == "@hourly") return "0 * * * *";
  return text;
}

std::optional<int> value_of(std::string_view word, const FieldRule& rule) {
  for (std::size_t i = 0; i < rule.names.size(); ++i) {
    if (base::equals_ignore_case(word, rule.names[i])) return rule.first_name + static_cast<int>(i);
  }
  const auto number = base::parse_int(word);
  if (!number || *number < rule.min || *number > rule.max) return std::nullopt;
  return static_cast<int>(*number);
}

tl::unexpected<base::Error> bad(const FieldRule& rule, std::string_view part) {
  return base::fail(ErrorKind::invalid, fmt::format("invalid cron expression: {} field has \"{}\" ({} to {})", rule.name, base::cut_utf8(part, 40), rule.min, rule.max));
}

// One part of a list: value, range, step. Calls `set` for each value.
template <class Set>
base::Result<> parse_part(std::string_view part, const FieldRule& rule, Set set) {
  std::string_view range = part;
  std::int64_t step = 1;
  const auto slash = part.find('/');
  if (slash != part.npos) {
    range = part.substr(0, slash);
    const auto number = base::parse_int(part.substr(slash + 1));
    if (!number || *number < 1 || *number > rule.max) return bad(rule, part);
    step = *number;
  }
  int from = rule.min, to = rule.max;
  if (range != "*" && range != "?") {
    const auto dash = range.find('-');
    const auto low = value_of(range.substr(0, dash), rule);
    if (!low) return bad(rule, part);
    from = *low;
    if (dash != range.npos) {
      const auto high = value_of(range.substr(dash + 1), rule);
      if (!high) return bad(rule, part);
      to = *high;
    } else if (slash == part.npos) {
      to = from;
    }
    if (from > to) return bad(rule, part);
  }
  for (std::int64_t value = from; value <= to; value += step) set(static_cast<std::size_t>(value));
  return {};
}

template <std::size_t N>
base::Result<> parse_field(std::string_view text, const FieldRule& rule, std::bitset<N>& out) {
  for (const auto& part : base::split(text, ',')) OC_TRY(parse_part(part, rule, [&](std::size_t value) { out.set(value); }));
  return {};
}

}  // namespace

bool top_of_hour(std::string_view text) {
  const auto words = words_of(nickname(base::trim(text)));
  if (words.size() == 5) return words[0] == "0" && words[1].find('*') != std::string::npos;
  if (words.size() == 6) return words[0] == "0" && words[1] == "0" && words[2].find('*') != std::string::npos;
  return false;
}

base::Result<CronExpr> CronExpr::parse(std::string_view text) {
  static constexpr FieldRule kSecond{"second", 0, 59}, kMinute{"minute", 0, 59}, kHour{"hour", 0, 23}, kDay{"day of month", 1, 31};
  static const FieldRule kMonth{"month", 1, 12, kMonths, 1}, kWeekday{"day of week", 0, 7, kWeekdays, 0};
  auto words = words_of(nickname(base::trim(text)));
  if (words.size() == 5) words.insert(words.begin(), "0");
  if (words.size() != 6) {
    return base::fail(ErrorKind::invalid, fmt::format("invalid cron expression: expected 5 or 6 fields (got \"{}\")", base::cut_utf8(text, 80)));
  }
  CronExpr out;
  OC_TRY(parse_field(words[0], kSecond, out.seconds_));
  OC_TRY(parse_field(words[1], kMinute, out.minutes_));
  OC_TRY(parse_field(words[2], kHour, out.hours_));
  OC_TRY(parse_field(words[4], kMonth, out.months_));
  out.every_hour_ = out.hours_.all();
  for (const auto& part : base::split(words[3], ',')) {
    if (part == "L" || part == "l") out.last_day_ = true;
    else OC_TRY(parse_part(part, kDay, [&](std::size_t day) { out.days_.set(day); }));
  }
  out.any_day_ = words[3].front() == '*' || words[3].front() == '?';
  for (const auto& part : base::split(words[5], ',')) {
    const auto hash = part.find('#');
    const bool last = part.size() > 1 && (part.back() == 'L' || part.back() == 'l');
    if (hash == part.npos && !last) {
      OC_TRY(parse_part(part, kWeekday, [&](std::size_t day) { out.weekdays_.set(day % 7); }));
      continue;
    }
    const auto day = value_of(std::string_view(part).substr(0, last ? part.size() - 1 : hash), kWeekday);
    const auto nth = last ? std::optional<std::int64_t>(1) : base::parse_int(std::string_view(part).substr(hash + 1));
    if (!day || !nth || *nth < 1 || *nth > 5) return bad(kWeekday, part);
    if (last) out.last_weekdays_.set(static_cast<std::size_t>(*day % 7));
    else out.nth_[*day % 7].set(static_cast<std::size_t>(*nth));
  }
  out.any_weekday_ = words[5].front() == '*' || words[5].front() == '?';
  return out;
}

bool CronExpr::day_matches(std::int64_t days, const Civil& date) const {
  if (!months_.test(static_cast<std::size_t>(date.month))) return false;
  const int length = days_in_month(date.year, date.month);
  const auto wd = static_cast<std::size_t>(weekday(days));
  const bool by_day = days_.test(static_cast<std::size_t>(date.day)) || (last_day_ && date.day == length);
  const bool by_weekday = weekdays_.test(wd) || nth_[wd].test(static_cast<std::size_t>((date.day - 1) / 7 + 1)) ||
                          (last_weekdays_.test(wd) && date.day + 7 > length);
  if (any_day_ || any_weekday_) return by_day && by_weekday;
  return by_day || by_weekday;
}

std::optional<int> CronExpr::first_from(int from) const {
  for (int h = from / 3600; h < 24; ++h) {
    if (!hours_.test(static_cast<std::size_t>(h))) continue;
    for (int m = h == from / 3600 ? from % 3600 / 60 : 0; m < 60; ++m) {
      if (!minutes_.test(static_cast<std::size_t>(m))) continue;
      for (int s = h * 3600 + m * 60 <= from ? std::max(0, from - h * 3600 - m * 60) : 0; s < 60; ++s) {
        if (seconds_.test(static_cast<std::size_t>(s))) return h * 3600 + m * 60 + s;
      }
    }
  }
  return std::nullopt;
}

std::optional<int> CronExpr::last_until(int until) const {
  for (int h = until / 3600; h >= 0; --h) {
    if (!hours_.test(static_cast<std::size_t>(h))) continue;
    for (int m = h == until / 3600 ? until % 3600 / 60 : 59; m >= 0; --m) {
      if (!minutes_.test(static_cast<std::size_t>(m))) continue;
      for (int s = std::min(59, until - h * 3600 - m * 60); s >= 0; --s) {
        if (seconds_.test(static_cast<std::size_t>(s))) return h * 3600 + m * 60 + s;
      }
    }
  }
  return std::nullopt;
}

// Hour by hour of real time, so that an hour that a clock shows twice counts twice.
std::optional<std::int64_t> CronExpr::next_by_hour(std::int64_t unix_s, const TimeZone& zone) const {
  std::int64_t at = unix_s;
  const std::int64_t limit = unix_s + kSearchDays * kDaySeconds;
  while (at < limit) {
    const std::int64_t local = zone.to_local(at), day = floor_div(local, kDaySeconds);
    const Civil date = civil_from_seconds(local);
    if (!day_matches(day, date)) {
      // Local midnight may be skipped; from the last second before it one step leads into the new day.
      at = std::max(at + 1, zone.to_unix((day + 1) * kDaySeconds - 1) + 1);
      continue;
    }
    const int second_of_hour = date.minute * 60 + date.second;
    int found = -1;
    for (int s = second_of_hour; s < 3600 && found < 0; ++s) {
      if (!minutes_.test(static_cast<std::size_t>(s / 60))) {
        s = s / 60 * 60 + 59;
      } else if (seconds_.test(static_cast<std::size_t>(s % 60))) {
        found = s;
      }
    }
    const std::int64_t candidate = at + (found - second_of_hour);
    if (found >= 0 && zone.offset_at(candidate) == zone.offset_at(at)) return candidate;
    const std::int64_t next_hour = at + 3600 - second_of_hour;
    // A clock change inside the hour: minute by minute to it.
    at = zone.offset_at(next_hour - 1) == zone.offset_at(at) ? next_hour : at + 60 - date.second;
  }
  return std::nullopt;
}

std::optional<std::int64_t> CronExpr::next(std::int64_t unix_ms, const TimeZone& zone) const {
  const std::int64_t start = floor_div(unix_ms, 1000) + 1;
  if (every_hour_) {
    const auto found = next_by_hour(start, zone);
    return found ? std::optional(*found * 1000) : std::nullopt;
  }
  const std::int64_t local = zone.to_local(start);
  std::int64_t day = floor_div(local, kDaySeconds);
  int from = static_cast<int>(local - day * kDaySeconds);
  for (const std::int64_t end = day + kSearchDays; day <= end; ++day, from = 0) {
    if (!day_matches(day, civil_from_seconds(day * kDaySeconds))) continue;
    for (auto second = first_from(from); second; second = *second + 1 < kDaySeconds ? first_from(*second + 1) : std::nullopt) {
      const std::int64_t found = zone.to_unix(day * kDaySeconds + *second);
      if (found >= start) return found * 1000;
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> CronExpr::previous(std::int64_t unix_ms, const TimeZone& zone) const {
  const std::int64_t last = floor_div(unix_ms - 1, 1000);
  const std::int64_t local = zone.to_local(last);
  std::int64_t day = floor_div(local, kDaySeconds);
  int until = static_cast<int>(local - day * kDaySeconds);
  for (const std::int64_t end = day - kSearchDays; day >= end; --day, until = kDaySeconds - 1) {
    if (!day_matches(day, civil_from_seconds(day * kDaySeconds))) continue;
    for (auto second = last_until(until); second; second = *second > 0 ? last_until(*second - 1) : std::nullopt) {
      const std::int64_t found = zone.to_unix(day * kDaySeconds + *second);
      if (found <= last) return found * 1000;
    }
  }
  return std::nullopt;
}

}  // namespace openclaw::schedule
