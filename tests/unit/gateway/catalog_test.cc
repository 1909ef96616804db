// write_budget, live_config, log_tail, skill files, reported presence.
#include "gateway/live_config.h"
#include "gateway/methods/log_tail.h"
#include "gateway/methods/skill_scan.h"
#include "gateway/write_budget.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace openclaw::gateway {
namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "openclaw-catalog-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string put(const std::string& name, const std::string& text) const {
    const auto file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(WriteBudget, ThreeInAMinuteForAllMethodsTogether) {
  WriteBudget budget;
  EXPECT_FALSE(budget.take("d|", "config.patch", 1000));
  EXPECT_FALSE(budget.take("d|", "config.apply", 1100));
  EXPECT_FALSE(budget.take("d|", "config.patch", 1200));
  const auto refused = budget.take("d|", "config.patch", 1267);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, "UNAVAILABLE");
  EXPECT_EQ(refused->message, "rate limit exceeded for config.patch; retry after 60s");
  EXPECT_EQ(refused->retry_after_ms, 59'733);
  EXPECT_EQ(refused->retryable, true);
  EXPECT_EQ(json::write(refused->details), R"({"method":"config.patch","limit":"3 per 60s"})");
  EXPECT_FALSE(budget.take("other|", "config.patch", 1300));
  EXPECT_FALSE(budget.take("d|", "config.patch", 61'000));
  EXPECT_TRUE(WriteBudget::applies_to("config.apply"));
  EXPECT_FALSE(WriteBudget::applies_to("config.set"));
}

TEST(WriteBudget, ForgetsTheStalest) {
  WriteBudget budget;
  for (int i = 0; i < 5000; ++i) EXPECT_FALSE(budget.take("k" + std::to_string(i), "config.patch", 1000 + i));
}

LogTail tail_of(const LogTailRequest& request) { return *read_log_tail(request); }

TEST(LogTail, CursorsAndLimits) {
  const Folder folder;
  LogTailRequest request;
  request.file = folder.path() + "/gateway-2026-01-02.log";
  EXPECT_EQ(tail_of(request).size, 0);
  folder.put("gateway-2026-01-02.log", "one\ntwo\nthree\n");
  auto all = tail_of(request);
  EXPECT_EQ(all.lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(all.cursor, 14);
  EXPECT_FALSE(all.truncated);
  request.limit = 1;
  EXPECT_EQ(tail_of(request).lines, std::vector<std::string>{"three"});
  request.cursor = 14;
  EXPECT_TRUE(tail_of(request).lines.empty());
  request.cursor = 4;
  request.limit = 5;
  EXPECT_EQ(tail_of(request).lines, (std::vector<std::string>{"two", "three"}));
  request.cursor = 1000;
  EXPECT_TRUE(tail_of(request).reset);
  EXPECT_FALSE(tail_of(request).truncated);
  request.cursor = 0;
  request.max_bytes = 8;  // begins in the middle of "two"
  auto part = tail_of(request);
  EXPECT_EQ(part.lines, std::vector<std::string>{"three"});
  EXPECT_TRUE(part.truncated && part.reset);
  request.max_bytes = 6;  // exactly "three\n"
  EXPECT_EQ(tail_of(request).lines, std::vector<std::string>{"three"});
}

TEST(LogTail, TheNewestFileWhenTodaysIsNotThere) {
  const Folder folder;
  folder.put("gateway-2026-01-01.log", "a\n");
  folder.put("gateway-2026-01-03.log", "b\n");
  folder.put("config-audit.jsonl", "c\n");
  LogTailRequest request;
  request.file = folder.path() + "/gateway-2026-02-01.log";
  EXPECT_EQ(tail_of(request).lines, std::vector<std::string>{"b"});
  EXPECT_EQ(tail_of(request).file, folder.path() + "/gateway-2026-01-03.log");
}

TEST(LogTail, RecordsAreThoseThatClientsRead) {
  const auto record = json::parse(log_record(
      R"({"time":"2026-01-02T03:04:05.006Z","level":"warn","subsystem":"node","msg":"say \"x\""})", "host"));
  const auto& object = record->get_object();
  EXPECT_EQ(object.at("0"), R"({"subsystem":"node"})");
  EXPECT_EQ(object.at("1"), "say \"x\"");
  EXPECT_EQ(object.at("time"), "2026-01-02T03:04:05.006Z");
  EXPECT_EQ(object.at("_meta").get_object().at("logLevelId"), 4);
  EXPECT_EQ(object.at("_meta").get_object().at("logLevelName"), "WARN");
  EXPECT_EQ(log_record("not ours", "host"), "not ours");
  EXPECT_EQ(log_record("bad \xff byte", "host"), "bad ? byte");
}

TEST(SkillFile, ReadsTheFormsThatSkillsUse) {
  const auto file = parse_skill_file(
      "---\nname: github\ndescription: \"Work with \\\"issues\\\"\"\nhomepage: https://x # page\nmetadata:\n "
      " {\n    \"openclaw\":\n"
      "      { \"emoji\": \"G\", \"requires\": { \"bins\": [\"gh\"] }, },\n  }\n---\n# Body\nname: other\n");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name, "github");
  EXPECT_EQ(file->description, "Work with \"issues\"");
  EXPECT_EQ(file->homepage, "https://x");
  EXPECT_EQ(json::write(file->manifest), R"({"emoji":"G","requires":{"bins":["gh"]}})");
  EXPECT_EQ(parse_skill_file("---\r\ndescription: >\r\n  two\r\n  lines\r\n---\r\n")->description,
            "two lines");
  EXPECT_EQ(parse_skill_file("---\ndescription: 'it''s'\nmetadata: {bad\n---\n")->description, "it's");
  for (const char* bad :
       {"", "---", "name: x\n", "---\nname: x\n---\n", "---\ndescription: x\n", "---\ndescription:\n---\n"}) {
    EXPECT_FALSE(parse_skill_file(bad)) << bad;
  }
}

TEST(SkillScan, PrecedenceRequirementsAndLinks) {
  const Folder folder;
  const auto skill = [](const std::string& name, const std::string& more) {
    return "---\nname: " + name + "\ndescription: d\nmetadata: {\"openclaw\":" + more + "}\n---\n";
  };
  folder.put(
      "ws/skills/a/SKILL.md",
      skill(
          "alpha",
          R"({"requires":{"bins":["sh","no-such-program"],"env":["NEEDED"],"config":["x.y"]},"primaryEnv":"NEEDED"})"));
  folder.put("state/skills/a2/SKILL.md", skill("alpha", "{}"));
  folder.put("state/skills/b/SKILL.md", skill("beta", R"({"os":["darwin"]})"));
  folder.put("state/skills/c/SKILL.md",
             skill("gamma", R"({"requires":{"anyBins":["sh","zz"]},"install":[{"bins":["gg"]}]})"));
  folder.put("outside/SKILL.md", skill("stolen", "{}"));
  std::filesystem::create_directory_symlink(folder.path() + "/outside", folder.path() + "/state/skills/link");
  const auto skills = scan_skills({{folder.path() + "/ws/skills", "openclaw-workspace"},
                                   {folder.path() + "/none", "openclaw-extra"},
                                   {folder.path() + "/state/skills", "openclaw-managed"}});
  ASSERT_EQ(skills.size(), 3u);
  EXPECT_EQ(skills[0].source, "openclaw-workspace");
  SkillHost host;
  host.env.set("PATH", "/usr/bin:/bin");
  host.config = *json::parse(
      R"({"x":{"y":true},"skills":{"entries":{"alpha":{"apiKey":"k"},"gamma":{"enabled":false}}}})");
  const auto alpha = skill_row(skills[0], host);
  EXPECT_EQ(json::write(alpha.at("missing")),
            R"({"bins":["no-such-program"],"anyBins":[],"env":[],"config":[],"os":[]})");
  EXPECT_EQ(json::write(alpha.at("configChecks")), R"([{"path":"x.y","satisfied":true}])");
  EXPECT_EQ(alpha.at("eligible"), false);
  EXPECT_EQ(json::write(skill_row(skills[1], host).at("missing").get_object().at("os")), R"(["darwin"])");
  const auto gamma = skill_row(skills[2], host);
  EXPECT_EQ(gamma.at("disabled"), true);
  EXPECT_EQ(json::write(gamma.at("missing").get_object().at("anyBins")), "[]");
  EXPECT_EQ(skill_bins(skills), (std::vector<std::string>{"gg", "no-such-program", "sh", "zz"}));
}

TEST(LiveConfig, OnlyAStartReadsSomeSettings) {
  for (const char* key :
       {"gateway.port", "gateway.auth.token", "logging.level", "env.vars.X", "gateway.bind"}) {
    EXPECT_TRUE(needs_restart(*config::parse_key_path(key))) << key;
  }
  for (const char* key :
       {"gateway.nodes.allowCommands", "gateway.controlUi.allowedOrigins", "channels.telegram.allowFrom",
        "agents.defaults.model", "skills.entries.x", "ui.seamColor", "gateway.portable"}) {
    EXPECT_FALSE(needs_restart(*config::parse_key_path(key))) << key;
  }
}

TEST(Presence, AReportKeepsWhatItDoesNotSay) {
  session::Presence presence{session::PresenceEntry{}};
  session::PresenceEntry first;
  first.host = "mac";
  first.version = "1";
  first.reason = "launch";
  first.last_input_seconds = 5;
  EXPECT_EQ(presence.report("id", first, 1000), (std::vector<std::string>{"host", "version", "reason"}));
  session::PresenceEntry second;
  second.version = "2";
  EXPECT_EQ(presence.report("id", second, 2000), std::vector<std::string>{"version"});
  EXPECT_EQ(second.host, "mac");
  const auto list = presence.list(3000);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(json::write(list[1]),
            R"({"host":"mac","version":"2","lastInputSeconds":5,"reason":"launch","ts":2000})");
}

}  // namespace
}  // namespace openclaw::gateway
