// When to try again, and what an attempt to send means for its outbox record. Pure.
#pragma once
#include "channels/telegram/api.h"

#include <cstdint>
#include <string>

namespace openclaw::channels::telegram {

struct Backoff {
  int initial_ms, max_ms;
  double factor, jitter;
};
inline constexpr Backoff kPollBackoff{2'000, 30'000, 1.8, 0.25};
inline constexpr Backoff kSendBackoff{400, 30'000, 2.0, 0.1};

// `attempt` counts from 1; `random` is in 0..1 and only lengthens the wait.
int backoff_ms(const Backoff& policy, int attempt, double random);
double random_unit();

// Telegram has no idempotency key, so a request that may have arrived is not repeated: a person would rather
// see "one reply could not be confirmed" in `channels status` than the same reply twice.
enum class SendVerdict {
  retry,      // certainly not sent: never connected, 429, or a failure Telegram itself reported
  refused,    // this message will never go out (400, 403, ...), or its fate is unknown
  bad_token,  // not the message's fault; everything waits for another token
  cancelled,  // we are stopping; the record stays as it is
};
struct SendDecision {
  SendVerdict verdict = SendVerdict::refused;
  int wait_ms = 0;     // retry
  std::string reason;  // for the record and the log; no secrets
};
// `attempt`: how often this record was tried, this time included.
SendDecision decide_send(const ApiError& error, int attempt, double random);

// Pause between messages to one chat: Telegram allows about one a second, in groups 20 a minute.
int chat_spacing_ms(const std::string& chat_id);

}  // namespace openclaw::channels::telegram
