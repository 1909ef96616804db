#include "channels/telegram/api.h"
#include "channels/telegram/retry.h"

#include <gtest/gtest.h>

namespace openclaw::channels::telegram {
namespace {

using Kind = ApiError::Kind;

ApiError refused(int code, std::string description = "no", std::optional<int> retry_after = {}) {
  ApiError error;
  error.kind = Kind::refused;
  error.sent = true;
  error.http_status = error.error_code = code;
  error.description = std::move(description);
  error.retry_after = retry_after;
  return error;
}

TEST(TelegramAnswer, Result) {
  const auto answer = read_answer(200, R"({"ok":true,"result":{"id":7}})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(json::get_int(answer->as_object(), "id"), 7);
}

TEST(TelegramAnswer, Refusal) {
  const auto answer =
      read_answer(429, R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5",
    "parameters":{"retry_after":5}})");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Kind::refused);
  EXPECT_EQ(answer.error().error_code, 429);
  EXPECT_EQ(answer.error().retry_after, 5);
  EXPECT_EQ(answer.error().text(), "429 Too Many Requests: retry after 5");
}

TEST(TelegramAnswer, WhatIsNotFromTheBotApiIsBroken) {
  for (const char* body : {"", "<html>502</html>", "[]", "{}", "{\"ok\":1}", "{\"ok\":true"}) {
    const auto answer = read_answer(502, body);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().kind, Kind::broken);
    EXPECT_TRUE(answer.error().sent);
  }
}

TEST(TelegramAnswer, HostileNumbersAreClamped) {
  const auto answer =
      read_answer(500, R"({"ok":false,"error_code":-5,"parameters":{"retry_after":99999999999}})");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error_code, 0);
  EXPECT_EQ(answer.error().retry_after, 24 * 3600);
}

TEST(TelegramRetry, BackoffLikeTheReference) {
  const int half[] = {2250, 4050, 7290, 13122, 23620, 30000, 30000};
  for (int attempt = 1; attempt <= 7; ++attempt)
    EXPECT_EQ(backoff_ms(kPollBackoff, attempt, 0.5), half[attempt - 1]);
  EXPECT_EQ(backoff_ms(kPollBackoff, 0, 1), 2500);
  EXPECT_EQ(backoff_ms(kPollBackoff, 1'000'000, 1), 30000);
  EXPECT_EQ(backoff_ms(kSendBackoff, 1, 0), 400);
  EXPECT_EQ(backoff_ms(kSendBackoff, 3, 0), 1600);
}

TEST(TelegramRetry, OnlyWhatCertainlyDidNotArriveIsSentAgain) {
  ApiError never;
  never.kind = Kind::unreachable;
  EXPECT_EQ(decide_send(never, 500, 0).verdict, SendVerdict::retry);
  ApiError connect_timeout;
  connect_timeout.kind = Kind::timeout;
  EXPECT_EQ(decide_send(connect_timeout, 1, 0).verdict, SendVerdict::retry);
  for (const Kind kind : {Kind::timeout, Kind::broken}) {
    ApiError lost;
    lost.kind = kind;
    lost.sent = true;
    const auto decision = decide_send(lost, 1, 0);
    EXPECT_EQ(decision.verdict, SendVerdict::refused);
    EXPECT_NE(decision.reason.find("not sent again"), std::string::npos);
  }
  ApiError stopping;
  stopping.kind = Kind::cancelled;
  stopping.sent = true;
  EXPECT_EQ(decide_send(stopping, 1, 0).verdict, SendVerdict::cancelled);
}

TEST(TelegramRetry, ObeysRetryAfter) {
  const auto decision = decide_send(refused(429, "slow down", 7), 1, 0);
  EXPECT_EQ(decision.verdict, SendVerdict::retry);
  EXPECT_EQ(decision.wait_ms, 7000);
  EXPECT_EQ(decide_send(refused(429), 1, 0).wait_ms, 400);
}

TEST(TelegramRetry, RefusalsAreFinal) {
  EXPECT_EQ(decide_send(refused(400), 1, 0).verdict, SendVerdict::refused);
  const auto blocked = decide_send(refused(403, "Forbidden: bot was blocked by the user"), 1, 0);
  EXPECT_EQ(blocked.verdict, SendVerdict::refused);
  EXPECT_NE(blocked.reason.find("blocked"), std::string::npos);
  EXPECT_NE(decide_send(refused(400, "Bad Request: chat not found"), 1, 0).reason.find("Likely"),
            std::string::npos);
}

TEST(TelegramRetry, ARefusedTokenIsNotTheMessagesFault) {
  EXPECT_EQ(decide_send(refused(401), 1, 0).verdict, SendVerdict::bad_token);
  EXPECT_EQ(decide_send(refused(404), 1, 0).verdict, SendVerdict::bad_token);
}

TEST(TelegramRetry, ServerFailuresAreRetriedForAWhile) {
  EXPECT_EQ(decide_send(refused(500), 1, 0).verdict, SendVerdict::retry);
  EXPECT_EQ(decide_send(refused(500), 8, 0).verdict, SendVerdict::refused);
  EXPECT_EQ(decide_send(refused(504), 1, 0).verdict, SendVerdict::refused);
}

TEST(TelegramApi, RedactsTheToken) {
  base::Loop loop;
  TelegramSettings settings;
  settings.token = "12345678:AAsecretsecret";
  const Api api(loop, settings);
  EXPECT_EQ(api.redact("GET /bot12345678:AAsecretsecret/getMe failed"), "GET /bot***/getMe failed");
  EXPECT_EQ(api.redact("/bot12345678%3AAAsecretsecret/x"), "/bot12345678%3A***/x");
}

}  // namespace
}  // namespace openclaw::channels::telegram
