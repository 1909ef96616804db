#include "channels/telegram/retry.h"

#include "base/random.h"

#include <fmt/format.h>

#include <cmath>

namespace openclaw::channels::telegram {
namespace {

// A message on which Telegram itself keeps failing must not hold up its chat for ever.
constexpr int kMaxServerFailures = 8;

std::string explain_refusal(const ApiError& error) {
  if (error.description.find("chat not found") != std::string::npos) {
    return fmt::format(
        "Telegram send failed: {}. Likely: the person never started the bot, the chat id is wrong, or it "
        "belongs to another bot's chat",
        error.text());
  }
  if (error.error_code == 403) {
    return fmt::format(
        "Telegram send failed: {}. Likely: the bot is not a member of the chat, was blocked, or was kicked",
        error.text());
  }
  return fmt::format("Telegram send failed: {}", error.text());
}

}  // namespace

int backoff_ms(const Backoff& policy, int attempt, double random) {
  const double base = policy.initial_ms * std::pow(policy.factor, std::max(0, std::min(attempt, 64) - 1));
  return static_cast<int>(std::min<double>(policy.max_ms, std::round(base + base * policy.jitter * random)));
}

double random_unit() { return static_cast<double>(base::random_below(1'000'001)) / 1e6; }

SendDecision decide_send(const ApiError& error, int attempt, double random) {
  using Kind = ApiError::Kind;
  SendDecision out;
  out.wait_ms = backoff_ms(kSendBackoff, attempt, random);
  if (error.kind == Kind::cancelled) {
    out.verdict = SendVerdict::cancelled;
  } else if (!error.sent) {
    out.verdict = SendVerdict::retry;
    out.reason = error.text();
  } else if (error.kind != Kind::refused) {
    out.reason = fmt::format(
        "no answer after the message may have reached Telegram, so it is not sent again ({})", error.text());
  } else if (error.error_code == 429) {
    out.verdict = SendVerdict::retry;
    if (error.retry_after) out.wait_ms = *error.retry_after * 1000 + static_cast<int>(random * 100);
    out.reason = error.text();
  } else if (error.error_code >= 500 && error.error_code <= 503 && attempt < kMaxServerFailures) {
    out.verdict = SendVerdict::retry;  // 504 is not in: behind it the message may have gone out
    out.reason = error.text();
  } else if (error.bad_token()) {
    out.verdict = SendVerdict::bad_token;
    out.reason = error.text();
  } else {
    out.reason = explain_refusal(error);
  }
  return out;
}

int chat_spacing_ms(const std::string& chat_id) { return chat_id.starts_with('-') ? 3'000 : 1'000; }

}  // namespace openclaw::channels::telegram
