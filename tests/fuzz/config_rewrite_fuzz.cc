// Two documents, divided by a zero byte: editing the first into the second must give the second.
#include "config/json_schema.h"
#include "config/rewrite.h"
#include "json/json5.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size > 4096) return 0;
  const auto middle = input.find('\0');
  const std::string_view first = input.substr(0, middle);
  (void)openclaw::config::schema_lookup(first);
  if (middle == std::string_view::npos) return 0;
  const auto now = openclaw::json::parse_json5(first),
             wanted = openclaw::json::parse_json5(input.substr(middle + 1));
  if (!now || !wanted) return 0;
  const auto text = openclaw::config::rewrite(std::string(first), *now, *wanted);
  if (!text) return 0;  // json5_edit refuses rather than writes something else
  const auto result = openclaw::json::parse_json5(*text);
  if (result && !openclaw::json::same_value(*result, *wanted)) std::abort();
  (void)openclaw::config::redacted_text(std::string(first), *now);
  return 0;
}
