#include "bench/load/stats.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace openclaw::bench {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Latencies::milliseconds_at(double q) {
  if (values_.empty()) return 0;
  const auto last = values_.size() - 1;
  const auto index = std::min(last, static_cast<std::size_t>(q * static_cast<double>(values_.size())));
  std::nth_element(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(index), values_.end());
  return values_[index] * 1e3;
}

}  // namespace openclaw::bench
