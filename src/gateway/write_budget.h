// Methods that write the configuration or restart the gateway, together: 3 in 60 s for one device and address
// (OpenClaw methods 0.2). Refused and failing calls count too. On the loop's thread.
#pragma once
#include "protocol/errors.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::gateway {

class WriteBudget {
 public:
  static constexpr int kCalls = 3;
  static constexpr std::int64_t kWindowMs = 60'000;
  static constexpr std::size_t kKeys = 1000;  // callers remembered; the stalest are forgotten

  static bool applies_to(std::string_view method);
  // Counts a call. The refusal when it is one too many.
  std::optional<protocol::WireError> take(const std::string& key, std::string_view method,
                                          std::int64_t steady_ms);

 private:
  struct Window {
    std::int64_t began = 0;
    int calls = 0;
  };
  void forget(std::int64_t now);
  std::map<std::string, Window> windows_;
};

}  // namespace openclaw::gateway
