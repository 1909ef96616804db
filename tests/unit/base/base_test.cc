#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/strings.h"
#include "base/task.h"

namespace openclaw::base {
namespace {

TEST(Encoding, Base64RoundTripsEveryLength) {
  for (std::size_t n = 0; n < 70; ++n) {
    const std::string raw = random_bytes(n);
    EXPECT_EQ(base64_decode_any(base64_encode(raw)), raw);
    EXPECT_EQ(base64_decode_any(base64url_encode(raw)), raw);
    EXPECT_EQ(base64url_encode(raw).find_first_of("+/="), std::string::npos);
    EXPECT_EQ(hex_decode(hex_encode(raw)), raw);
  }
}

TEST(Encoding, RefusesWhatIsNoBase64) {
  EXPECT_FALSE(base64_decode_any("a"));
  EXPECT_FALSE(base64_decode_any("ab!d"));
  EXPECT_FALSE(hex_decode("abc"));
  EXPECT_FALSE(hex_decode("zz"));
}

TEST(Random, UuidsHaveVersionAndVariant) {
  const std::string id = uuid4();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_NE(uuid4(), id);
  EXPECT_EQ(random_token().size(), 43u);
}

TEST(Strings, CutNeverSplitsASequence) {
  const std::string text = "a€😀";
  EXPECT_EQ(cut_utf8(text, 1), "a");
  EXPECT_EQ(cut_utf8(text, 3), "a");
  EXPECT_EQ(cut_utf8(text, 4), "a€");
  EXPECT_EQ(cut_utf8(text, 7), "a€");
  EXPECT_EQ(cut_utf8(text, 8), text);
  EXPECT_EQ(utf16_length(text), 4u);
}

TEST(Strings, Utf8Validity) {
  EXPECT_TRUE(is_utf8("plain €😀"));
  EXPECT_FALSE(is_utf8("\xc0\x80"));          // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("\xe2\x82"));          // cut off
}

TEST(Strings, IsoTimeIsUtcWithMilliseconds) { EXPECT_EQ(iso_time(1795503624906), "2026-11-24T07:00:24.906Z"); }

TEST(Strings, ParseIntTakesDigitsOnly) {
  EXPECT_EQ(parse_int("18789"), 18789);
  EXPECT_FALSE(parse_int("-1"));
  EXPECT_FALSE(parse_int("1x"));
  EXPECT_FALSE(parse_int(""));
  EXPECT_FALSE(parse_int("99999999999999999999"));
}

Result<int> half(int n) {
  if (n % 2) return fail(ErrorKind::invalid, "odd");
  return n / 2;
}
Result<int> quarter(int n) {
  OC_TRY_ASSIGN(const int h, half(n));
  return half(h);
}

TEST(ResultMacros, ErrorsTravel) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(3).error().kind, ErrorKind::invalid);
}

Task<int> waits_for(Event& event, int value) {
  co_await event.wait();
  co_return value;
}

TEST(Task, EventWakesEveryWaiterAndLaterOnes) {
  Loop loop;
  Event event(loop);
  std::vector<int> seen;
  auto waiter = [](Event& e, int id, std::vector<int>* out) -> Task<void> { out->push_back(co_await waits_for(e, id)); };
  spawn(loop, waiter(event, 1, &seen), "one");
  spawn(loop, waiter(event, 2, &seen), "two");
  loop.poll();
  EXPECT_TRUE(seen.empty());
  event.set();
  loop.restart();
  loop.run();
  EXPECT_EQ(seen.size(), 2u);
  spawn(loop, waiter(event, 3, &seen), "late");
  loop.restart();
  loop.run();
  EXPECT_EQ(seen.back(), 3);
}

TEST(Task, WaitForTellsTimeoutFromSet) {
  Loop loop;
  Event event(loop);
  const bool expired = run_until_done(loop, event.wait_for(Millis(1)));
  EXPECT_FALSE(expired);
  event.set();
  EXPECT_TRUE(run_until_done(loop, event.wait_for(Millis(1))));
}

TEST(Task, CancelRunsLiveCallbacksOnce) {
  CancelSource source;
  int calls = 0;
  auto kept = source.token().on_cancel([&] { ++calls; });
  { auto dropped = source.token().on_cancel([&] { calls += 100; }); }
  source.cancel();
  source.cancel();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(source.token().cancelled());
  auto late = source.token().on_cancel([&] { ++calls; });
  EXPECT_EQ(calls, 2);
  EXPECT_FALSE(CancelToken{}.cancelled());
}

TEST(Log, HiddenSecretsNeverAppear) {
  log_hide("supersecretvalue");
  EXPECT_EQ(log_redact("token=supersecretvalue."), "token=***.");
  log_hide("short");  // too short to hide without hiding everything
  EXPECT_EQ(log_redact("short"), "short");
}

}  // namespace
}  // namespace openclaw::base
