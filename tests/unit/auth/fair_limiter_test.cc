#include "auth/fair_limiter.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

constexpr std::string_view kStranger = "203.0.113.9", kLocal = "127.0.0.1";

TEST(FairLimiter, TenFailuresBlockAnAddressForFiveMinutes) {
  FairLimiter fair;
  std::int64_t now = 1'000;
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE(fair.before(kScopeSharedSecret, kStranger, false, now).refuse_now) << i;
    EXPECT_EQ(fair.failed(kScopeSharedSecret, kStranger, false, now).delay_ms, 0);
    now += 1'000;
  }
  const auto judged = fair.before(kScopeSharedSecret, kStranger, false, now);
  EXPECT_TRUE(judged.refuse_now);
  EXPECT_EQ(judged.retry_after_ms, 300'000 - 1'000);
  EXPECT_FALSE(fair.before(kScopeSharedSecret, "203.0.113.10", false, now).refuse_now);
  EXPECT_FALSE(fair.before(kScopeDeviceToken, "some-device", false, now).refuse_now);
  EXPECT_FALSE(fair.before(kScopeSharedSecret, kStranger, false, now + 299'000).refuse_now);
}

TEST(FairLimiter, SpreadFailuresNeverBlockAndSuccessClears) {
  FairLimiter fair;
  std::int64_t now = 0;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(fair.before(kScopeSharedSecret, kStranger, false, now).refuse_now);
    fair.failed(kScopeSharedSecret, kStranger, false, now);
    now += 7'000;  // nine in a minute
  }
  for (int i = 0; i < 9; ++i) fair.failed(kScopeHookAuth, kStranger, false, now);
  fair.succeeded(kScopeHookAuth, kStranger);
  fair.failed(kScopeHookAuth, kStranger, false, now);
  EXPECT_FALSE(fair.before(kScopeHookAuth, kStranger, false, now).refuse_now);
}

TEST(FairLimiter, LoopbackIsDelayedNeverBlocked) {
  FairLimiter fair;
  std::int64_t now = 0;
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 8; ++i) {
    const auto judged = fair.failed(kScopeSharedSecret, kLocal, true, now);
    EXPECT_FALSE(judged.refuse_now);
    delays.push_back(judged.delay_ms);
    now += judged.delay_ms;
    EXPECT_FALSE(fair.before(kScopeSharedSecret, kLocal, true, now).refuse_now);
  }
  EXPECT_EQ(delays, (std::vector<std::int64_t>{250, 500, 1'000, 2'000, 4'000, 5'000, 5'000, 5'000}));
  fair.succeeded(kScopeSharedSecret, kLocal);
  EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, now).delay_ms, 250);
}

TEST(FairLimiter, DelaysStartAnewAfterAQuietMinute) {
  FairLimiter fair;
  EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, 0).delay_ms, 250);
  EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, 59'000).delay_ms, 500);
  EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, 119'000).delay_ms, 250);
}

TEST(FairLimiter, AtMostFourAnswersWait) {
  FairLimiter fair;
  for (const std::int64_t expected : {250, 500, 1'000, 2'000}) {
    EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, 0).delay_ms, expected);
  }
  const auto fifth = fair.failed(kScopeSharedSecret, kLocal, true, 100);
  EXPECT_TRUE(fifth.refuse_now);
  EXPECT_EQ(fifth.retry_after_ms, 150);  // when the first place is free
  EXPECT_EQ(fifth.delay_ms, 0);
  // A right secret is compared and answered at once all the same.
  EXPECT_FALSE(fair.before(kScopeSharedSecret, kLocal, true, 100).refuse_now);
  // Another device behind the same address has places of its own.
  EXPECT_EQ(fair.failed(kScopeDeviceToken, "device-a", true, 100).delay_ms, 250);
  EXPECT_FALSE(fair.failed(kScopeSharedSecret, kLocal, true, 250).refuse_now);
}

TEST(FairLimiter, LoopbackKeyCountsAsLoopbackBehindAProxyThatIsNotTrusted) {
  FairLimiter fair;
  for (int i = 0; i < 20; ++i) fair.failed(kScopeSharedSecret, kLocal, false, 0);
  EXPECT_FALSE(fair.before(kScopeSharedSecret, kLocal, false, 0).refuse_now);
}

TEST(FairLimiter, LoopbackIsBlockedWhenTheUserSaysSo) {
  RateLimitConfig config;
  config.exempt_loopback = false;
  config.max_attempts = 2;
  FairLimiter fair(config);
  fair.failed(kScopeSharedSecret, kLocal, true, 0);
  EXPECT_EQ(fair.failed(kScopeSharedSecret, kLocal, true, 0).delay_ms, 0);
  EXPECT_TRUE(fair.before(kScopeSharedSecret, kLocal, true, 0).refuse_now);
}

TEST(FairLimiter, KeysOfAddresses) {
  EXPECT_EQ(address_key("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(address_key("::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(address_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_key("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(address_key("::1"), "::1");
  EXPECT_EQ(address_key(""), "unknown");
}

TEST(FairLimiter, MemoryIsBounded) {
  FairLimiter fair;
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = "device-" + std::to_string(i);
    fair.failed(kScopeDeviceToken, key, false, i);
    fair.failed(kScopeDeviceToken, key, true, i);
  }
  EXPECT_EQ(fair.size(), 2 * Limiter::kMaxKeys);
}

TEST(FairGate, GivesTheJudgementOfTheFailure) {
  FairLimiter fair;
  FairGate first(fair, true);
  EXPECT_TRUE(first.check("127.0.0.1", kScopeSharedSecret, 0).allowed);
  first.fail("127.0.0.1", kScopeSharedSecret, 0);
  EXPECT_EQ(first.judgement().delay_ms, 250);
  for (int i = 0; i < 3; ++i) FairGate(fair, true).fail("127.0.0.1", kScopeSharedSecret, 0);
  FairGate fifth(fair, true);
  fifth.fail("127.0.0.1", kScopeSharedSecret, 0);
  EXPECT_TRUE(fifth.judgement().refuse_now);
}

TEST(Limiter, ALockedKeyOutlivesFreshOnesWhenRoomIsShort) {
  Limiter limiter({.max_attempts = 1, .window_ms = 60'000, .lockout_ms = 300'000, .exempt_loopback = true});
  Limiter open({.max_attempts = 5, .window_ms = 60'000, .lockout_ms = 300'000, .exempt_loopback = true});
  limiter.fail("198.51.100.1", kScopeSharedSecret, 0);
  EXPECT_FALSE(limiter.check("198.51.100.1", kScopeSharedSecret, 1).allowed);
  for (int i = 0; i < 5; ++i) open.fail("198.51.100.1", kScopeSharedSecret, 0);
  for (std::size_t i = 0; i < Limiter::kMaxKeys + 100; ++i)
    open.fail("k" + std::to_string(i), kScopeSharedSecret, 1);
  EXPECT_EQ(open.size(), Limiter::kMaxKeys);
  EXPECT_FALSE(open.check("198.51.100.1", kScopeSharedSecret, 2).allowed);
  open.prune(400'000);
  EXPECT_EQ(open.size(), 0u);
}

}  // namespace
}  // namespace openclaw::auth
