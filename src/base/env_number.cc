#include "base/env_number.h"

#include <charconv>
#include <limits>

namespace openclaw::base {

int positive_number(const Env& env, std::string_view name, int fallback) {
  const auto text = env.non_blank(name);
  if (!text) return fallback;
  double value = 0;
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (ec != std::errc() || end != text->data() + text->size()) return fallback;
  // Also false for NaN.
  if (!(value >= 1 && value <= std::numeric_limits<std::int32_t>::max())) return fallback;
  return static_cast<int>(value);
}

}  // namespace openclaw::base
