#include "channels/telegram/settings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <unistd.h>

namespace openclaw::channels::telegram {
namespace {

json::Value config(std::string_view telegram) {
  return json::parse("{\"channels\":{\"telegram\":" + std::string(telegram) + "}}").value();
}

class TempDir {
 public:
  TempDir() {
    std::string pattern = std::filesystem::temp_directory_path() / "telegram-settings-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, const std::string& content) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path) << content;
    return path;
  }
  std::string path_;
};

TEST(TelegramSettings, AbsentWhenNothingNamesIt) {
  EXPECT_FALSE(read_settings(json::parse("{}").value(), {}));
  EXPECT_FALSE(read_settings(json::parse("{\"channels\":{}}").value(), {}));
}

TEST(TelegramSettings, EnvironmentAloneIsEnough) {
  base::Env env;
  env.set("TELEGRAM_BOT_TOKEN", " 1:env ");
  const auto settings = read_settings(json::parse("{}").value(), env);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->token, "1:env");
  EXPECT_EQ(settings->token_source, "env");
  EXPECT_EQ(settings->problem, "");
  EXPECT_EQ(settings->dm_policy, DmPolicy::pairing);
  EXPECT_EQ(settings->api_root, "https://api.telegram.org");
}

TEST(TelegramSettings, TokenPrecedence) {
  const TempDir dir;
  base::Env env;
  env.set("TELEGRAM_BOT_TOKEN", "1:env");
  const std::string file = dir.file("token", "1:file\n");
  const auto of = [&](const std::string& block) { return read_settings(config(block), env).value(); };

  auto settings = of("{\"tokenFile\":\"" + file + "\"}");
  EXPECT_EQ(settings.token, "1:file");
  EXPECT_EQ(settings.token_source, "tokenFile");
  EXPECT_EQ(settings.token_setting, "channels.telegram.tokenFile");

  settings = of("{\"botToken\":\"1:cfg\",\"tokenFile\":\"" + file + "\"}");
  EXPECT_EQ(settings.token, "1:cfg");
  EXPECT_EQ(settings.token_source, "config");

  settings = of("{\"botToken\":\"1:cfg\",\"accounts\":{\"default\":{\"botToken\":\"1:acc\"}}}");
  EXPECT_EQ(settings.token, "1:acc");
  EXPECT_EQ(settings.token_setting, "channels.telegram.accounts.default.botToken");

  settings = of("{\"botToken\":\"  \"}");
  EXPECT_EQ(settings.token_source, "env");
}

TEST(TelegramSettings, ABadTokenFileDoesNotFallThroughToTheEnvironment) {
  const TempDir dir;
  base::Env env;
  env.set("TELEGRAM_BOT_TOKEN", "1:env");
  const std::string real = dir.file("real", "1:file");
  const std::string link = dir.path_ + "/link";
  ASSERT_EQ(::symlink(real.c_str(), link.c_str()), 0);
  for (const std::string& path : {link, dir.path_, dir.path_ + "/absent", dir.file("empty", " \n")}) {
    const auto settings = read_settings(config("{\"tokenFile\":\"" + path + "\"}"), env).value();
    EXPECT_EQ(settings.token, "") << path;
    EXPECT_NE(settings.problem.find("channels.telegram.tokenFile"), std::string::npos) << settings.problem;
    EXPECT_NE(settings.problem.find(path), std::string::npos) << settings.problem;
  }
}

TEST(TelegramSettings, MissingTokenNamesTheSettings) {
  const auto settings = read_settings(config("{}"), {}).value();
  EXPECT_EQ(settings.problem,
            "Telegram bot token missing for account \"default\" (set "
            "channels.telegram.accounts.default.botToken/tokenFile or "
            "TELEGRAM_BOT_TOKEN for default).");
  EXPECT_EQ(settings.token_source, "none");
}

TEST(TelegramSettings, ProblemsNeverShowTheToken) {
  const auto settings = read_settings(config("{\"botToken\":\"1:se cret/../\"}"), {}).value();
  EXPECT_NE(settings.problem.find("channels.telegram.botToken"), std::string::npos);
  EXPECT_EQ(settings.problem.find("cret"), std::string::npos);
  EXPECT_EQ(settings.token, "");
  const auto reference =
      read_settings(config("{\"botToken\":{\"source\":\"env\",\"id\":\"X\"}}"), {}).value();
  EXPECT_NE(reference.problem.find("not resolved"), std::string::npos);
}

TEST(TelegramSettings, AllowFromTakesIdsOnly) {
  const auto settings = read_settings(config("{\"botToken\":\"1:a\",\"allowFrom\":[42,\" TG:43 "
                                             "\",\"telegram:44\",\"@ada\",\"12 34\",null]}"),
                                      {})
                            .value();
  EXPECT_EQ(settings.allow_from.ids, (std::set<std::string>{"42", "43", "44"}));
  EXPECT_FALSE(settings.allow_from.any);
  ASSERT_EQ(settings.warnings.size(), 2u);
  EXPECT_NE(settings.warnings[0].find("@ada"), std::string::npos);
}

TEST(TelegramSettings, OpenNeedsAStar) {
  EXPECT_NE(read_settings(config("{\"botToken\":\"1:a\",\"dmPolicy\":\"open\"}"), {})->problem.find("\"*\""),
            std::string::npos);
  EXPECT_EQ(read_settings(config("{\"botToken\":\"1:a\",\"dmPolicy\":\"open\",\"allowFrom\":[\"*\"]}"), {})
                ->problem,
            "");
}

TEST(TelegramSettings, UnknownWordsAreProblems) {
  const auto settings = read_settings(config("{\"botToken\":\"1:a\",\"dmPolicy\":\"everyone\"}"), {}).value();
  EXPECT_NE(settings.problem.find("channels.telegram.dmPolicy"), std::string::npos);
  EXPECT_NE(settings.problem.find("allowlist"), std::string::npos);
  EXPECT_NE(read_settings(config("{\"botToken\":\"1:a\",\"apiRoot\":\"ftp://x\"}"), {})->problem, "");
}

TEST(TelegramSettings, EnabledAndLimits) {
  EXPECT_FALSE(read_settings(config("{\"botToken\":\"1:a\",\"enabled\":false}"), {})->enabled);
  const auto settings =
      read_settings(config("{\"botToken\":\"1:a\",\"textChunkLimit\":99999,\"timeoutSeconds\":7,"
                           "\"accounts\":{\"default\":{\"textChunkLimit\":10},\"work\":{}}}"),
                    {})
          .value();
  EXPECT_TRUE(settings.enabled);
  EXPECT_EQ(settings.text_chunk_limit, 10);
  EXPECT_EQ(settings.call_timeout_ms, 7000);
  ASSERT_EQ(settings.warnings.size(), 1u);
  EXPECT_NE(settings.warnings[0].find("accounts.work"), std::string::npos);
}

}  // namespace
}  // namespace openclaw::channels::telegram
