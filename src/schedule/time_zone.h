// Time zones from the system's tzdata (TZif, RFC 8536): version 2 tables and the POSIX rule behind them. Files are
// small and read once; a zone never changes while the program runs. Loop's thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openclaw::schedule {

// Seconds since 1970-01-01 00:00 of a clock on the wall; not a point in time.
using LocalSeconds = std::int64_t;

class TimeZone {
 public:
  // IANA name ("Europe/Berlin"), "UTC", or "" for UTC. Errors: invalid (no such zone, damaged file).
  static base::Result<std::shared_ptr<const TimeZone>> find(std::string_view name);
  static std::shared_ptr<const TimeZone> utc();
  // The content of a TZif file; exposed for tests.
  static base::Result<std::shared_ptr<const TimeZone>> parse(std::string_view bytes, std::string_view name);

  int offset_at(std::int64_t unix_s) const;  // seconds east of Greenwich
  LocalSeconds to_local(std::int64_t unix_s) const { return unix_s + offset_at(unix_s); }
  // A local time that occurs twice is the first one; one that is skipped moves by the length of the gap.
  std::int64_t to_unix(LocalSeconds local) const;

 private:
  struct Rule {  // POSIX: Mm.w.d/time
    int month = 0, week = 0, day = 0, time = 7200;
  };
  base::Result<> parse_footer(std::string_view text);
  int footer_offset(std::int64_t unix_s) const;
  static std::int64_t rule_time(const Rule& rule, std::int64_t year);

  std::vector<std::int64_t> at_;   // transition times
  std::vector<int> offset_;        // in force from at_[i] on
  int first_offset_ = 0;           // before the first transition
  bool has_footer_ = false, has_dst_ = false;
  int std_offset_ = 0, dst_offset_ = 0;
  Rule dst_start_, dst_end_;
};

}  // namespace openclaw::schedule
