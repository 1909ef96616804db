#include "channels/telegram/update.h"

#include <gtest/gtest.h>

namespace openclaw::channels::telegram {
namespace {

const BotIdentity kBot{777, "mock_bot"};

std::variant<ParsedMessage, Skip> parse(std::string_view text) {
  return parse_update(json::parse(text).value(), kBot);
}
std::string skip_reason(std::string_view text) {
  const auto parsed = parse(text);
  const auto* skip = std::get_if<Skip>(&parsed);
  return skip ? skip->reason : "not skipped";
}

constexpr char kDirect[] = R"({"update_id":1001,"message":{"message_id":503,"date":1795501525,"text":"hello",
  "from":{"id":4242,"is_bot":false,"first_name":"Ada","last_name":"Lee","username":"ada"},
  "chat":{"id":4242,"type":"private","first_name":"Ada"}}})";

std::string group(const std::string& text, const std::string& extra = "") {
  return R"({"update_id":5,"message":{"message_id":9,"date":1,"text":")" + text +
         R"(","from":{"id":4242,"first_name":"Ada"},
    "chat":{"id":-1001,"type":"supergroup"})" +
         extra + "}}";
}
ParsedMessage group_message(const std::string& text, const std::string& extra = "") {
  return std::get<ParsedMessage>(parse(group(text, extra)));
}

TEST(TelegramUpdate, DirectMessage) {
  const auto parsed = parse(kDirect);
  const auto& message = std::get<ParsedMessage>(parsed).message;
  EXPECT_EQ(message.channel, "telegram");
  EXPECT_EQ(message.account, "default");
  EXPECT_EQ(message.chat_id, "4242");
  EXPECT_EQ(message.chat_type, "direct");
  EXPECT_EQ(message.sender_id, "4242");
  EXPECT_EQ(message.sender_name, "Ada Lee");
  EXPECT_EQ(message.sender_username, "ada");
  EXPECT_EQ(message.message_id, "503");
  EXPECT_EQ(message.text, "hello");
  EXPECT_EQ(message.ts, 1795501525000);
  EXPECT_EQ(message.dedupe_key, "telegram:777:4242:503");
  EXPECT_EQ(update_id(json::parse(kDirect).value()), 1001);
}

TEST(TelegramUpdate, CaptionCountsAsText) {
  const auto parsed = parse(R"({"update_id":1,"message":{"message_id":1,"caption":"look","photo":[],
    "from":{"id":1},"chat":{"id":1,"type":"private"}}})");
  EXPECT_EQ(std::get<ParsedMessage>(parsed).message.text, "look");
}

TEST(TelegramUpdate, SkipsWithAReason) {
  EXPECT_EQ(skip_reason("[]"), "not an object");
  EXPECT_EQ(skip_reason(R"({"update_id":1,"edited_message":{}})"), "no message in it");
  EXPECT_EQ(skip_reason(
                R"({"update_id":1,"message":{"message_id":1,"text":"x","chat":{"id":1,"type":"private"}}})"),
            "message without id, chat or sender");
  EXPECT_EQ(
      skip_reason(
          R"({"message":{"message_id":1,"text":"x","from":{"id":1},"chat":{"id":1,"type":"channel"}}})"),
      "neither a private chat nor a group");
  EXPECT_EQ(
      skip_reason(
          R"({"message":{"message_id":1,"text":"x","from":{"id":1,"is_bot":true},"chat":{"id":1,"type":"private"}}})"),
      "sent by a bot");
  EXPECT_EQ(
      skip_reason(
          R"({"message":{"message_id":1,"text":" \n","from":{"id":1},"chat":{"id":1,"type":"private"}}})"),
      "no text");
}

TEST(TelegramUpdate, UpdateIdsAreBounded) {
  EXPECT_FALSE(update_id(json::parse(R"({"update_id":"7"})").value()));
  EXPECT_FALSE(update_id(json::parse(R"({"update_id":-1})").value()));
  EXPECT_FALSE(update_id(json::parse(R"({"update_id":9223372036854775807})").value()));
  EXPECT_FALSE(update_id(json::Value(nullptr)));
  EXPECT_EQ(update_id(json::parse(R"({"update_id":0})").value()), 0);
}

TEST(TelegramUpdate, TextIsBounded) {
  json::Value update = json::parse(kDirect).value();
  update.as_object()["message"].as_object()["text"] = std::string(200'000, 'x');
  const auto parsed = parse_update(update, kBot);
  EXPECT_EQ(std::get<ParsedMessage>(parsed).message.text.size(), 65'536u);
}

TEST(TelegramUpdate, Mentions) {
  EXPECT_TRUE(group_message("hi @Mock_Bot, well").mentions_bot);
  EXPECT_FALSE(group_message("hi @mock_bot2").mentions_bot);
  EXPECT_FALSE(group_message("mail me@mock_bot").mentions_bot);
  EXPECT_FALSE(group_message("hi").mentions_bot);
  EXPECT_TRUE(group_message("yes", R"(,"reply_to_message":{"from":{"id":777}})").mentions_bot);
  EXPECT_FALSE(group_message("yes", R"(,"reply_to_message":{"from":{"id":778}})").mentions_bot);
}

TEST(TelegramAccess, DirectPolicies) {
  const auto parsed = std::get<ParsedMessage>(parse(kDirect));
  TelegramSettings settings;
  EXPECT_EQ(refuse_access(settings, parsed), "not in channels.telegram.allowFrom (dmPolicy pairing)");
  settings.allow_from.ids = {"4242"};
  EXPECT_EQ(refuse_access(settings, parsed), std::nullopt);
  settings.dm_policy = DmPolicy::allowlist;
  EXPECT_EQ(refuse_access(settings, parsed), std::nullopt);
  settings.allow_from.ids = {"1"};
  EXPECT_TRUE(refuse_access(settings, parsed));
  settings.allow_from.any = true;
  EXPECT_EQ(refuse_access(settings, parsed), std::nullopt);
  settings.dm_policy = DmPolicy::open;
  EXPECT_EQ(refuse_access(settings, parsed), std::nullopt);
  settings.dm_policy = DmPolicy::disabled;
  EXPECT_TRUE(refuse_access(settings, parsed));
}

TEST(TelegramAccess, GroupsAreIgnoredUnlessListed) {
  TelegramSettings settings;
  settings.allow_from.any = true;
  settings.group_policy = GroupPolicy::open;
  EXPECT_TRUE(refuse_access(settings, group_message("@mock_bot hi")));
  settings.groups["-1001"] = {};
  EXPECT_EQ(refuse_access(settings, group_message("@mock_bot hi")), std::nullopt);
  EXPECT_EQ(refuse_access(settings, group_message("hi")), "the bot was not mentioned");
  settings.groups["-1001"].require_mention = false;
  EXPECT_EQ(refuse_access(settings, group_message("hi")), std::nullopt);
  settings.groups["-1001"].enabled = false;
  EXPECT_TRUE(refuse_access(settings, group_message("hi")));
  settings.groups["-1001"].enabled = true;
  settings.group_policy = GroupPolicy::disabled;
  EXPECT_TRUE(refuse_access(settings, group_message("hi")));
}

TEST(TelegramAccess, GroupAllowlist) {
  const auto message = group_message("@mock_bot hi");
  TelegramSettings settings;
  settings.groups["*"] = {};
  EXPECT_TRUE(refuse_access(settings, message)) << "\"*\" without any sender list lets nobody in";
  settings.groups["-1001"] = {};
  EXPECT_EQ(refuse_access(settings, message), std::nullopt) << "listed by its own id";
  settings.allow_from.ids = {"1"};
  EXPECT_TRUE(refuse_access(settings, message));
  settings.group_allow_from = AllowList{false, {"4242"}};
  EXPECT_EQ(refuse_access(settings, message), std::nullopt);
  settings.groups["-1001"].allow_from = AllowList{false, {"5"}};
  EXPECT_TRUE(refuse_access(settings, message));
}

TEST(TelegramAccess, HintIsTheWholeLine) {
  TelegramSettings settings;
  settings.allow_from.ids = {"1"};
  EXPECT_EQ(allow_hint(settings, "4242"), "channels: { telegram: { allowFrom: [\"1\", \"4242\"] } }");
}

TEST(TelegramAccess, NamesOfStrangersAreTamed) {
  EXPECT_EQ(printable("a\nb\x1b[31mc", 100), "a b [31mc");
  EXPECT_EQ(printable("ääää", 5), "ää");
}

}  // namespace
}  // namespace openclaw::channels::telegram
