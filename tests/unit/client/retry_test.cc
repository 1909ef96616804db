#include "client/retry.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

using base::ErrorKind;

LinkFailure down(std::string message = "gateway unreachable: connect 127.0.0.1:1: Connection refused") {
  LinkFailure failure;
  failure.error = base::Error{ErrorKind::unreachable, std::move(message), {}, 0};
  return failure;
}

LinkFailure closed(int code, std::string reason) {
  LinkFailure failure;
  failure.error = base::Error{ErrorKind::closed, "gateway closed", {}, code};
  failure.close_code = code;
  failure.close_reason = std::move(reason);
  return failure;
}

LinkFailure refused(std::string code, std::string detail, std::string message,
                    std::optional<int> retry_after = {}) {
  LinkFailure failure;
  protocol::WireError error;
  error.code = std::move(code);
  error.message = std::move(message);
  json::Object details;
  if (!detail.empty()) details["code"] = detail;
  details["requestId"] = "req-1";
  error.details = std::move(details);
  if (retry_after) error.retry_after_ms = *retry_after;
  failure.error = base::Error{ErrorKind::failed, error.message, {}, 0};
  failure.refusal = std::move(error);
  return failure;
}

TEST(Classify, ByWhatTheGatewaySaid) {
  EXPECT_EQ(classify(refused("NOT_PAIRED", "PAIRING_REQUIRED", "pairing required")), FailureClass::pairing);
  EXPECT_EQ(classify(refused("NOT_PAIRED", "", "pairing required: device is not approved yet")),
            FailureClass::pairing);
  EXPECT_EQ(classify(refused("NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED", "device identity required")),
            FailureClass::auth);
  EXPECT_EQ(classify(refused("INVALID_REQUEST", "AUTH_RATE_LIMITED", "unauthorized: too many")),
            FailureClass::rate_limited);
  EXPECT_EQ(classify(refused("INVALID_REQUEST", "AUTH_TOKEN_MISMATCH", "unauthorized")), FailureClass::auth);
  EXPECT_EQ(classify(refused("INVALID_REQUEST", "DEVICE_AUTH_SIGNATURE_INVALID", "x")), FailureClass::auth);
  EXPECT_EQ(classify(refused("INVALID_REQUEST", "", "protocol mismatch")), FailureClass::protocol);
  EXPECT_EQ(classify(refused("UNAVAILABLE", "", "gateway starting; retry shortly")), FailureClass::network);
}

TEST(Classify, ByHowTheLinkEnded) {
  EXPECT_EQ(classify(down()), FailureClass::network);
  EXPECT_EQ(classify(down("gateway unreachable: TLS: self-signed certificate")), FailureClass::tls);
  EXPECT_EQ(classify(closed(1012, "service restart")), FailureClass::network);
  EXPECT_EQ(classify(closed(1006, "")), FailureClass::network);
  EXPECT_EQ(classify(closed(4000, "tick timeout")), FailureClass::network);
  EXPECT_EQ(classify(closed(4001, "device removed")), FailureClass::network);
  EXPECT_EQ(classify(closed(1008, "pairing required")), FailureClass::pairing);
  EXPECT_EQ(classify(closed(1008, "gateway tls fingerprint mismatch")), FailureClass::tls);
  EXPECT_EQ(classify(closed(1008, "unauthorized")), FailureClass::auth);
  EXPECT_EQ(classify(closed(1002, "protocol mismatch")), FailureClass::protocol);
  LinkFailure late;
  late.error = base::Error{ErrorKind::timeout, "gateway timeout after 10000ms", {}, 0};
  EXPECT_EQ(classify(late), FailureClass::network);
}

TEST(Texts, ShortReason) {
  EXPECT_EQ(short_reason(down()), "connection refused");
  EXPECT_EQ(short_reason(down("gateway unreachable: connection refused (127.0.0.1:1)")),
            "connection refused");
  EXPECT_EQ(short_reason(down("gateway unreachable: TLS: bad (really) (gw:443)")), "bad (really)");
  EXPECT_EQ(short_reason(closed(1012, "service restart")), "service restart");
  EXPECT_EQ(short_reason(closed(1006, "")), "gateway closed");
  EXPECT_EQ(short_reason(down("gateway unreachable: DNS failed")), "DNS failed");
  EXPECT_EQ(short_reason(refused("X", "", "pairing required")), "pairing required");
}

TEST(RetryPolicyTest, NetworkDoublesToThirtySecondsForEver) {
  RetryPolicy policy;
  std::vector<int> delays;
  for (int i = 0; i < 8; ++i) delays.push_back(policy.after_failure(down(), 0));
  EXPECT_EQ(delays, (std::vector<int>{1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000}));
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(policy.after_failure(down(), 0), 30'000);
}

TEST(RetryPolicyTest, JitterShortensByUpToAQuarter) {
  RetryPolicy policy;
  EXPECT_EQ(policy.after_failure(down(), 1.0), 750);
  EXPECT_EQ(policy.after_failure(down(), 0.5), 1750);
}

TEST(RetryPolicyTest, ALastingLinkResets) {
  RetryPolicy policy;
  for (int i = 0; i < 4; ++i) policy.after_failure(down(), 0);
  policy.link_ended(100);  // a flapping one does not
  EXPECT_EQ(policy.after_failure(closed(1008 - 2, ""), 0), 16'000);
  policy.link_ended(60'000);
  EXPECT_EQ(policy.after_failure(closed(1012, "service restart"), 0), 1000);
}

TEST(RetryPolicyTest, PairingAndRateLimitsAreSlow) {
  RetryPolicy policy;
  const auto pairing = refused("NOT_PAIRED", "PAIRING_REQUIRED", "pairing required");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(policy.after_failure(pairing, 0.9), 30'000);
  EXPECT_EQ(policy.after_failure(refused("INVALID_REQUEST", "AUTH_RATE_LIMITED", "x"), 0.9), 30'000);
  EXPECT_EQ(policy.after_failure(refused("INVALID_REQUEST", "AUTH_RATE_LIMITED", "x", 120'000), 0.9),
            120'000);
  EXPECT_EQ(policy.after_failure(refused("INVALID_REQUEST", "AUTH_RATE_LIMITED", "x", 5), 0.9), 250);
  EXPECT_EQ(policy.after_failure(refused("INVALID_REQUEST", "AUTH_RATE_LIMITED", "x", 1'000'000'000), 0),
            600'000);
}

TEST(RetryPolicyTest, StandingFaultsSlowDownFurther) {
  RetryPolicy policy;
  const auto wrong = refused("INVALID_REQUEST", "AUTH_TOKEN_MISMATCH", "unauthorized");
  std::vector<int> delays;
  for (int i = 0; i < 6; ++i) delays.push_back(policy.after_failure(wrong, 0));
  EXPECT_EQ(delays, (std::vector<int>{30'000, 60'000, 120'000, 240'000, 300'000, 300'000}));
  EXPECT_EQ(policy.after_failure(down(), 0), 1000);  // the gateway is being restarted with another token
  EXPECT_EQ(policy.after_failure(wrong, 0), 30'000);
}

TEST(WakeDetectorTest, SeesWallTimeThatIsMissing) {
  WakeDetector wake;
  EXPECT_FALSE(wake.step(1'000'000, 500));
  EXPECT_FALSE(wake.step(1'001'000, 1500));
  EXPECT_FALSE(wake.step(1'005'000, 2500));  // 3 s of drift: a slow timer or a small correction
  EXPECT_TRUE(wake.step(4'600'000, 3500));
  EXPECT_FALSE(wake.step(4'601'000, 4500));
  EXPECT_FALSE(wake.step(1'000'000, 5500));  // the clock was set back
}

}  // namespace
}  // namespace openclaw::client
