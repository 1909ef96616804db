// Cron expressions, times, durations and TZif files. The first byte chooses.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schedule/cron_expr.h"
#include "schedule/schedule.h"
#include "schedule/time_zone.h"

using namespace openclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::int64_t kNow = 1'795'501'851'364;
  switch (data[0] % 3) {
    case 0:
      if (const auto expr = schedule::CronExpr::parse(text)) {
        const auto zone = schedule::TimeZone::utc();
        const auto next = expr->next(kNow, *zone);
        if (next && *next <= kNow) std::abort();
        const auto previous = expr->previous(kNow, *zone);
        if (previous && *previous >= kNow) std::abort();
      }
      break;
    case 1:
      (void)schedule::parse_absolute(text);
      (void)schedule::parse_duration(text);
      break;
    default:
      if (const auto zone = schedule::TimeZone::parse(text, "fuzz")) {
        for (const std::int64_t at : {std::int64_t{0}, kNow / 1000, std::int64_t{4'000'000'000}}) (void)(*zone)->to_unix((*zone)->to_local(at));
      }
  }
  return 0;
}
