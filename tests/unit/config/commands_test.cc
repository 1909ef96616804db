#include "config/commands.h"

#include "support.h"

#include <gtest/gtest.h>

namespace openclaw::config {
namespace {

using test::context_in;
using test::get_file;
using test::put_file;
using test::TempDir;

class ConfigCommands : public ::testing::Test {
 protected:
  ConfigCommands() : context_(context_in(dir_)) { context_.home = dir_.path(); }

  CommandResult set(const std::string& path, const std::string& value) {
    SetArguments arguments;
    arguments.path = path;
    arguments.value = value;
    return config_set(context_, arguments);
  }
  void file(const std::string& text) { put_file(context_.config_path, text); }
  std::string file() const { return get_file(context_.config_path); }

  TempDir dir_;
  Context context_;
};

TEST_F(ConfigCommands, SetEditsInPlaceAndSaysWhatHappens) {
  file("// mine\n{\n  gateway: {\n    port: 18789, // door\n  },\n}\n");
  auto result = set("gateway.port", "19001");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "Updated gateway.port. Needs a gateway restart: openclaw gateway restart\n");
  EXPECT_EQ(file(), "// mine\n{\n  gateway: {\n    port: 19001, // door\n  },\n}\n");
  EXPECT_EQ(set("agents.defaults.model", "p/m").out,
            "Updated agents.defaults.model. Applies on the next message.\n");
  EXPECT_EQ(set("channels.telegram.enabled", "false").out,
            "Updated channels.telegram.enabled. Applied live.\n");
  EXPECT_EQ(set("gateway.port", "19001").out, "Updated gateway.port. Nothing changed.\n");
  EXPECT_EQ(set("gateway.reload.mode", "off").out,
            "Updated gateway.reload.mode. Needs a gateway restart: openclaw gateway restart\n");
}

TEST_F(ConfigCommands, SetCreatesTheFile) {
  EXPECT_EQ(set("models[\"x\"]", "1").exit_code, 1) << "models is strict";
  EXPECT_EQ(file(), "");
  EXPECT_EQ(set("gateway.port", "19002").exit_code, 0);
  EXPECT_EQ(file(),
            "{\n  \"meta\": {\n    \"lastTouchedVersion\": \"2026.4.2\"\n  },\n  \"gateway\": {\n    "
            "\"port\": 19002\n  }\n}\n");
}

TEST_F(ConfigCommands, SetRefusesWhatWouldBeInvalid) {
  file("{gateway: {port: 1}}");
  const auto result = set("gateway.bind", "everywhere");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "Error: the change would make the configuration invalid; nothing was written\n- gateway.bind: "
            "Invalid input "
            "(allowed: \"auto\", \"lan\", \"loopback\", \"custom\", \"tailnet\")\n");
  EXPECT_EQ(file(), "{gateway: {port: 1}}");
  EXPECT_EQ(set("gateway.trustedProxies[3]", "x").exit_code, 1);
}

TEST_F(ConfigCommands, SetMendsAnInvalidFileButNotItsSyntax) {
  file("{gateway: {port: 'x'}}");
  EXPECT_EQ(set("gateway.bind", "lan").exit_code, 5);
  EXPECT_EQ(set("gateway.port", "5").exit_code, 0);
  file("{gateway: ");
  const auto result = set("gateway.port", "5");
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.err, "Error: JSON5: invalid end of input at 1:11\n");
}

TEST_F(ConfigCommands, TextSettingsTakeDigitsAsText) {
  EXPECT_EQ(set("gateway.auth.password", "12345").exit_code, 0);
  EXPECT_NE(file().find("\"password\": \"12345\""), std::string::npos);
}

TEST_F(ConfigCommands, AuthModeNeedsItsSecretAndDropsTheOther) {
  file("{gateway: {auth: {mode: 'token', token: 't'}}}");
  auto result = set("gateway.auth.mode", "password");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "Error: gateway.auth.mode=password needs gateway.auth.password, which is not set\n"
            "openclaw config set gateway.auth.password <password>\n");
  result = set("gateway.auth", "{mode: 'password'}");
  EXPECT_EQ(result.exit_code, 1) << "the same through the block";
  EXPECT_EQ(file(), "{gateway: {auth: {mode: 'token', token: 't'}}}");
  context_.env.set("OPENCLAW_GATEWAY_PASSWORD", "p");
  result = set("gateway.auth.mode", "password");
  EXPECT_EQ(result.out,
            "Removed inactive gateway.auth.token for gateway.auth.mode=password.\nUpdated gateway.auth.mode. "
            "Applied live.\n");
  EXPECT_EQ(file(), "{gateway: {auth: {mode: 'password'}}}");
}

TEST_F(ConfigCommands, GetShowsResolvedAndRedacted) {
  file(
      "{gateway: {port: 18789, auth: {token: 'super-secret'}}, logging: {level: 'debug'},"
      " models: {providers: {p: {baseUrl: 'http://x', models: [{id: 'm', cost: {input: 0.15}}]}}}}");
  EXPECT_EQ(config_get(context_, "gateway.auth.token", false).out, "__OPENCLAW_REDACTED__\n");
  EXPECT_EQ(config_get(context_, "gateway.port", false).out, "18789\n");
  EXPECT_EQ(config_get(context_, "logging.level", true).out, "\"debug\"\n");
  EXPECT_EQ(config_get(context_, "logging", false).out,
            "{\n  \"level\": \"debug\",\n  \"redactSensitive\": \"tools\"\n}\n");
  EXPECT_EQ(config_get(context_, "models.providers.p.models[0].cost.input", false).out, "0.15\n");
  EXPECT_EQ(config_get(context_, "models.providers.p.models[0].maxTokens", false).out, "8192\n");
  const auto missing = config_get(context_, "gateway.nope", false);
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.err, "Config path not found: gateway.nope\n");
  EXPECT_EQ(config_get(context_, "a[0", false).err, "Error: Invalid path (missing \"]\"): a[0\n");
}

TEST_F(ConfigCommands, GetFillsInAsTheReferenceDoes) {
  file("{gateway: {mode: 'local'}}");
  EXPECT_EQ(config_get(context_, "agents", false).out,
            "{\n  \"defaults\": {\n    \"maxConcurrent\": 4,\n    \"subagents\": {\n      \"maxConcurrent\": "
            "8\n    }\n  }\n}\n");
  EXPECT_EQ(config_get(context_, "gateway.port", false).exit_code, 1);
}

TEST_F(ConfigCommands, GetNeedsAValidFile) {
  file("{gateway: {port: 'x'}}");
  const auto result = config_get(context_, "gateway.port", false);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err.substr(0, 50), "Config invalid\nFile: ~/openclaw.json\nProblem:\n  - ");
}

TEST_F(ConfigCommands, Unset) {
  file("{\n  gateway: {\n    port: 5, // five\n    bind: 'lan',\n  },\n}\n");
  auto result = config_unset(context_, "gateway.port");
  EXPECT_EQ(result.out, "Removed gateway.port. Needs a gateway restart: openclaw gateway restart\n");
  EXPECT_EQ(file(), "{\n  gateway: {\n    bind: 'lan',\n  },\n}\n");
  result = config_unset(context_, "gateway.port");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "Config path not found: gateway.port\n");
  file("{gateway: {zzz: 1}}");
  EXPECT_EQ(config_unset(context_, "gateway.zzz").exit_code, 0) << "mends an invalid file";
}

TEST_F(ConfigCommands, FileAndValidate) {
  EXPECT_EQ(config_file(context_).out, "~/openclaw.json\n");
  EXPECT_EQ(config_validate(context_, false).err, "Config file not found: ~/openclaw.json\n");
  EXPECT_EQ(config_validate(context_, false).exit_code, 1);
  EXPECT_NE(config_validate(context_, true).out.find("\"error\": \"file not found\""), std::string::npos);
  file("{}");
  EXPECT_EQ(config_validate(context_, false).out, "Config valid: ~/openclaw.json\n");
  file("{\n gateway: {mode: 'x'}}");
  const auto bad = config_validate(context_, false);
  EXPECT_EQ(bad.exit_code, 5);
  EXPECT_EQ(bad.err,
            "Config invalid at ~/openclaw.json:\n  \u00d7 gateway.mode (line 2, column 12): Invalid input "
            "(allowed: "
            "\"local\", \"remote\")\n\nRun `openclaw doctor` to repair, or fix the keys above manually.\n");
  const auto answer = json::parse(config_validate(context_, true).out);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("valid"), false);
  EXPECT_EQ(answer->at("issues").at(0).at("allowedValues").at(1), "remote");
}

TEST_F(ConfigCommands, StrictJsonAndUsage) {
  SetArguments arguments;
  arguments.path = "gateway.port";
  auto result = config_set(context_, arguments);
  EXPECT_EQ(result.exit_code, 2);
  arguments.value = "{bad";
  arguments.json = true;
  result = config_set(context_, arguments);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err.substr(0, 48), "Error: Failed to parse JSON value: SyntaxError: ");
}

TEST_F(ConfigCommands, DryRunWritesNothing) {
  file("{gateway: {port: 1}}");
  SetArguments arguments;
  arguments.path = "gateway.port";
  arguments.value = "19004";
  arguments.dry_run = true;
  EXPECT_EQ(config_set(context_, arguments).out,
            "Dry run successful: 1 update(s) validated against ~/openclaw.json.\n");
  arguments.value = "x";
  EXPECT_EQ(config_set(context_, arguments).err,
            "Error: Dry run failed: config schema validation failed.\n- gateway.port: Invalid input: "
            "expected number, "
            "received string\n");
  arguments.json = true;
  const auto answer = json::parse(config_set(context_, arguments).out);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("ok"), false);
  EXPECT_EQ(answer->at("errors").at(0).at("kind"), "schema");
  arguments.path = "gateway.auth.token";
  arguments.value = "{source: 'env', provider: 'default', id: 'NOT_SET'}";
  arguments.json = false;
  EXPECT_EQ(config_set(context_, arguments).err,
            "Error: Dry run failed: 1 SecretRef assignment(s) could not be resolved.\n- Environment variable "
            "\"NOT_SET\" is "
            "missing or empty.\n");
  EXPECT_EQ(file(), "{gateway: {port: 1}}");
  EXPECT_FALSE(std::filesystem::exists(context_.config_path + ".lock"));
}

}  // namespace
}  // namespace openclaw::config
