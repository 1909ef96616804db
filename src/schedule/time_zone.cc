#include "schedule/time_zone.h"

#include "base/strings.h"
#include "fs/file.h"
#include "schedule/civil.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace openclaw::schedule {
namespace {

using base::ErrorKind;

constexpr std::size_t kMaxFile = 256u << 10;
constexpr std::size_t kHeader = 44;

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  if (bytes.size() == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(out));
  return static_cast<std::int64_t>(out);
}

struct Counts {
  std::size_t isut, isstd, leap, time, type, chars;
  std::size_t size(std::size_t time_bytes) const {
    return time * time_bytes + time + type * 6 + chars + leap * (time_bytes + 4) + isstd + isut;
  }
};

Counts counts_of(std::string_view header) {
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<std::uint32_t>(big_endian(header.substr(20 + i * 4, 4)))); };
  return {at(0), at(1), at(2), at(3), at(4), at(5)};
}

bool sane(const Counts& c) {
  return c.time <= 20'000 && c.type >= 1 && c.type <= 256 && c.chars <= 2'000 && c.leap <= 1'000 && c.isstd <= 256 && c.isut <= 256;
}

// Reads from the front of a POSIX TZ text.
class PosixReader {
 public:
  explicit PosixReader(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool name() {
    if (take('<')) {
      const auto close = rest_.find('>');
      if (close == rest_.npos) return false;
      rest_.remove_prefix(close + 1);
      return true;
    }
    std::size_t n = 0;
    while (n < rest_.size() && ((rest_[n] >= 'A' && rest_[n] <= 'Z') || (rest_[n] >= 'a' && rest_[n] <= 'z'))) ++n;
    rest_.remove_prefix(n);
    return n >= 3;
  }
  bool number(int& out) {
    std::size_t n = 0;
    int value = 0;
    while (n < rest_.size() && n < 4 && rest_[n] >= '0' && rest_[n] <= '9') value = value * 10 + (rest_[n++] - '0');
    rest_.remove_prefix(n);
    out = value;
    return n > 0;
  }
  // [+-]hh[:mm[:ss]] in seconds
  bool time(int& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int h = 0, m = 0, s = 0;
    if (!number(h)) return false;
    if (take(':') && !number(m)) return false;
    if (take(':') && !number(s)) return false;
    out = (h * 3600 + m * 60 + s) * (negative ? -1 : 1);
    return true;
  }

 private:
  std::string_view rest_;
};

bool valid_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != name.npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
  });
}

}  // namespace

std::int64_t TimeZone::rule_time(const Rule& rule, std::int64_t year) {
  const std::int64_t first = days_from_civil(year, rule.month, 1);
  std::int64_t day = first + (rule.day - weekday(first) + 7) % 7 + (rule.week - 1) * 7;
  while (day >= first + days_in_month(year, rule.month)) day -= 7;
  return day * kDaySeconds + rule.time;
}

base::Result<> TimeZone::parse_footer(std::string_view text) {
  const auto bad = [&] { return base::fail(ErrorKind::invalid, fmt::format("unusable rule \"{}\"", text)); };
  PosixReader in(text);
  int west = 0;
  if (!in.name() || !in.time(west)) return bad();
  std_offset_ = -west;
  has_footer_ = true;
  if (in.done()) return {};
  if (!in.name()) return bad();
  dst_offset_ = std_offset_ + 3600;
  if (int dst_west = 0; !in.take(',')) {
    if (!in.time(dst_west) || !in.take(',')) return bad();
    dst_offset_ = -dst_west;
  }
  for (Rule* rule : {&dst_start_, &dst_end_}) {
    // Rules by day of the year (Jn, n) are in use nowhere in tzdata.
    if (rule == &dst_end_ && !in.take(',')) return bad();
    if (!in.take('M') || !in.number(rule->month) || !in.take('.') || !in.number(rule->week) || !in.take('.') || !in.number(rule->day)) return bad();
    if (rule->month < 1 || rule->month > 12 || rule->week < 1 || rule->week > 5 || rule->day > 6) return bad();
    if (in.take('/') && !in.time(rule->time)) return bad();
  }
  has_dst_ = true;
  return {};
}

base::Result<std::shared_ptr<const TimeZone>> TimeZone::parse(std::string_view bytes, std::string_view name) {
  const auto bad = [&](std::string_view why) { return base::fail(ErrorKind::invalid, fmt::format("time zone {}: {}", name, why)); };
  if (bytes.size() < kHeader || !bytes.starts_with("TZif")) return bad("is no TZif file");
  if (bytes[4] < '2') return bad("is a version 1 TZif file");
  const Counts old = counts_of(bytes);
  if (!sane(old) && old.type != 0) return bad("is damaged");
  std::size_t at = kHeader + old.size(4);
  if (bytes.size() < at + kHeader || bytes.substr(at, 4) != "TZif") return bad("is cut off");
  const Counts counts = counts_of(bytes.substr(at));
  at += kHeader;
  if (!sane(counts) || bytes.size() < at + counts.size(8)) return bad("is damaged");
  auto zone = std::make_shared<TimeZone>();
  const std::string_view times = bytes.substr(at), indexes = times.substr(counts.time * 8), types = indexes.substr(counts.time);
  const auto offset_of = [&](std::size_t type) { return static_cast<int>(big_endian(types.substr(type * 6, 4))); };
  zone->first_offset_ = offset_of(0);
  for (std::size_t i = 0; i < counts.time; ++i) {
    const auto type = static_cast<unsigned char>(indexes[i]);
    if (type >= counts.type) return bad("is damaged");
    zone->at_.push_back(big_endian(times.substr(i * 8, 8)));
    zone->offset_.push_back(offset_of(type));
  }
  if (!std::is_sorted(zone->at_.begin(), zone->at_.end())) return bad("is damaged");
  std::string_view footer = bytes.substr(at + counts.size(8));
  if (footer.starts_with('\n')) footer.remove_prefix(1);
  footer = footer.substr(0, footer.find('\n'));
  if (!footer.empty()) {
    if (auto ok = zone->parse_footer(footer); !ok) return bad(ok.error().message);
  }
  return std::shared_ptr<const TimeZone>(std::move(zone));
}

base::Result<std::shared_ptr<const TimeZone>> TimeZone::find(std::string_view name) {
  const std::string key(base::trim(name));
  if (key.empty() || key == "UTC" || key == "Etc/UTC") return utc();
  static std::map<std::string, std::shared_ptr<const TimeZone>> known;
  if (const auto it = known.find(key); it != known.end()) return it->second;
  if (!valid_name(key)) return base::fail(ErrorKind::invalid, "Invalid time zone specified: " + key);
  auto bytes = fs::read_file("/usr/share/zoneinfo/" + key, kMaxFile);
  if (!bytes) return base::fail(ErrorKind::invalid, "Invalid time zone specified: " + key, "the name is not in /usr/share/zoneinfo (package tzdata)");
  auto zone = parse(*bytes, key);
  if (zone) known.emplace(key, *zone);
  return zone;
}

std::shared_ptr<const TimeZone> TimeZone::utc() {
  static const std::shared_ptr<const TimeZone> zone = std::make_shared<TimeZone>();
  return zone;
}

int TimeZone::footer_offset(std::int64_t unix_s) const {
  if (!has_dst_) return std_offset_;
  const std::int64_t year = civil_from_seconds(unix_s + std_offset_).year;
  const std::int64_t start = rule_time(dst_start_, year) - std_offset_, end = rule_time(dst_end_, year) - dst_offset_;
  const bool dst = start < end ? unix_s >= start && unix_s < end : unix_s >= start || unix_s < end;
  return dst ? dst_offset_ : std_offset_;
}

int TimeZone::offset_at(std::int64_t unix_s) const {
  if (at_.empty() || unix_s < at_.front()) return at_.empty() && has_footer_ ? footer_offset(unix_s) : first_offset_;
  if (has_footer_ && unix_s >= at_.back()) return footer_offset(unix_s);
  const auto after = std::upper_bound(at_.begin(), at_.end(), unix_s);
  return offset_[static_cast<std::size_t>(after - at_.begin()) - 1];
}

std::int64_t TimeZone::to_unix(LocalSeconds local) const {
  const int before = offset_at(local - kDaySeconds), after = offset_at(local + kDaySeconds);
  if (offset_at(local - before) == before) return local - before;
  if (offset_at(local - after) == after) return local - after;
  return local - before;
}

}  // namespace openclaw::schedule
