#include "schedule/schedule.h"

#include "base/strings.h"
#include "crypto/crypto.h"
#include "schedule/cron_expr.h"

#include <algorithm>
#include <cmath>

namespace openclaw::schedule {
namespace {

using base::ErrorKind;
using base::Result;

// A number, or digits in a text as older files have them.
std::optional<std::int64_t> number_of(const json::Object& object, std::string_view key) {
  const auto* value = json::find(object, key);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  double number = 0;
  if (value->is_double()) {
    number = std::floor(value->get_double());
  } else if (value->is_string()) {
    const std::string text(base::trim(std::string_view(value->get_string())));
    if (text.empty() || text.find_first_not_of("0123456789.-") != text.npos) return std::nullopt;
    char* end = nullptr;
    number = std::floor(std::strtod(text.c_str(), &end));
    if (*end != '\0') return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!(std::abs(number) < 9e15)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> at_of(const json::Object& schedule) {
  if (const auto text = json::get_string(schedule, "at")) return parse_absolute(*text);
  return number_of(schedule, "atMs");
}

std::optional<std::int64_t> next_every(const json::Object& schedule, std::int64_t now) {
  const auto every_given = number_of(schedule, "everyMs");
  if (!every_given) return std::nullopt;
  const std::int64_t every = std::max<std::int64_t>(1, *every_given);
  const std::int64_t anchor = std::max<std::int64_t>(0, number_of(schedule, "anchorMs").value_or(now));
  if (now < anchor) return anchor;
  const std::int64_t steps = (now - anchor) / every + 1;
  if (steps > (INT64_MAX - anchor) / every) return std::nullopt;
  return anchor + steps * every;
}

struct CronRule {
  CronExpr expr;
  std::shared_ptr<const TimeZone> zone;
};

// Nothing for an empty expression.
Result<std::optional<CronRule>> cron_rule(const json::Object& schedule) {
  std::string expr = json::get_string_or(schedule, "expr", "");
  if (expr.empty()) expr = json::get_string_or(schedule, "cron", "");
  if (base::trim(expr).empty()) return std::optional<CronRule>();
  CronRule out;
  OC_TRY_ASSIGN(out.expr, CronExpr::parse(expr));
  OC_TRY_ASSIGN(out.zone, TimeZone::find(json::get_string_or(schedule, "tz", "")));
  return std::optional(std::move(out));
}

// Reads digits from the front.
bool digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" in ms; the rest of the digits does not matter.
bool fraction(std::string_view& text, int& ms) {
  ms = 0;
  if (!skip(text, '.')) return true;
  int scale = 100;
  std::size_t n = 0;
  for (; n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n, scale /= 10) ms += (text[n] - '0') * scale;
  text.remove_prefix(n);
  return n > 0 && n <= 9;
}

// "Z", "+01:00", "-0500"; nothing = UTC
bool zone_offset(std::string_view text, int& seconds) {
  seconds = 0;
  if (text.empty() || text == "Z" || text == "z") return true;
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return false;
  text.remove_prefix(1);
  int h = 0, m = 0;
  if (!digits(text, 2, h)) return false;
  skip(text, ':');
  if (!text.empty() && !digits(text, 2, m)) return false;
  if (!text.empty() || h > 23 || m > 59) return false;
  seconds = (h * 3600 + m * 60) * (west ? -1 : 1);
  return true;
}

std::optional<double> unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1e3;
  if (unit == "m") return 6e4;
  if (unit == "h") return 3.6e6;
  if (unit == "d") return 8.64e7;
  return std::nullopt;
}

bool contains_any(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != text.npos; });
}

// A number of three digits that stands alone and begins with this one.
bool has_status(const std::string& text, char first) {
  for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    if (text[i] == first && digit(i + 1) && digit(i + 2) && !digit(i + 3) && (i == 0 || !digit(i - 1))) return true;
  }
  return false;
}

}  // namespace

const std::vector<std::int64_t> kErrorBackoff = {30'000, 60'000, 300'000, 900'000, 3'600'000};

Result<std::optional<std::int64_t>> next_run(const json::Object& schedule, std::int64_t now) {
  const std::string kind = json::get_string_or(schedule, "kind", "");
  if (kind == "at") {
    const auto at = at_of(schedule);
    return at && *at > now ? at : std::nullopt;
  }
  if (kind == "every") return next_every(schedule, now);
  OC_TRY_ASSIGN(const auto rule, cron_rule(schedule));
  if (!rule) return std::optional<std::int64_t>();
  return rule->expr.next(now, *rule->zone);
}

Result<std::optional<std::int64_t>> previous_run(const json::Object& schedule, std::int64_t now) {
  if (json::get_string_or(schedule, "kind", "") != "cron") return std::optional<std::int64_t>();
  OC_TRY_ASSIGN(const auto rule, cron_rule(schedule));
  if (!rule) return std::optional<std::int64_t>();
  return rule->expr.previous(now, *rule->zone);
}

std::int64_t stagger_ms(const json::Object& schedule) {
  if (const auto given = number_of(schedule, "staggerMs")) return std::max<std::int64_t>(0, *given);
  if (json::get_string_or(schedule, "kind", "") != "cron") return 0;
  return top_of_hour(json::get_string_or(schedule, "expr", "")) ? kDefaultStaggerMs : 0;
}

std::int64_t stagger_offset(const std::string& job_id, std::int64_t stagger) {
  if (stagger <= 1) return 0;
  const std::string digest = crypto::sha256(job_id);
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(digest[static_cast<std::size_t>(i)]);
  return static_cast<std::int64_t>(number) % stagger;
}

std::optional<std::int64_t> parse_absolute(std::string_view given) {
  std::string_view text = base::trim(given);
  if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
    const auto number = base::parse_int(text);
    return number && *number > 0 ? number : std::nullopt;
  }
  int year = 0, ms = 0, zone = 0;
  Civil c;
  if (!digits(text, 4, year) || !skip(text, '-') || !digits(text, 2, c.month) || !skip(text, '-') || !digits(text, 2, c.day)) return std::nullopt;
  c.year = year;
  if (!text.empty()) {
    if (!skip(text, 'T') && !skip(text, 't') && !skip(text, ' ')) return std::nullopt;
    if (!digits(text, 2, c.hour) || !skip(text, ':') || !digits(text, 2, c.minute)) return std::nullopt;
    if (skip(text, ':') && (!digits(text, 2, c.second) || !fraction(text, ms))) return std::nullopt;
    if (!zone_offset(text, zone)) return std::nullopt;
  }
  if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > days_in_month(c.year, c.month) || c.hour > 24 || c.minute > 59 || c.second > 59) return std::nullopt;
  if (c.hour == 24 && (c.minute != 0 || c.second != 0 || ms != 0)) return std::nullopt;
  return (seconds_from_civil(c) - zone) * 1000 + ms;
}

Result<std::int64_t> parse_duration(std::string_view given, std::string_view default_unit) {
  const std::string text = base::lower_ascii(base::trim(given));
  const auto bad = [&] { return base::fail(ErrorKind::invalid, "invalid duration: " + std::string(base::cut_utf8(given, 60))); };
  if (text.empty()) return bad();
  double total = 0;
  std::size_t at = 0, parts = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    while (at < text.size() && ((text[at] >= '0' && text[at] <= '9') || text[at] == '.')) ++at;
    const std::string number = text.substr(start, at - start);
    if (number.empty() || number.front() == '.' || std::count(number.begin(), number.end(), '.') > 1 || number.size() > 20) return bad();
    const std::size_t unit_at = at;
    while (at < text.size() && text[at] >= 'a' && text[at] <= 'z') ++at;
    std::string unit = text.substr(unit_at, at - unit_at);
    if (unit.empty()) {
      if (parts != 0 || at != text.size()) return bad();
      unit = default_unit;
    }
    const auto scale = unit_ms(unit);
    if (!scale) return bad();
    total += std::strtod(number.c_str(), nullptr) * *scale;
    ++parts;
  }
  if (!(total < 9e15)) return bad();
  return static_cast<std::int64_t>(std::llround(total));
}

std::int64_t error_backoff(std::int64_t errors, const std::vector<std::int64_t>& steps) {
  if (steps.empty()) return 0;
  const auto last = static_cast<std::int64_t>(steps.size()) - 1;
  return steps[static_cast<std::size_t>(std::clamp<std::int64_t>(errors - 1, 0, last))];
}

bool transient_error(std::string_view error, const std::vector<std::string>& retry_on) {
  const std::string text = base::lower_ascii(error);
  const auto wanted = [&](std::string_view kind) {
    return retry_on.empty() || std::find(retry_on.begin(), retry_on.end(), kind) != retry_on.end();
  };
  if (wanted("rate_limit") && contains_any(text, {"rate_limit", "rate limit", "rate-limit", "too many requests", "429", "resource has been exhausted"})) return true;
  if (wanted("overloaded") && contains_any(text, {"overloaded", "529", "high demand", "capacity"})) return true;
  if (wanted("network") && contains_any(text, {"network", "econnreset", "econnrefused", "fetch failed", "socket", "unreachable", "connection"})) return true;
  if (wanted("timeout") && contains_any(text, {"timeout", "timed out", "etimedout"})) return true;
  return wanted("server_error") && has_status(text, '5');
}

}  // namespace openclaw::schedule
