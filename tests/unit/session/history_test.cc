#include "session/history.h"

#include <gtest/gtest.h>

namespace openclaw::session {
namespace {

constexpr std::int64_t kNow = 1795500424906;  // 2026-11-24 06:07 UTC

store::MessageRecord record(std::string_view text) {
  store::MessageRecord out;
  out.id = "0a1b2c3d";
  out.seq = 7;
  out.body = json::parse(text)->as_object();
  return out;
}

std::string first_text(const json::Object& message) {
  return json::get_string_or(message.at("content").as_array().at(0).as_object(), "text", "");
}

TEST(Envelope, TimeAndSender) {
  Envelope envelope;
  envelope.now = kNow;
  EXPECT_EQ(wrap_message("hi", envelope), "[Tue 2026-11-24 06:07 UTC] hi");
  envelope.sender_label = "Operator UI (openclaw-tui)";
  envelope.sender_id = "openclaw-tui";
  EXPECT_EQ(wrap_message("hi", envelope),
            "Sender (untrusted metadata):\n```json\n{\n  \"label\": \"Operator UI (openclaw-tui)\",\n"
            "  \"id\": \"openclaw-tui\"\n}\n```\n\n[Tue 2026-11-24 06:07 UTC] hi");
}

TEST(Envelope, KeepsATimeThatIsAlreadyThere) {
  Envelope envelope;
  envelope.now = kNow;
  EXPECT_EQ(wrap_message("[Mon 2025-01-06 23:59 UTC] hi", envelope), "[Mon 2025-01-06 23:59 UTC] hi");
}

TEST(Envelope, UnwrapIsTheInverse) {
  Envelope envelope;
  envelope.now = kNow;
  for (const char* text : {"hi", "", "[not a time] x", "a\nb", "Sender (untrusted metadata):\nquoted"}) {
    for (const char* label : {"", "Ada \"quoted\" (42)"}) {
      for (const bool time : {true, false}) {
        envelope.sender_label = label;
        envelope.time = time;
        const auto clean = unwrap_message(wrap_message(text, envelope));
        EXPECT_EQ(clean.text, text);
        EXPECT_EQ(clean.sender_label, label);
      }
    }
  }
}

TEST(Envelope, ReferenceChannelMessage) {
  const auto clean = unwrap_message(
      "Conversation info (untrusted metadata):\n```json\n{\n  \"message_id\": \"503\"\n}\n```\n\n"
      "Sender (untrusted metadata):\n```json\n{\n  \"label\": \"Ada (4242)\"\n}\n```\n\nlist my nodes");
  EXPECT_EQ(clean.text, "list my nodes");
  EXPECT_EQ(clean.sender_label, "Ada (4242)");
}

TEST(Envelope, AQuotedSecondBlockStays) {
  const std::string block = "Sender (untrusted metadata):\n```json\n{}\n```\n\n";
  EXPECT_EQ(display_text(block + block + "x"), block + "x");
}

TEST(Envelope, BrokenBlocksStay) {
  for (const char* text :
       {"Sender (untrusted metadata):\n```json\n{", "Sender (untrusted metadata):\n```json\nx\n```\n\n",
        "[Tue 2026-11-24 06:07", "[Tue 2026-11-24 06:07 ]", "["}) {
    EXPECT_EQ(display_text(text), text);
  }
}

TEST(History, UserTextIsCleanAndNamesTheSender) {
  const auto shown = history_message(record(
      R"({"role":"user","content":[{"type":"text","text":"Sender (untrusted metadata):\n```json\n{\"label\":\"Ada\"}\n```\n\n[Tue 2026-11-24 06:07 UTC] hi"}],"timestamp":5})"));
  EXPECT_EQ(first_text(shown), "hi");
  EXPECT_EQ(json::get_string_or(shown, "senderLabel", ""), "Ada");
  EXPECT_EQ(json::write(shown.at("__openclaw")), R"({"id":"0a1b2c3d","seq":7})");
}

TEST(History, StringContentStaysAString) {
  const auto shown = history_message(record(R"({"role":"user","content":"[Tue 2026-11-24 06:07 UTC] hi"})"));
  EXPECT_EQ(json::get_string_or(shown, "content", ""), "hi");
}

TEST(History, AssistantLosesSignaturesAndDirectives) {
  const auto shown = history_message(record(
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"t","thinkingSignature":"s"},{"type":"text","text":"[[reply_to_current]] ok [[x]]"}],"usage":{"input":1,"cost":{"input":2,"total":3}},"details":{}})"));
  EXPECT_EQ(json::write(shown.at("content")),
            R"([{"type":"thinking","thinking":"t"},{"type":"text","text":"ok [[x]]"}])");
  EXPECT_EQ(json::write(shown.at("usage")), R"({"input":1,"cost":{"total":3}})");
  EXPECT_FALSE(shown.contains("details"));
}

TEST(History, LongTextsAreCutByCharacters) {
  const auto shown =
      history_message(record(R"({"role":"assistant","content":[{"type":"text","text":"ééééé"}]})"), 3);
  EXPECT_EQ(first_text(shown), "ééé\n...(truncated)...");
  const auto whole =
      history_message(record(R"({"role":"assistant","content":[{"type":"text","text":"ééé"}]})"), 3);
  EXPECT_EQ(first_text(whole), "ééé");
}

TEST(History, ImagesShowTheirSizeOnly) {
  const auto shown = history_message(
      record(R"({"role":"user","content":[{"type":"image","data":"AAAAAAAA","mimeType":"image/png"}]})"));
  EXPECT_EQ(json::write(shown.at("content")),
            R"([{"type":"image","mimeType":"image/png","omitted":true,"bytes":6}])");
}

TEST(History, SilentMessagesAndOversizedOnes) {
  std::vector<store::MessageRecord> messages;
  messages.push_back(record(R"({"role":"assistant","content":[{"type":"text","text":" NO_REPLY "}]})"));
  auto big = record(R"({"role":"toolResult","content":[],"timestamp":9})");
  json::Object block;
  block["type"] = "other";
  block["data"] = std::string(200'000, 'x');
  big.body["content"].get_array().push_back(block);
  messages.push_back(big);
  const auto list = history_messages(messages);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(first_text(list[0].as_object()), "[chat.history omitted: message too large]");
  EXPECT_EQ(json::write(list[0].at("__openclaw")),
            R"({"id":"0a1b2c3d","seq":7,"truncated":true,"reason":"oversized"})");
}

TEST(History, AToolCallWithNoReplyTextIsNotSilent) {
  EXPECT_FALSE(silent_message(record(
      R"({"role":"assistant","content":[{"type":"text","text":"NO_REPLY"},{"type":"toolCall","id":"c","name":"exec","arguments":{}}]})")));
}

TEST(History, TheOldestAreDroppedFromATooLongList) {
  std::vector<store::MessageRecord> messages;
  for (int i = 0; i < 100; ++i) {
    auto message = record(R"({"role":"assistant","content":[{"type":"text","text":""}]})");
    message.seq = i;
    message.body["content"].get_array()[0].get_object()["text"] = std::string(100'000, 'a');
    messages.push_back(std::move(message));
  }
  const auto list = history_messages(messages, 500'000);
  EXPECT_EQ(list.size(), 62u);
  EXPECT_EQ(list[list.size() - 1].at("__openclaw").at("seq").as_int64(), 99);
}

}  // namespace
}  // namespace openclaw::session
