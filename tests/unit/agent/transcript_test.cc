#include "agent/transcript.h"

#include "agent/reply_text.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

std::vector<store::MessageRecord> records(const std::vector<std::string>& bodies) {
  std::vector<store::MessageRecord> out;
  for (const auto& body : bodies) {
    store::MessageRecord record;
    record.seq = static_cast<std::int64_t>(out.size()) + 1;
    record.id = "m" + std::to_string(record.seq);
    record.body = json::parse(body)->as_object();
    out.push_back(std::move(record));
  }
  return out;
}

constexpr const char* kUser = R"({"role":"user","content":"q"})";
constexpr const char* kCall =
    R"({"role":"assistant","content":[{"type":"toolCall","id":"c","name":"exec","arguments":{}}]})";
constexpr const char* kResult = R"({"role":"toolResult","toolCallId":"c","content":[],"details":{"a":1}})";
constexpr const char* kAnswer = R"({"role":"assistant","content":[{"type":"text","text":"a"}]})";

std::string roles(const json::Array& messages) {
  std::string out;
  for (const auto& message : messages) out += json::get_string_or(message.as_object(), "role", "?") + " ";
  return out;
}

TEST(ModelContext, PlainTurn) {
  const auto out = model_context(records({kUser, kCall, kResult, kAnswer, kUser}), {}, "m5", 100'000);
  EXPECT_EQ(roles(out), "user assistant toolResult assistant user ");
  EXPECT_FALSE(out[2].as_object().contains("details"));
}

TEST(ModelContext, AResultFollowsItsCallWhateverCameBetween) {
  const auto out = model_context(records({kUser, kCall, kUser, kResult, kAnswer}), {}, "", 100'000);
  EXPECT_EQ(roles(out), "user assistant toolResult user assistant ");
}

TEST(ModelContext, MissingResultsAreMadeAndOrphansDropped) {
  const auto out = model_context(records({kUser, kResult, kCall, kUser}), {}, "m4", 100'000);
  EXPECT_EQ(roles(out), "user assistant toolResult user ");
  EXPECT_TRUE(out[2].at("isError").as_bool());
}

TEST(ModelContext, AReusedCallIdKeepsToItsTurn) {
  const auto out = model_context(records({kUser, kCall, kUser, kCall, kResult}), {}, "", 100'000);
  EXPECT_EQ(roles(out), "user assistant toolResult user assistant toolResult ");
  EXPECT_TRUE(out[2].at("isError").as_bool());
  EXPECT_EQ(out[5].as_object().find("isError"), out[5].as_object().end());
}

TEST(ModelContext, NotesAndFailuresAreLeftOut) {
  const auto out = model_context(
      records(
          {kUser, R"({"role":"assistant","content":[],"stopReason":"error"})",
           R"({"role":"assistant","content":[{"type":"text","text":"half"}],"stopReason":"error"})",
           R"({"role":"assistant","content":[{"type":"text","text":"n"}],"provider":"openclaw","model":"gateway-injected"})",
           R"({"role":"assistant","content":[{"type":"text","text":"stopped"}],"provider":"openclaw","model":"gateway-injected","stopReason":"stop","openclawAbort":{}})"}),
      {}, "", 100'000);
  EXPECT_EQ(roles(out), "user assistant ");
  EXPECT_EQ(json::write(out[1]),
            R"({"role":"assistant","content":[{"type":"text","text":"stopped"}],"stopReason":"stop"})");
}

TEST(ModelContext, OwnMessageComesLastAndWaitingOnesAreHidden) {
  const auto out =
      model_context(records({R"({"role":"user","content":"1"})", R"({"role":"user","content":"2"})",
                             R"({"role":"user","content":"3"})", kAnswer}),
                    {"m3"}, "m2", 100'000);
  EXPECT_EQ(roles(out), "user assistant user ");
  EXPECT_EQ(out[2].at("content").as_string(), "2");
}

TEST(ModelContext, TheOldestGoFirstAndAUserMessageLeads) {
  const auto all = records({kUser, kAnswer, kUser, kCall, kResult, kAnswer, kUser});
  EXPECT_EQ(roles(model_context(all, {}, "m7", 1)), "user ");
  EXPECT_EQ(roles(model_context(all, {}, "m7", 320)), "user assistant toolResult assistant user ");
}

TEST(VisibleText, HoldsBackWhatMayVanish) {
  EXPECT_EQ(visible_text("NO"), "");
  EXPECT_EQ(visible_text("NO_REPLY"), "");
  EXPECT_EQ(visible_text("NOW"), "NOW");
  EXPECT_EQ(visible_text("a "), "a");
  EXPECT_EQ(visible_text("a [[repl"), "a");
  EXPECT_EQ(visible_text("[[reply_to_current]] a"), "a");
  EXPECT_EQ(visible_text("a ["), "a");
  EXPECT_EQ(visible_text("a [1] [[x]] b"), "a [1] [[x]] b");
}

TEST(VisibleText, ALongerTextContinuesAShorterOne) {
  const std::string text = "[[reply_to_current]] One [two] [[audio_as_voice]] three [[x]] NO_REPLY\n\nfour";
  std::string before;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto now = visible_text(std::string_view(text).substr(0, i));
    EXPECT_TRUE(now.starts_with(before)) << "'" << now << "' after '" << before << "'";
    before = now;
  }
  EXPECT_EQ(before, final_text(text));
}

TEST(FailureText, ForPeople) {
  ModelFailure failure;
  failure.text = "HTTP 401: invalid x-api-key";
  failure.status = 401;
  failure.reason = FailureReason::auth;
  EXPECT_EQ(failure_text(failure, "openai"), "HTTP 401: invalid x-api-key");
  failure.reason = FailureReason::billing;
  EXPECT_TRUE(failure_text(failure, "openai")
                  .starts_with("⚠️ Openai returned a billing error — your API key has run out"));
  failure.reason = FailureReason::timeout;
  failure.text = "LLM idle timeout (60s): no response from model";
  EXPECT_EQ(failure_text(failure, "openai"), failure.text);
  failure.text = "HTTP 504";
  EXPECT_EQ(failure_text(failure, "openai"), "LLM request timed out.");
  failure.reason = FailureReason::network;
  failure.status = 0;
  failure.text = "connection refused";
  EXPECT_EQ(failure_text(failure, "openai"),
            "⚠️ Agent failed before reply: connection refused. Logs: openclaw logs --follow");
}

}  // namespace
}  // namespace openclaw::agent
