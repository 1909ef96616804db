#include "base/strings.h"
#include "channels/telegram/format.h"
#include "json/json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace openclaw::channels::telegram {
namespace {

json::Array cases(const std::string& area) {
  std::ifstream file(std::string(OPENCLAW_TEST_DATA) + "/vectors/" + area + ".json");
  std::stringstream text;
  text << file.rdbuf();
  auto document = json::parse(text.str());
  if (!document) return {};
  const auto* list = json::get_array(document->as_object(), "cases");
  return list ? *list : json::Array();
}

TEST(TelegramFormat, ChunksLikeTheVectors) {
  int ran = 0;
  for (const auto& value : cases("text-chunking")) {
    const auto& item = value.as_object();
    if (json::get_string(item, "op") != "chunk_text") continue;
    ++ran;
    const auto& in = *json::get_object(item, "in");
    const auto got =
        chunk_text(*json::get_string(in, "text"), static_cast<std::size_t>(*json::get_int(in, "limit")));
    EXPECT_EQ(got, json::string_list(json::find(*json::get_object(item, "expect"), "chunks")))
        << *json::get_string(item, "id");
  }
  EXPECT_GE(ran, 6);
}

TEST(TelegramFormat, TargetsLikeTheVectors) {
  int ran = 0;
  for (const auto& value : cases("telegram-format")) {
    const auto& item = value.as_object();
    if (json::get_string(item, "op") != "parse_target") continue;
    ++ran;
    const auto& want = *json::get_object(*json::get_object(item, "expect"), "target");
    const Target got = parse_target(*json::get_string(*json::get_object(item, "in"), "target"));
    const auto id = *json::get_string(item, "id");
    EXPECT_EQ(got.chat_id, json::get_string(want, "chatId")) << id;
    EXPECT_EQ(got.thread, json::get_int(want, "messageThreadId")) << id;
    EXPECT_EQ(got.chat_type, json::get_string(want, "chatType")) << id;
  }
  EXPECT_GE(ran, 6);
}

TEST(TelegramFormat, TargetsWithPrefixes) {
  EXPECT_EQ(parse_target("telegram:4242").chat_id, "4242");
  EXPECT_EQ(parse_target("TG: 4242").chat_id, "4242");
  EXPECT_EQ(parse_target("telegram:group:-1001").chat_id, "-1001");
  const Target topic = parse_target("telegram:group:-1001:topic:7");
  EXPECT_EQ(topic.chat_id, "-1001");
  EXPECT_EQ(topic.thread, 7);
  EXPECT_TRUE(is_deliverable(parse_target("telegram:4242")));
  EXPECT_TRUE(is_deliverable(parse_target("@name")));
  for (const char* bad : {"", "@", "-", "name", "12:ab", "@a b", "telegram:"}) {
    EXPECT_FALSE(is_deliverable(parse_target(bad))) << bad;
  }
}

TEST(TelegramFormat, NeverCutsSurrogatePairs) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "😀";  // 2 units each
  const auto chunks = chunk_text(text, 5);
  ASSERT_EQ(chunks.size(), 5u);
  for (const auto& chunk : chunks) {
    EXPECT_TRUE(base::is_utf8(chunk));
    EXPECT_LE(base::utf16_length(chunk), 5u);
  }
  EXPECT_EQ(base::join(chunks, ""), text);
}

TEST(TelegramFormat, MovesOnWhenAPairIsWiderThanTheLimit) {
  EXPECT_EQ(chunk_text("😀😀", 1), (std::vector<std::string>{"😀", "😀"}));
}

TEST(TelegramFormat, CountsUnitsNotBytes) {
  std::string text;
  for (int i = 0; i < 4000; ++i) text += "ä";
  EXPECT_EQ(chunk_text(text, 4000).size(), 1u);
  EXPECT_EQ(chunk_text(text + "ä", 4000).size(), 2u);
}

TEST(TelegramFormat, PrefersANewlineToALaterSpace) {
  EXPECT_EQ(chunk_text("one\ntwo three four", 12), (std::vector<std::string>{"one", "two three", "four"}));
}

TEST(TelegramFormat, WhiteSpaceAloneIsNothing) { EXPECT_TRUE(chunk_text(" \n\t ", 10).empty()); }

TEST(TelegramFormat, InvalidBytesAreReplaced) {
  EXPECT_EQ(to_utf8("a\xff"
                    "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(to_utf8("ok ä"), "ok ä");
  EXPECT_TRUE(base::is_utf8(to_utf8("\xf0\x9f\x98")));
}

}  // namespace
}  // namespace openclaw::channels::telegram
