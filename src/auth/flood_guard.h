// Repeated unauthorised calls on one connection (OpenClaw protocol 1.7): closes after too many in a row, and
// keeps the log from filling up with them.
#pragma once
#include "base/limits.h"

#include <string_view>

namespace openclaw::auth {

struct FloodConfig {
  int close_after = base::kMaxUnauthorizedInRow;
  int log_every = 100;
};

class FloodGuard {
 public:
  explicit FloodGuard(FloodConfig config = {}) : config_(config) {}

  struct Hit {
    bool should_close = false, should_log = false;
    int count = 0;                      // in a row
    int suppressed_since_last_log = 0;  // told with the hit that is logged
  };
  Hit hit();
  void reset();  // after any other response

 private:
  FloodConfig config_;
  int count_ = 0, suppressed_ = 0;
};

bool is_unauthorized_role_error(std::string_view code, std::string_view message);

}  // namespace openclaw::auth
