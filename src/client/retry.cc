#include "client/retry.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace openclaw::client {
namespace {

using base::ErrorKind;

constexpr int kFirstDelayMs = 1000;
constexpr int kMaxNetworkDelayMs = 30'000;
constexpr int kSlowDelayMs = 30'000;
constexpr int kMaxSlowDelayMs = 300'000;
constexpr std::int64_t kMinAskedDelayMs = 250;
constexpr std::int64_t kMaxAskedDelayMs =
    600'000;  // a gateway that asks for more is asked again all the same
constexpr std::int64_t kLastingLinkMs = 5000;

bool mentions(const std::string& text, std::string_view word) {
  return base::lower_ascii(text).find(word) != std::string::npos;
}

bool is_tls(const std::string& message) {
  static constexpr std::array<std::string_view, 3> kWords = {"fingerprint", "certificate", "tls"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return mentions(message, word); });
}

int doubled(int first, int failures, int limit) {
  int delay = first;
  for (int i = 1; i < failures && delay < limit; ++i) delay *= 2;
  return std::min(delay, limit);
}

FailureClass classify_refusal(const LinkFailure& failure) {
  const std::string code = failure.detail_code();
  const protocol::WireError& refusal = *failure.refusal;
  if (code == "PAIRING_REQUIRED" ||
      (refusal.code == protocol::kNotPaired && mentions(refusal.message, "pairing required"))) {
    return FailureClass::pairing;
  }
  if (code == "AUTH_RATE_LIMITED") return FailureClass::rate_limited;
  if (code.starts_with("AUTH_") || code.starts_with("DEVICE_") || failure.error.kind == ErrorKind::auth) {
    return FailureClass::auth;
  }
  if (refusal.code == protocol::kUnavailable || refusal.retryable.value_or(false))
    return FailureClass::network;
  return FailureClass::protocol;
}

}  // namespace

std::string_view to_text(FailureClass value) {
  static constexpr std::array<std::string_view, 7> kTexts = {"network", "pairing",  "rate limited", "auth",
                                                             "tls",     "protocol", "identity"};
  return kTexts[static_cast<std::size_t>(value)];
}

FailureClass classify(const LinkFailure& failure) {
  if (failure.wrong_gateway) return FailureClass::identity;
  if (failure.refusal) return classify_refusal(failure);
  if (failure.close_code == 1008) {
    if (mentions(failure.close_reason, "pairing required")) return FailureClass::pairing;
    return mentions(failure.close_reason, "fingerprint") ? FailureClass::tls : FailureClass::auth;
  }
  if (failure.close_code == 1002) return FailureClass::protocol;
  if (failure.close_code != 0) return FailureClass::network;
  switch (failure.error.kind) {
    case ErrorKind::auth:
      return FailureClass::auth;
    case ErrorKind::invalid:
    case ErrorKind::config:
      return is_tls(failure.error.message) ? FailureClass::tls : FailureClass::protocol;
    default:
      return is_tls(failure.error.message) ? FailureClass::tls : FailureClass::network;
  }
}

std::string short_reason(const LinkFailure& failure) {
  if (failure.refusal) return failure.refusal->message;
  if (!failure.close_reason.empty()) return failure.close_reason;
  std::string text = failure.error.message;
  // "gateway unreachable: Connection refused (127.0.0.1:1)" -> "connection refused": the address is known
  const std::size_t address = text.rfind(" (");
  const bool addressed =
      address != std::string::npos && text.ends_with(')') && text.find(':', address) != std::string::npos;
  if (failure.error.kind == ErrorKind::unreachable && addressed) text.resize(address);
  const std::size_t colon = text.rfind(": ");
  const bool layered = failure.error.kind == ErrorKind::unreachable && colon != std::string::npos;
  if (layered && colon + 2 < text.size()) text = text.substr(colon + 2);
  const bool word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1]));
  if (word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

int RetryPolicy::after_failure(const LinkFailure& failure, double random) {
  const FailureClass kind = classify(failure);
  int delay = 0;
  switch (kind) {
    case FailureClass::network:
      standing_failures_ = 0;
      delay = doubled(kFirstDelayMs, ++network_failures_, kMaxNetworkDelayMs);
      break;
    case FailureClass::pairing:
    case FailureClass::rate_limited:
      network_failures_ = standing_failures_ = 0;
      delay = kSlowDelayMs;
      break;
    case FailureClass::auth:
    case FailureClass::tls:
    case FailureClass::protocol:
    case FailureClass::identity:
      network_failures_ = 0;
      delay = doubled(kSlowDelayMs, ++standing_failures_, kMaxSlowDelayMs);
      break;
  }
  if (const auto asked = failure.retry_after_ms()) {
    return static_cast<int>(std::clamp<std::int64_t>(*asked, kMinAskedDelayMs, kMaxAskedDelayMs));
  }
  if (kind != FailureClass::network) return delay;
  return delay - static_cast<int>(delay / 4 * std::clamp(random, 0.0, 1.0));
}

void RetryPolicy::link_ended(std::int64_t lasted_ms) {
  standing_failures_ = 0;
  if (lasted_ms >= kLastingLinkMs) network_failures_ = 0;
}

bool WakeDetector::step(std::int64_t wall_ms, std::int64_t steady_ms) {
  const std::int64_t offset = wall_ms - steady_ms;
  const bool jumped = started_ && offset - offset_ > kJumpMs;
  started_ = true;
  offset_ = offset;
  return jumped;
}

}  // namespace openclaw::client
