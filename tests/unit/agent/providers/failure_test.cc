#include "agent/failure.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

using R = FailureReason;

TEST(Failure, ClassifiesByStatusThenText) {
  struct Case {
    int status;
    const char *code, *message;
    R want;
  };
  const Case cases[] = {
      {401, "", "nope", R::auth},
      {403, "", "nope", R::auth},
      {402, "", "pay", R::billing},
      {402, "", "Weekly usage limit reached, will reset on Monday", R::rate_limit},
      {429, "rate_limit_exceeded", "slow down", R::rate_limit},
      {429, "insufficient_quota", "You exceeded your current quota", R::billing},
      {404, "", "The model `x` does not exist", R::model_not_found},
      {404, "not_found_error", "model: claude-9", R::model_not_found},
      {404, "", "<page>", R::format},
      {400, "context_length_exceeded", "too long", R::context_overflow},
      {400, "", "prompt is too long: 210000 tokens > 200000 maximum", R::context_overflow},
      {400, "", "Your credit balance is too low", R::billing},
      {400, "", "API key not valid. Please pass a valid API key.", R::auth},
      {400, "", "unexpected tool_use_id", R::format},
      {413, "", "", R::context_overflow},
      {408, "", "", R::timeout},
      {500, "", "oops", R::timeout},
      {503, "", "oops", R::timeout},
      {503, "", "The model is overloaded", R::overloaded},
      {529, "", "", R::overloaded},
      {301, "", "", R::format},
      {0, "", "ECONNRESET", R::network},
      {0, "RESOURCE_EXHAUSTED", "", R::rate_limit},
      {0, "overloaded_error", "", R::overloaded},
      {0, "", "request timed out", R::timeout},
      {0, "", "something else", R::unknown},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(failure_name(classify_failure(c.status, c.code, c.message)), failure_name(c.want))
        << c.status << " " << c.code << " " << c.message;
  }
}

TEST(Failure, TextComesFromTheJsonErrorInEveryShape) {
  const auto text = [](int status, std::string_view body) { return http_failure(status, {}, body, 0).text; };
  EXPECT_EQ(
      text(401, R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}})"),
      "HTTP 401: invalid x-api-key");
  EXPECT_EQ(text(400, R"([{"error":{"code":400,"message":"bad\n  thing","status":"INVALID"}}])"),
            "HTTP 400: bad thing");
  EXPECT_EQ(text(500, R"({"error":"plain"})"), "HTTP 500: plain");
  EXPECT_EQ(text(422, R"({"detail":"missing field"})"), "HTTP 422: missing field");
  EXPECT_EQ(text(502, "<html>nginx</html>"), "HTTP 502: bad gateway");
  EXPECT_EQ(text(503, "no upstream"), "HTTP 503: no upstream");
  EXPECT_EQ(text(418, ""), "HTTP 418: no error message in the reply");
  EXPECT_EQ(http_failure(301, {{"location", "https://new/"}}, "", 0).text,
            "HTTP 301: redirected to https://new/; set baseUrl to where the API is");
}

TEST(Failure, MessageIsAtMost300BytesOfWholeCharacters) {
  std::string message;
  for (int i = 0; i < 200; ++i) message += "\xC3\xA4";  // two bytes each
  const std::string text = http_failure(500, {}, "{\"error\":\"" + message + "\"}", 0).text;
  EXPECT_LE(text.size(), std::string("HTTP 500: ").size() + 300);
  EXPECT_TRUE(text.ends_with("\xC3\xA4..."));
}

TEST(Failure, EventsInTheStream) {
  const auto of = [](const char* body) { return stream_failure(parse_provider_error(*json::parse(body))); };
  const auto overloaded =
      of(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  EXPECT_EQ(overloaded.text, "provider error overloaded_error: Overloaded");
  EXPECT_EQ(overloaded.reason, R::overloaded);
  EXPECT_EQ(overloaded.status, 0);
  const auto router = of(R"({"error":{"message":"Rate limited upstream","code":429}})");
  EXPECT_EQ(router.text, "HTTP 429: Rate limited upstream");
  EXPECT_EQ(router.reason, R::rate_limit);
  EXPECT_EQ(of(R"({"error":{"message":"x","type":"server_error"}})").reason, R::timeout);
}

TEST(Failure, RetryAfterInSecondsDatesAndMilliseconds) {
  constexpr std::int64_t now = 1'795'508'400'000;  // 2026-11-24T08:20:00Z
  const auto after = [&](HeaderList headers) { return parse_retry_after(headers, now); };
  EXPECT_EQ(after({{"retry-after", "7"}}), 7'000);
  EXPECT_EQ(after({{"retry-after", "0.5"}}), 500);
  EXPECT_EQ(after({{"retry-after", "7"}, {"retry-after-ms", "150"}}), 150);
  EXPECT_EQ(after({{"retry-after", "Tue, 24 Nov 2026 08:20:30 GMT"}}), 30'000);
  EXPECT_EQ(after({{"retry-after", "Tue, 24 Nov 2026 08:19:30 GMT"}}), -1);
  EXPECT_EQ(after({{"retry-after", "soon"}}), -1);
  EXPECT_EQ(after({{"retry-after", "-3"}}), -1);
  EXPECT_EQ(after({{"retry-after", "99999999999999999999"}}), -1);
  EXPECT_EQ(after({}), -1);
}

TEST(Failure, RetryableAndHowLongToWait) {
  ModelFailure failure;
  for (const R reason : {R::rate_limit, R::overloaded, R::timeout, R::network}) {
    failure.reason = reason;
    failure.streamed = false;
    EXPECT_TRUE(retryable(failure));
    failure.streamed = true;
    EXPECT_FALSE(retryable(failure));
  }
  failure.streamed = false;
  for (const R reason :
       {R::auth, R::billing, R::format, R::model_not_found, R::context_overflow, R::cancelled, R::unknown}) {
    failure.reason = reason;
    EXPECT_FALSE(retryable(failure)) << failure_name(reason);
  }
  const std::int64_t want[] = {500, 1'000, 2'000, 4'000, 8'000, 8'000};
  for (int attempt = 0; attempt < 6; ++attempt) EXPECT_EQ(retry_delay_ms(failure, attempt, 0), want[attempt]);
  EXPECT_EQ(retry_delay_ms(failure, 1'000'000, 0), 8'000);
  EXPECT_EQ(retry_delay_ms(failure, -1, 0), 500);
  EXPECT_EQ(retry_delay_ms(failure, 0, 125), 375);
  for (std::uint64_t jitter = 0; jitter < 5'000; jitter += 7) {
    EXPECT_GE(retry_delay_ms(failure, 4, jitter), 6'000);
    EXPECT_LE(retry_delay_ms(failure, 4, jitter), 8'000);
  }
  failure.retry_after_ms = 60'000;
  EXPECT_EQ(retry_delay_ms(failure, 0, 99), 60'000);
  failure.retry_after_ms = 60'001;
  EXPECT_EQ(retry_delay_ms(failure, 0, 0), 500);
  failure.retry_after_ms = 0;
  EXPECT_EQ(retry_delay_ms(failure, 3, 0), 0);
}

TEST(Failure, SecretsAreReplaced) {
  ModelTarget target;
  target.api_key = "very-secret-key";
  target.headers = {
      {"x-extra", "header-secret"}, {"authorization", "Bearer other-secret"}, {"x-short", "on"}};
  EXPECT_EQ(without_secrets("key very-secret-key of header-secret and other-secret is on", target),
            "key *** of *** and *** is on");
  EXPECT_EQ(without_secrets("Incorrect API key provided: sk-proj-abc***xyz. task-sk-list", target),
            "Incorrect API key provided: ***. task-sk-list");
}

}  // namespace
}  // namespace openclaw::agent
