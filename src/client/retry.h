// When to try again, by what went wrong (OpenClaw remote 15), and what to say about it. Pure.
#pragma once
#include "client/gateway_client.h"

#include <cstdint>
#include <string>

namespace openclaw::client {

enum class FailureClass : std::uint8_t {
  network,       // retried for ever, 1 s doubling to 30 s
  pairing,       // a person has to approve; 30 s
  rate_limited,  // 30 s or what the gateway says
  auth,          // a person has to mend a credential; 30 s doubling to 5 min
  tls,           // a certificate that is not trusted; like auth
  protocol,      // a gateway that does not understand us; like auth
  identity,      // another gateway than the pinned one; like auth
};
std::string_view to_text(FailureClass value);

FailureClass classify(const LinkFailure& failure);
// The shortest text that says why: "connection refused".
std::string short_reason(const LinkFailure& failure);

class RetryPolicy {
 public:
  // Milliseconds until the next attempt. `random` is uniform in [0,1): network delays are shortened by up to
  // a quarter, so that many nodes do not come back in the same instant.
  int after_failure(const LinkFailure& failure, double random);
  // A link that lasted resets the wait. One that dropped at once does not, or two sides could keep each other
  // busy.
  void link_ended(std::int64_t lasted_ms);

 private:
  int network_failures_ = 0, standing_failures_ = 0;
};

// A computer that slept: its wall clock has gone on while the monotonic one stood still. Also true for a
// clock that was set; the answer (look whether the gateway is still there) does no harm then.
class WakeDetector {
 public:
  // True when more than kJumpMs of wall time are missing since the last call.
  bool step(std::int64_t wall_ms, std::int64_t steady_ms);
  static constexpr std::int64_t kJumpMs = 5000;

 private:
  std::int64_t offset_ = 0;
  bool started_ = false;
};

}  // namespace openclaw::client
