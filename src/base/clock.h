// Time seam. Product code asks a Clock; only SystemClock asks the kernel.
#pragma once
#include <cstdint>

namespace openclaw::base {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t wall_ms() const = 0;    // Unix milliseconds
  virtual std::int64_t steady_ms() const = 0;  // monotonic; only differences mean something
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_ms() const override;
  std::int64_t steady_ms() const override;
  static const SystemClock& instance();
};

}  // namespace openclaw::base
