#include "config/schema.h"

#include "config/schema_tree.h"
#include "support.h"

#include <gtest/gtest.h>

namespace openclaw::config {
namespace {

using test::issues_of;
using test::snapshot_of;
using test::warnings_of;

std::string check(const std::string& text) { return issues_of(snapshot_of(text)); }

TEST(Schema, MessagesByType) {
  EXPECT_EQ(check("{gateway: {port: '18789'}}"),
            "gateway.port: Invalid input: expected number, received string");
  EXPECT_EQ(check("{gateway: {port: 0}}"), "gateway.port: Too small: expected number to be >0");
  EXPECT_EQ(check("{gateway: {port: 70000}}"), "gateway.port: Too big: expected number to be <=65535");
  EXPECT_EQ(check("{gateway: {port: 1.5}}"), "gateway.port: Invalid input: expected int, received number");
  EXPECT_EQ(check("{gateway: {port: NaN}}"), "gateway.port: Invalid input: expected number, received NaN");
  EXPECT_EQ(check("{gateway: {port: 1e4}}"), "");
  EXPECT_EQ(check("{gateway: {mode: 'cloud'}}"),
            "gateway.mode: Invalid input (allowed: \"local\", \"remote\")");
  EXPECT_EQ(check("{gateway: {customBindHost: 5}}"),
            "gateway.customBindHost: Invalid input: expected string, received number");
  EXPECT_EQ(
      check("{gateway: {auth: {allowTailscale: 'yes'}}}"),
      "gateway.auth.allowTailscale: Invalid input: expected boolean, received string (allowed: true, false)");
  EXPECT_EQ(check("{gateway: {trustedProxies: '10.0.0.1'}}"),
            "gateway.trustedProxies: Invalid input: expected array, received string");
  EXPECT_EQ(check("{gateway: {trustedProxies: [null]}}"),
            "gateway.trustedProxies.0: Invalid input: expected string, received null");
  EXPECT_EQ(check("{gateway: []}"), "gateway: Invalid input: expected object, received array");
  EXPECT_EQ(check("{gateway: {auth: {token: 5}}}"), "gateway.auth.token: Invalid input");
  EXPECT_EQ(check("{agents: {defaults: {model: 5}}}"), "agents.defaults.model: Invalid input");
  EXPECT_EQ(check("{agents: {defaults: {llm: {idleTimeoutSeconds: -1}}}}"),
            "agents.defaults.llm.idleTimeoutSeconds: Too small: expected number to be >=0");
  EXPECT_EQ(check("[]"), "<root>: Invalid input: expected object, received array");
  EXPECT_EQ(check("{$schema: 123}"), "$schema: Invalid input: expected string, received number");
}

TEST(Schema, UnknownKeysOfStrictBlocksAreRefused) {
  EXPECT_EQ(check("{gateway: {remote: {host: 'x'}}}"), "gateway.remote: Unrecognized key: \"host\"");
  EXPECT_EQ(check("{gateway: {auth: {a: 1, b: 2}}}"), "gateway.auth: Unrecognized keys: \"a\", \"b\"");
  EXPECT_EQ(
      check("{zzz: 1, gateway: {foo: 1, port: 'x'}}"),
      "gateway.port: Invalid input: expected number, received string | gateway: Unrecognized key: \"foo\" | "
      "<root>: Unrecognized key: \"zzz\"");
  EXPECT_EQ(check("{gateway: {token: 'x'}}"),
            "gateway: Unrecognized key: \"token\". Use \"gateway.auth.token\" instead.");
}

TEST(Schema, KnownButIdleKeysAreKeptAndNamed) {
  const auto snapshot =
      snapshot_of("{gateway: {tls: {enabled: true}, push: {}}, mcp: {anything: 1}, channels: {pigeon: {}}}");
  EXPECT_TRUE(snapshot.valid) << issues_of(snapshot);
  EXPECT_EQ(warnings_of(snapshot),
            "channels: Unrecognized key: \"pigeon\" | gateway: kept, but without effect in this version: "
            "tls, push | "
            "<root>: kept, but without effect in this version: mcp");
}

TEST(Schema, EveryKnownNameIsOutsideTheTable) {
  for (const Key& key : schema_table()) {
    for (const auto name : split_words(key.known, ' ')) {
      const std::string path = (key.path.empty() ? "" : std::string(key.path) + ".") + std::string(name);
      EXPECT_EQ(std::count_if(schema_table().begin(), schema_table().end(),
                              [&](const Key& other) { return other.path == path; }),
                0)
          << path;
    }
  }
}

TEST(Schema, Providers) {
  EXPECT_EQ(
      check("{models: {providers: {p: {baseUrl: 'http://x', api: 'ollama', apiKey: 'k', headers: {a: 'b'},"
            " models: [{id: 'm', name: 'M', input: ['text'], cost: {input: 0.15}}]}}}}"),
      "");
  EXPECT_EQ(
      check("{models: {providers: {p: {api: 'x', models: [{input: ['sound'], cost: {per: 1}}]}}}}"),
      "models.providers.p.baseUrl: Invalid input: expected string, received undefined | "
      "models.providers.p.api: Invalid input (allowed: \"openai-completions\", \"openai-responses\", "
      "\"openai-codex-responses\", \"anthropic-messages\", \"google-generative-ai\", \"github-copilot\", "
      "\"bedrock-converse-stream\", \"ollama\", \"azure-openai-responses\") | "
      "models.providers.p.models.0.id: Invalid input: expected string, received undefined | "
      "models.providers.p.models.0.input.0: Invalid input (allowed: \"text\", \"image\") | "
      "models.providers.p.models.0.cost: Unrecognized key: \"per\"");
  EXPECT_EQ(check("{models: {providers: {p: {baseUrl: ''}}}}"),
            "models.providers.p.baseUrl: Too small: expected string to have >=1 characters");
}

TEST(Schema, SecretReferences) {
  const auto ref = [](const std::string& inner) { return "{gateway: {remote: {token: {" + inner + "}}}}"; };
  EXPECT_EQ(check(ref("source: 'env', provider: 'default', id: 'RT'")), "");
  EXPECT_EQ(check(ref("source: 'exec', provider: 'vault', id: 'a/b'")), "");
  EXPECT_EQ(check(ref("source: 'env', provider: 'default', id: 'bad id'")),
            "gateway.remote.token.id: Env secret reference id must match /^[A-Z][A-Z0-9_]{0,127}$/ (example: "
            "\"OPENAI_API_KEY\").");
  EXPECT_EQ(check(ref("source: 'file', provider: 'Bad', id: '/a'")),
            "gateway.remote.token.provider: Secret reference provider must match /^[a-z][a-z0-9_-]{0,63}$/ "
            "(example: "
            "\"default\").");
  EXPECT_EQ(check(ref("source: 'moon', id: 'X'")), "gateway.remote.token: Invalid input");
  EXPECT_EQ(check(ref("source: 'env', id: 'X', extra: 1")),
            "gateway.remote.token: Unrecognized key: \"extra\"");
  EXPECT_NE(check(ref("source: 'exec', id: 'a/../b'")), "");
}

TEST(Schema, Telegram) {
  EXPECT_EQ(
      check("{channels: {telegram: {enabled: true, botToken: 'x', allowFrom: ['*', 5], dmPolicy: 'open',"
            " groups: {}, streaming: false}}}"),
      "");
  EXPECT_EQ(check("{channels: {telegram: {dmPolicy: 'allowlist'}}}"),
            "channels.telegram.allowFrom: channels.telegram.dmPolicy=\"allowlist\" requires "
            "channels.telegram.allowFrom to contain at least one sender ID");
  EXPECT_EQ(check("{channels: {telegram: {dmPolicy: 'open', allowFrom: [1]}}}"),
            "channels.telegram.allowFrom: channels.telegram.dmPolicy=\"open\" requires "
            "channels.telegram.allowFrom to "
            "include \"*\"");
  EXPECT_EQ(check("{channels: {telegram: {allowFrom: ['*'], accounts: {a: {dmPolicy: 'open'}}}}}"), "");
  EXPECT_EQ(
      check("{channels: {telegram: {accounts: {a: {dmPolicy: 'allowlist', allowFrom: []}}}}}"),
      "channels.telegram.accounts.a.allowFrom: channels.telegram.accounts.*.dmPolicy=\"allowlist\" requires "
      "channels.telegram.accounts.*.allowFrom to contain at least one sender ID");
  EXPECT_EQ(check("{channels: {telegram: {accounts: {a: {accounts: {}}}, token: 'x'}}}"),
            "channels.telegram.accounts.a: invalid config: Unrecognized key: \"accounts\" | "
            "channels.telegram: invalid "
            "config: Unrecognized key: \"token\"");
  EXPECT_EQ(check("{channels: {telegram: {webhookUrl: 'https://x'}}}"),
            "channels.telegram.webhookSecret: channels.telegram.webhookUrl requires "
            "channels.telegram.webhookSecret");
}

TEST(Schema, IssuesCarryTheirPlace) {
  const auto snapshot =
      snapshot_of("{\n  gateway: {\n    auth: {mode: 'x'},\n    port: 'x',\n    foo: 1 }\n}");
  ASSERT_EQ(snapshot.issues.size(), 3u);
  EXPECT_EQ(describe(snapshot.issues[0]),
            "gateway.port (line 4, column 5): Invalid input: expected number, received string");
  EXPECT_EQ(snapshot.issues[1].line, 3u);
  EXPECT_EQ(snapshot.issues[1].column, 12u);
  EXPECT_EQ(snapshot.issues[1].allowed.size(), 4u);
  EXPECT_EQ(snapshot.issues[2].line, 2u);
}

TEST(Schema, FindsRowsForConcretePaths) {
  EXPECT_EQ(find_key({"models", "providers", "x/y", "models", "3", "id"})->path,
            "models.providers.*.models[].id");
  EXPECT_EQ(find_key({"channels", "telegram", "accounts", "b", "botToken"})->path,
            "channels.telegram.botToken");
  EXPECT_EQ(find_key({"gateway", "nope"}), nullptr);
  EXPECT_TRUE(path_is_secret({"env", "vars", "X"}));
  EXPECT_FALSE(path_is_secret({"gateway", "port"}));
}

TEST(Schema, EffectsFollowTheReloadRules) {
  EXPECT_EQ(effect_of({"gateway", "port"}), Effect::restart);
  EXPECT_EQ(effect_of({"gateway"}), Effect::restart);
  EXPECT_EQ(effect_of({"gateway", "auth", "token"}), Effect::live);
  EXPECT_EQ(effect_of({"channels", "telegram", "enabled"}), Effect::live);
  EXPECT_EQ(effect_of({"agents", "defaults", "model"}), Effect::next_message);
  EXPECT_EQ(effect_of({"plugins"}), Effect::restart);
}

TEST(Schema, DocumentationNamesEveryKey) {
  const std::string doc = schema_markdown();
  for (const Key& key : schema_table()) {
    if (key.path.empty()) continue;
    EXPECT_NE(doc.find("| `" + std::string(key.path) + "` |"), std::string::npos) << key.path;
  }
  EXPECT_NE(doc.find("| `gateway.port` | whole number > 0, <= 65535 | `18789` |"), std::string::npos);
}

}  // namespace
}  // namespace openclaw::config
