#include "config/config.h"

#include "config/redact.h"
#include "config/substitute.h"
#include "config/write.h"
#include "fs/file.h"
#include "json/json5.h"
#include "support.h"

#include <gtest/gtest.h>

namespace openclaw::config {
namespace {

using test::context_in;
using test::get_file;
using test::issues_of;
using test::mode_of;
using test::put_file;
using test::snapshot_of;
using test::TempDir;
using test::warnings_of;

base::Env vars(std::map<std::string, std::string, std::less<>> values) {
  return base::Env(std::move(values));
}

TEST(Config, AMissingFileIsValidAndEmpty) {
  const TempDir dir;
  const auto snapshot = load(dir.path() + "/openclaw.json", {});
  EXPECT_TRUE(snapshot.valid);
  EXPECT_FALSE(snapshot.exists);
  EXPECT_EQ(snapshot.parsed, json::Value(json::Object()));
  EXPECT_EQ(snapshot.int_setting("gateway.port"), 18789);
  EXPECT_EQ(snapshot.string_setting("gateway.bind"), "loopback");
}

TEST(Config, ASyntaxErrorCarriesItsPlace) {
  const auto snapshot = snapshot_of("{\n  gateway: {\n    port 5\n  }\n}");
  EXPECT_FALSE(snapshot.valid);
  EXPECT_EQ(issues_of(snapshot),
            "<root>: JSON5 parse failed: SyntaxError: JSON5: invalid character '5' at 3:10");
  EXPECT_EQ(snapshot.issues[0].line, 3u);
  EXPECT_EQ(snapshot.issues[0].column, 10u);
  EXPECT_EQ(
      invalid_banner(snapshot, "/cfg"),
      "Config invalid\nFile: ~/openclaw.json\nProblem:\n  - <root>: JSON5 parse failed: SyntaxError: JSON5: "
      "invalid character '5' at 3:10\n\nRun: openclaw doctor --fix\n");
}

TEST(Config, HashIsOfTheText) {
  EXPECT_EQ(snapshot_of("{}").hash, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST(Config, AccessorsAnswerAbsentForOtherTypes) {
  const auto snapshot = snapshot_of(
      "{gateway: {port: 19001, bind: 'lan', trustedProxies: ['a']},"
      " channels: {telegram: {allowFrom: ['x', 7], enabled: true}}}");
  EXPECT_EQ(snapshot.get_int("gateway.port"), 19001);
  EXPECT_EQ(snapshot.get_string("gateway.port"), std::nullopt);
  EXPECT_EQ(snapshot.get_string("gateway.bind"), "lan");
  EXPECT_EQ(snapshot.get_bool("channels.telegram.enabled"), true);
  EXPECT_EQ(snapshot.string_list("channels.telegram.allowFrom"), (std::vector<std::string>{"x", "7"}));
  EXPECT_EQ(snapshot.get_object("gateway")->size(), 3u);
  EXPECT_EQ(snapshot.get_array("gateway"), nullptr);
  EXPECT_EQ(snapshot.int_setting("agents.defaults.timeoutSeconds"), 172800);
}

TEST(Config, SubstitutesFromEnvironmentAndEnvBlock) {
  const auto snapshot = snapshot_of(
      "{env: {vars: {A: 'from-vars', LD_PRELOAD: 'x'}, B: 'from-env', C: '${A}'},"
      " gateway: {auth: {token: '${A}-${B}-$${A}-${NOPE}'}, remote: {url: 'ws://${HOST}', password: "
      "'${C}'}}}",
      vars({{"HOST", "h"}, {"B", "process"}}));
  EXPECT_TRUE(snapshot.valid) << issues_of(snapshot);
  EXPECT_EQ(snapshot.get_string("gateway.auth.token"), "from-vars-process-${A}-${NOPE}");
  EXPECT_EQ(snapshot.get_string("gateway.remote.url"), "ws://h");
  EXPECT_EQ(snapshot.env.get("LD_PRELOAD"), std::nullopt);
  EXPECT_EQ(warnings_of(snapshot),
            "gateway.auth.token: Missing env var \"NOPE\" - feature using this value will be unavailable | "
            "gateway.remote.password: Missing env var \"C\" - feature using this value will be unavailable");
}

TEST(Config, SecretsResolveOrNameTheirSetting) {
  const auto snapshot = snapshot_of(
      "{gateway: {auth: {token: {source: 'env', id: 'TOK'}, password: {source: 'env', provider: 'default', "
      "id: 'NO'}},"
      " remote: {token: {source: 'file', provider: 'f', id: '/x'}, password: '${MISSING}'}},"
      " channels: {telegram: {botToken: '  '}}}",
      vars({{"TOK", "t0k"}}));
  ASSERT_TRUE(snapshot.valid) << issues_of(snapshot);
  EXPECT_EQ(**snapshot.secret("gateway.auth.token"), "t0k");
  EXPECT_EQ(snapshot.secret("gateway.auth.password").error().message,
            "gateway.auth.password: Environment variable \"NO\" is missing or empty.");
  EXPECT_EQ(snapshot.secret("gateway.auth.password").error().kind, base::ErrorKind::config);
  EXPECT_NE(snapshot.secret("gateway.remote.token")
                .error()
                .message.find("gateway.remote.token: secret reference file:f:/x"),
            std::string::npos);
  EXPECT_NE(snapshot.secret("gateway.remote.password").error().message.find("\"MISSING\""),
            std::string::npos);
  EXPECT_FALSE(snapshot.secret("channels.telegram.botToken")->has_value());
  EXPECT_FALSE(snapshot.secret("channels.telegram.webhookSecret")->has_value());
  EXPECT_TRUE(snapshot.has_secret("gateway.auth.password"));
}

TEST(Config, IncludesAreRefusedByName) {
  EXPECT_EQ(issues_of(snapshot_of("{gateway: {$include: './g.json5'}}")),
            "gateway.$include: $include is not supported by this version; put the settings here");
}

TEST(Config, OldBindAddressesAreMappedInMemory) {
  const auto snapshot = snapshot_of("{gateway: {bind: '0.0.0.0'}}");
  EXPECT_TRUE(snapshot.valid);
  EXPECT_EQ(snapshot.get_string("gateway.bind"), "lan");
  EXPECT_EQ(snapshot.parsed.at("gateway").at("bind"), "0.0.0.0");
  EXPECT_EQ(warnings_of(snapshot), "gateway.bind: Normalized gateway.bind \"0.0.0.0\" \u2192 \"lan\".");
}

TEST(Config, WarnsAboutANewerWriter) {
  EXPECT_EQ(warnings_of(snapshot_of("{meta: {lastTouchedVersion: '2026.9.6'}}")),
            "meta.lastTouchedVersion: Config was last written by a newer OpenClaw (2026.9.6); current "
            "version is 2026.4.2.");
  EXPECT_EQ(warnings_of(snapshot_of("{meta: {lastTouchedVersion: '2026.4.2'}, session: {mainKey: 'x'}}")),
            "session.mainKey: session.mainKey is ignored; main session is always \"main\".");
}

TEST(Config, RedactsByTheLastName) {
  const auto value = *json::parse_json5(
      "{secrets: {providers: {v: {source: 'file', path: '/p', mode: 'json'}}},"
      " gateway: {auth: {token: 'x', password: {source: 'env', provider: 'default', id: 'P'}}, remote: "
      "{token: '${T}'}},"
      " models: {providers: {p: {apiKey: 'k', headers: {'X-A': 'v'}, baseUrl: 'https://u:p@h/', models: "
      "[{maxTokens: 5}]}}},"
      " env: {vars: {A: 'v'}, B: 'w'}, mcp: {servers: {s: {env: {K: 'v'}}}}, channels: {telegram: {botToken: "
      "'b',"
      " tokenFile: '/t'}}}");
  EXPECT_EQ(
      json::write(redact(value)),
      R"({"secrets":{"providers":{"v":{"source":"file","path":"/p","mode":"json"}}},)"
      R"("gateway":{"auth":{"token":"__OPENCLAW_REDACTED__","password":{"source":"env","provider":"default","id":"P"}},)"
      R"("remote":{"token":"${T}"}},)"
      R"("models":{"providers":{"p":{"apiKey":"__OPENCLAW_REDACTED__","headers":{"X-A":"__OPENCLAW_REDACTED__"},)"
      R"("baseUrl":"__OPENCLAW_REDACTED__","models":[{"maxTokens":5}]}}},)"
      R"("env":{"vars":{"A":"__OPENCLAW_REDACTED__"},"B":"__OPENCLAW_REDACTED__"},)"
      R"("mcp":{"servers":{"s":{"env":{"K":"__OPENCLAW_REDACTED__"}}}},)"
      R"("channels":{"telegram":{"botToken":"__OPENCLAW_REDACTED__","tokenFile":"/t"}}})");
  EXPECT_EQ(redact(json::Value("x"), {"gateway", "auth", "token"}), json::Value(kRedacted));
  EXPECT_TRUE(secret_key_name("brave_api_key"));
  EXPECT_TRUE(secret_key_name("privateKey"));
  EXPECT_TRUE(secret_key_name("serviceAccountRef"));
  EXPECT_FALSE(secret_key_name("maxTokens"));
  EXPECT_FALSE(secret_key_name("passwordFile"));
  EXPECT_FALSE(secret_key_name("keyboard"));
}

TEST(Config, TheMarkerBringsBackTheOldValue) {
  const auto old = *json::parse_json5("{token: 'real', list: [{apiKey: 'k'}]}");
  const auto shown = *json::parse_json5(
      "{token: '__OPENCLAW_REDACTED__', list: [{apiKey: '__OPENCLAW_REDACTED__', id: 1}]}");
  EXPECT_EQ(json::write(*restore_redacted(shown, &old, {})),
            R"({"token":"real","list":[{"apiKey":"k","id":1}]})");
  EXPECT_EQ(restore_redacted(json::Value(kRedacted), nullptr, {"a", "b"}).error().message,
            "there is no old value for the redacted a.b");
}

TEST(Config, FirstStartWritesAReadableFile) {
  const TempDir dir;
  const std::string path = dir.path() + "/state/openclaw.json";
  ASSERT_TRUE(create_default(path));
  const auto snapshot = load(path, {});
  EXPECT_TRUE(snapshot.valid) << issues_of(snapshot);
  EXPECT_EQ(snapshot.warnings.size(), 0u);
  EXPECT_EQ(mode_of(path), 0600);
  EXPECT_EQ(mode_of(dir.path() + "/state"), 0700);
  EXPECT_EQ(snapshot.get_string("gateway.mode"), "local");
  EXPECT_EQ(snapshot.get_string("gateway.auth.mode"), "token");
  EXPECT_EQ(snapshot.get_string("gateway.auth.token")->size(), 48u);
  EXPECT_EQ(snapshot.get_string("meta.lastTouchedVersion"), "2026.4.2");
  EXPECT_FALSE(create_default(path)) << "an existing file is never replaced";
}

TEST(Config, LastGoodCopy) {
  const TempDir dir;
  EXPECT_EQ(load_last_good(dir.path(), {}).error().kind, base::ErrorKind::not_found);
  EXPECT_FALSE(save_last_good(dir.path(), snapshot_of("{gateway: 5}")));
  ASSERT_TRUE(save_last_good(dir.path(), snapshot_of("{gateway: {port: 19002}} // mine")));
  EXPECT_EQ(mode_of(dir.path() + "/last-good-config.json5"), 0600);
  EXPECT_EQ(load_last_good(dir.path(), {})->get_int("gateway.port"), 19002);
  EXPECT_EQ(load_last_good(dir.path(), {})->raw, "{gateway: {port: 19002}} // mine");
}

TEST(Config, WriteKeepsFiveBackupsAndAnAuditWithoutValues) {
  const TempDir dir;
  const Context context = context_in(dir);
  put_file(context.config_path, "{gateway: {auth: {token: 'v0'}}} // c\n");
  WriteOptions options;
  options.command = "test";
  for (int i = 1; i <= 7; ++i) {
    const auto result = write_config(
        context,
        [&](const std::string& text, const Snapshot&) -> base::Result<std::string> {
          std::string out = text;
          out.replace(out.find("'v") + 2, 1, std::to_string(i));
          return out;
        },
        options);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->audit_error, "");
  }
  EXPECT_EQ(get_file(context.config_path), "{gateway: {auth: {token: 'v7'}}} // c\n");
  EXPECT_EQ(mode_of(context.config_path), 0600);
  const std::string names[] = {".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(get_file(context.config_path + names[i]).find("'v" + std::to_string(6 - i)), std::string::npos)
        << names[i];
    EXPECT_EQ(mode_of(context.config_path + names[i]), 0600);
  }
  EXPECT_EQ(mode_of(context.config_path + ".bak.5"), -1);
  const std::string audit = get_file(dir.path() + "/logs/config-audit.jsonl");
  EXPECT_EQ(std::count(audit.begin(), audit.end(), '\n'), 7);
  EXPECT_NE(audit.find(R"("command":"test")"), std::string::npos);
  EXPECT_NE(audit.find(R"("changedPaths":["gateway.auth.token"])"), std::string::npos);
  EXPECT_EQ(audit.find("'v"), std::string::npos);
  EXPECT_EQ(mode_of(dir.path() + "/logs/config-audit.jsonl"), 0600);
}

base::Result<WriteResult> write_text(const Context& context, const std::string& text,
                                     const WriteOptions& options = {}) {
  return write_config(
      context, [&](const std::string&, const Snapshot&) -> base::Result<std::string> { return text; },
      options);
}

TEST(Config, WriteRefusals) {
  const TempDir dir;
  Context context = context_in(dir);
  const std::string old = "{gateway: {port: 1}, env: {A: '" + std::string(600, 'x') + "'}}";
  put_file(context.config_path, old);
  auto result = write_text(context, "{gateway: {port: 'x'}}");
  EXPECT_EQ(result.error().kind, base::ErrorKind::config);
  EXPECT_EQ(result.error().hint, "- gateway.port: Invalid input: expected number, received string");
  EXPECT_NE(write_text(context, "{gateway: {port: 2}}").error().message.find("would shrink"),
            std::string::npos);
  WriteOptions stale;
  stale.base_hash = "abc";
  EXPECT_EQ(write_text(context, old + "\n", stale).error().message, "config changed since last load");
  EXPECT_EQ(get_file(context.config_path), old);
  EXPECT_EQ(mode_of(context.config_path + ".bak"), -1);
  context.env.set("OPENCLAW_NIX_MODE", "1");
  EXPECT_FALSE(write_text(context, old + "\n"));
}

TEST(Config, WriteWaitsForTheLockOfAnother) {
  const TempDir dir;
  const Context context = context_in(dir);
  const auto held = fs::FileLock::acquire(context.config_path + ".lock", "pid 4711\n");
  ASSERT_TRUE(held);
  WriteOptions options;
  options.lock_wait_ms = 0;
  const auto result = write_text(context, "{}", options);
  EXPECT_EQ(result.error().kind, base::ErrorKind::busy);
  EXPECT_NE(result.error().message.find("pid 4711"), std::string::npos);
}

TEST(Config, WriteFollowsALink) {
  const TempDir dir;
  const Context context = context_in(dir);
  put_file(dir.path() + "/real.json", "{}");
  std::filesystem::create_symlink("real.json", context.config_path);
  ASSERT_TRUE(write_text(context, "{gateway: {port: 5}}"));
  EXPECT_TRUE(std::filesystem::is_symlink(context.config_path));
  EXPECT_EQ(get_file(dir.path() + "/real.json"), "{gateway: {port: 5}}");
}

TEST(Config, EnsureTokenWritesOneOnce) {
  const TempDir dir;
  const Context context = context_in(dir);
  put_file(context.config_path, "{\n  // mine\n  gateway: { mode: 'local' },\n}\n");
  const auto token = ensure_token(context);
  ASSERT_TRUE(token && token->has_value());
  EXPECT_EQ((*token)->size(), 48u);
  EXPECT_EQ(
      get_file(context.config_path),
      "{\n  // mine\n  gateway: { mode: 'local', auth: {mode: 'token', token: '" + **token + "'} },\n}\n");
  const auto again = ensure_token(context);
  EXPECT_TRUE(again && !again->has_value());
}

TEST(Config, EnsureTokenLeavesOtherModesAlone) {
  const TempDir dir;
  Context context = context_in(dir);
  for (const char* text : {"{gateway: {auth: {mode: 'none'}}}", "{gateway: {auth: {password: 'p'}}}",
                           "{gateway: {auth: {token: {source: 'env', id: 'X'}}}}"}) {
    put_file(context.config_path, text);
    const auto token = ensure_token(context);
    EXPECT_TRUE(token && !token->has_value()) << text;
    EXPECT_EQ(get_file(context.config_path), text);
  }
  put_file(context.config_path, "{}");
  context.env.set("OPENCLAW_GATEWAY_TOKEN", "t");
  EXPECT_FALSE(ensure_token(context)->has_value());
}

TEST(Config, ChangedPathsCountAnArrayAsOne) {
  std::vector<std::string> out;
  for (const auto& path : changed_paths(*json::parse_json5("{a: {b: 1, c: [1]}, d: 1}"),
                                        *json::parse_json5("{a: {b: 1.0, c: [2]}, e: {}}"))) {
    out.push_back(dotted(path));
  }
  EXPECT_EQ(out, (std::vector<std::string>{"a.c", "d", "e"}));
}

}  // namespace
}  // namespace openclaw::config
