#include "auth/flood_guard.h"

namespace openclaw::auth {

FloodGuard::Hit FloodGuard::hit() {
  Hit out;
  out.count = ++count_;
  out.should_close = count_ > config_.close_after;
  out.should_log = count_ == 1 || count_ % config_.log_every == 0 || out.should_close;
  if (out.should_log) {
    out.suppressed_since_last_log = suppressed_;
    suppressed_ = 0;
  } else {
    ++suppressed_;
  }
  return out;
}

void FloodGuard::reset() { count_ = suppressed_ = 0; }

bool is_unauthorized_role_error(std::string_view code, std::string_view message) {
  return code == "INVALID_REQUEST" && message.starts_with("unauthorized role:");
}

}  // namespace openclaw::auth
