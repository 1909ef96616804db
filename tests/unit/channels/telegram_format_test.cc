#include "base/strings.h"
#include "channels/telegram/format.h"

#include <gtest/gtest.h>

namespace openclaw::channels::telegram {
namespace {

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
