#include "session/attachments.h"
#include "session/history.h"
#include "session/levels.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

namespace openclaw::session {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n", 8) + "rest";

json::Array one(std::string_view text) {
  json::Array out;
  out.push_back(*json::parse(text));
  return out;
}

TEST(Levels, NamesAndTheirOtherSpellings) {
  EXPECT_EQ(thinking_level(" Ultrathink "), "high");
  EXPECT_EQ(thinking_level("think hard"), "low");
  EXPECT_EQ(thinking_level("adaptive"), "adaptive");
  EXPECT_EQ(thinking_level("xhigh"), std::nullopt);
  EXPECT_EQ(verbose_level("full"), "full");
  EXPECT_EQ(verbose_level("maybe"), std::nullopt);
  EXPECT_EQ(reasoning_level("stream"), "stream");
  EXPECT_EQ(elevated_level("ask"), "ask");
  EXPECT_EQ(exec_host("node"), "node");
  EXPECT_EQ(exec_security("ALLOWLIST"), "allowlist");
  EXPECT_EQ(exec_ask("on-miss"), "on-miss");
  EXPECT_EQ(exec_ask(""), std::nullopt);
}

TEST(Attachments, ImagesInEveryForm) {
  const std::string data = base::base64_encode(kPng);
  const auto plain = read_images(one(R"({"fileName":"a.png","content":")" + data + "\"}"));
  const auto url = read_images(one(R"({"content":"data:image/jpeg;base64,)" + data + "\"}"));
  const auto source = read_images(one(R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":")" + data + "\"}}"));
  for (const auto* images : {&plain, &url, &source}) {
    ASSERT_TRUE(*images);
    ASSERT_EQ((*images)->size(), 1u);
    EXPECT_EQ((*images)->at(0).at("mimeType").as_string(), "image/png");  // what the bytes say
    EXPECT_EQ((*images)->at(0).at("data").as_string(), data);
  }
}

TEST(Attachments, OthersAreLeftOut) {
  EXPECT_TRUE(read_images(one(R"({"mimeType":"text/plain","content":"aGVsbG8="})"))->empty());
  EXPECT_TRUE(read_images(one(R"({"fileName":"x"})"))->empty());
  EXPECT_TRUE(read_images(one("5"))->empty());
}

TEST(Attachments, Refusals) {
  EXPECT_EQ(read_images(one(R"({"fileName":"a.png","content":"%%%%"})")).error().message, "attachment a.png: invalid base64 content");
  EXPECT_EQ(read_images(one(R"({"type":"image","content":"abc"})")).error().message, "attachment image: invalid base64 content");
  const std::string big = base::base64_encode(kPng + std::string(kMaxAttachment, '\0'));
  EXPECT_NE(read_images(one(R"({"content":")" + big + "\"}")).error().message.find("attachment attachment-1: exceeds size limit ("), std::string::npos);
}

TEST(Preview, NewestLinesCut) {
  std::vector<store::MessageRecord> messages(4);
  messages[0].body = json::parse(R"({"role":"user","content":"[Tue 2026-11-24 06:07 UTC] hello there"})")->as_object();
  messages[1].body = json::parse(R"({"role":"assistant","content":[{"type":"text","text":"NO_REPLY"}]})")->as_object();
  messages[2].body = json::parse(R"({"role":"toolResult","content":[{"type":"text","text":"out"}]})")->as_object();
  messages[3].body = json::parse(R"({"role":"assistant","content":[{"type":"text","text":"[[reply_to_current]] a long answer"}]})")->as_object();
  const auto items = preview_items(messages, 3, 8);
  EXPECT_EQ(json::write(items), R"([{"role":"user","text":"hello t…"},{"role":"tool","text":"out"},{"role":"assistant","text":"a long …"}])");
  EXPECT_EQ(preview_items(messages, 1, 100).size(), 1u);
}

TEST(ShortText, NeverCutsACharacter) {
  EXPECT_EQ(short_text("äöü", 3), "äöü");
  EXPECT_EQ(short_text("äöüx", 3), "äö…");
  EXPECT_EQ(short_text("😀😀", 3), "😀…");
}

TEST(ImageData, IsNotShown) {
  const auto shown = without_image_data(json::parse(R"({"content":[{"type":"image","mimeType":"image/png","data":"AAAA"}]})")->as_object());
  EXPECT_EQ(json::write(shown), R"({"content":[{"type":"image","mimeType":"image/png","omitted":true,"bytes":3}]})");
}

}  // namespace
}  // namespace openclaw::session
