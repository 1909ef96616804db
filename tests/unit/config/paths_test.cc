#include "config/paths.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace openclaw::config {
namespace {

base::Env vars(std::map<std::string, std::string, std::less<>> values) {
  return base::Env(std::move(values));
}

PathSeams seams(std::set<std::string> existing = {}) {
  PathSeams out;
  out.exists = [existing = std::move(existing)](const std::string& path) { return existing.contains(path); };
  out.account_home = "/home/account";
  out.working_directory = "/srv/here";
  return out;
}

TEST(Paths, HomeComesFromTheFirstVariableThatIsSet) {
  EXPECT_EQ(resolve_paths(base::Env{}, seams()).home, "/home/account");
  EXPECT_EQ(resolve_paths(vars({{"USERPROFILE", "/u"}}), seams()).home, "/u");
  EXPECT_EQ(resolve_paths(vars({{"USERPROFILE", "/u"}, {"HOME", "/h"}}), seams()).home, "/h");
  EXPECT_EQ(resolve_paths(vars({{"OPENCLAW_HOME", "~/oc"}, {"HOME", "/h"}}), seams()).home, "/h/oc");
}

TEST(Paths, LegacyNamesCountWhenTheyExist) {
  const base::Env env = vars({{"HOME", "/h"}});
  EXPECT_EQ(resolve_paths(env, seams()).state_dir, "/h/.openclaw");
  EXPECT_EQ(resolve_paths(env, seams({"/h/.clawdbot"})).state_dir, "/h/.clawdbot");
  EXPECT_EQ(resolve_paths(env, seams({"/h/.clawdbot", "/h/.openclaw"})).state_dir, "/h/.openclaw");
  EXPECT_EQ(resolve_paths(env, seams({"/h/.openclaw/clawdbot.json"})).config_path,
            "/h/.openclaw/clawdbot.json");
  EXPECT_EQ(resolve_paths(env, seams({"/h/.openclaw", "/h/.clawdbot/openclaw.json"})).config_path,
            "/h/.clawdbot/openclaw.json");
}

TEST(Paths, AStateFolderByHandHidesTheOthers) {
  const base::Env env = vars({{"HOME", "/h"}, {"OPENCLAW_STATE_DIR", "state/../oc"}});
  const Paths paths = resolve_paths(env, seams({"/h/.openclaw/openclaw.json"}));
  EXPECT_EQ(paths.state_dir, "/srv/here/oc");
  EXPECT_EQ(paths.config_path, "/srv/here/oc/openclaw.json");
  EXPECT_EQ(paths.oauth_dir, "/srv/here/oc/credentials");
}

TEST(Paths, ProfilesHaveTheirOwnState) {
  const base::Env env = vars({{"HOME", "/h"}, {"OPENCLAW_PROFILE", "Rescue-1"}});
  const Paths paths = resolve_paths(env, seams({"/h/.openclaw", "/h/.openclaw/openclaw.json"}));
  EXPECT_EQ(paths.profile, "Rescue-1");
  EXPECT_EQ(paths.state_dir, "/h/.openclaw-Rescue-1");
  EXPECT_EQ(paths.config_path, "/h/.openclaw-Rescue-1/openclaw.json");
  EXPECT_EQ(paths.workspace, "/h/.openclaw/workspace-Rescue-1");
  EXPECT_EQ(resolve_paths(vars({{"HOME", "/h"}, {"OPENCLAW_PROFILE", "default"}}), seams()).state_dir,
            "/h/.openclaw");
  EXPECT_EQ(resolve_paths(vars({{"HOME", "/h"}, {"OPENCLAW_PROFILE", "default"}}), seams()).workspace,
            "/h/.openclaw/workspace");
}

TEST(Paths, ProfileFlagSetsVariablesThatAreUnset) {
  base::Env env = vars({{"HOME", "/h"}});
  ASSERT_TRUE(apply_profile(env, "work", false, seams()));
  EXPECT_EQ(env.get("OPENCLAW_STATE_DIR"), "/h/.openclaw-work");
  EXPECT_EQ(env.get("OPENCLAW_CONFIG_PATH"), "/h/.openclaw-work/openclaw.json");
  EXPECT_FALSE(env.get("OPENCLAW_GATEWAY_PORT"));

  base::Env dev = vars({{"HOME", "/h"}, {"OPENCLAW_STATE_DIR", "/s"}, {"OPENCLAW_GATEWAY_PORT", ""}});
  ASSERT_TRUE(apply_profile(dev, std::nullopt, true, seams()));
  EXPECT_EQ(dev.get("OPENCLAW_PROFILE"), "dev");
  EXPECT_EQ(dev.get("OPENCLAW_STATE_DIR"), "/s");
  EXPECT_EQ(dev.get("OPENCLAW_CONFIG_PATH"), "/s/openclaw.json");
  EXPECT_EQ(dev.get("OPENCLAW_GATEWAY_PORT"), "19001");

  base::Env plain = vars({{"HOME", "/h"}, {"OPENCLAW_PROFILE", "x"}});
  ASSERT_TRUE(apply_profile(plain, "default", false, seams()));
  EXPECT_EQ(resolve_paths(plain, seams()).state_dir, "/h/.openclaw");
}

TEST(Paths, ProfileErrors) {
  base::Env env;
  EXPECT_EQ(apply_profile(env, "a", true, seams()).error().message, "Cannot combine --dev with --profile");
  EXPECT_EQ(apply_profile(env, " ", false, seams()).error().message, "--profile requires a value");
  for (const char* bad : {"a/b", "-a", "..", "a b"}) {
    EXPECT_EQ(apply_profile(env, bad, false, seams()).error().message,
              "Invalid --profile (use letters, numbers, \"_\", \"-\" only)");
  }
  EXPECT_FALSE(valid_profile_name(std::string(65, 'a')));
  EXPECT_TRUE(valid_profile_name(std::string(64, 'a')));
  env.set("OPENCLAW_PROFILE", "../x");
  EXPECT_EQ(apply_profile(env, std::nullopt, false, seams()).error().kind, base::ErrorKind::usage);
}

TEST(Paths, DisplayShortensTheHome) {
  EXPECT_EQ(display_path("/h/me/.openclaw/openclaw.json", "/h/me"), "~/.openclaw/openclaw.json");
  EXPECT_EQ(display_path("/h/me2/x", "/h/me"), "/h/me2/x");
  EXPECT_EQ(display_path("/h/me", "/h/me/"), "~");
  EXPECT_EQ(display_path("/x", "/"), "/x");
  EXPECT_EQ(expand_home("~/x", "/h"), "/h/x");
  EXPECT_EQ(expand_home("~you/x", "/h"), "~you/x");
}

}  // namespace
}  // namespace openclaw::config
