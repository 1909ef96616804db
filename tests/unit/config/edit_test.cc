// merge_patch, rewrite, rpc_edit, json_schema, secret_targets.
#include "config/json_schema.h"
#include "config/merge_patch.h"
#include "config/redact.h"
#include "config/rewrite.h"
#include "config/rpc_edit.h"
#include "config/secret_targets.h"
#include "json/json5.h"
#include "support.h"

#include <gtest/gtest.h>

namespace openclaw::config {
namespace {

json::Value value(const std::string& text) { return *json::parse_json5(text); }
std::string merged(const std::string& base, const std::string& patch, bool by_id = true) {
  return json::write(merge_patch(value(base), value(patch), by_id));
}

TEST(MergePatch, FollowsTheReference) {
  EXPECT_EQ(merged("{a:1,b:{c:2,d:3}}", "{b:{c:null},e:4}"), R"({"a":1,"b":{"d":3},"e":4})");
  EXPECT_EQ(merged("{a:1}", "{z:null}"), R"({"a":1})");
  EXPECT_EQ(merged("{a:1}", "5"), "5");
  EXPECT_EQ(merged("{a:1}", "{constructor:{x:1},prototype:1,__proto__:{y:1},b:2}"), R"({"a":1,"b":2})");
  EXPECT_EQ(merged("{c:{allowFrom:['111','222']}}", "{c:{allowFrom:['333']}}"),
            R"({"c":{"allowFrom":["333"]}})");
  EXPECT_EQ(merged("{l:[{id:'a',w:1},{id:'b',w:2}]}", "{l:[{id:'a',m:1},{id:'c'}]}"),
            R"({"l":[{"id":"a","w":1,"m":1},{"id":"b","w":2},{"id":"c"}]})");
  EXPECT_EQ(merged("{l:[{id:'a',w:1}]}", "{l:[{id:'a',m:1}]}", false), R"({"l":[{"id":"a","m":1}]})");
  EXPECT_EQ(merged("{l:[{id:'a'},5]}", "{l:[{id:'a',m:1}]}"), R"({"l":[{"id":"a","m":1}]})");
}

std::string rewritten(const std::string& text, const std::string& wanted) {
  auto out = rewrite(text, value(text), value(wanted));
  return out ? *out : "error: " + out.error().message;
}

TEST(Rewrite, TouchesOnlyWhatDiffers) {
  const std::string text =
      "{\n  // port\n  gateway: { port: 1, /* who */ mode: 'local' },\n  list: ['a', 'b', 'c'], // end\n}\n";
  EXPECT_EQ(rewritten(text, "{gateway:{port:1,mode:'local'},list:['a','b','c']}"), text);
  EXPECT_EQ(
      rewritten(text, "{gateway:{port:2,mode:'local'},list:['a','b','c']}"),
      "{\n  // port\n  gateway: { port: 2, /* who */ mode: 'local' },\n  list: ['a', 'b', 'c'], // end\n}\n");
  const std::string shorter = rewritten(text, "{gateway:{port:1,mode:'local'},list:['a','c']}");
  EXPECT_NE(shorter.find("['a', 'c'], // end"), std::string::npos) << shorter;
  const std::string longer =
      rewritten(text, "{gateway:{port:1},list:['x','b','c','d'],ui:{seamColor:'aabbcc'}}");
  EXPECT_EQ(json::write(value(longer)),
            R"({"gateway":{"port":1},"list":["x","b","c","d"],"ui":{"seamColor":"aabbcc"}})");
  EXPECT_NE(longer.find("// port"), std::string::npos);
  EXPECT_EQ(rewritten("{}", "[1]"), "[\n  1\n]\n");
}

TEST(Rewrite, WhatAClientLeftAloneStaysAsTheFileHasIt) {
  const auto parsed = value("{gateway:{mode:'local',bind:'0.0.0.0',auth:{token:'${T}'}},x:['${T}',2]}");
  const auto resolved = value(
      "{gateway:{mode:'local',bind:'lan',auth:{token:'abc'}},x:['abc',2],messages:{scope:'all'},commands:{a:"
      "1,b:2}}");
  auto sent = resolved;
  sent.get_object()["gateway"].get_object()["port"] = 5;
  sent.get_object()["commands"].get_object()["b"] = 3;
  EXPECT_EQ(
      json::write(undo_resolution(sent, parsed, resolved)),
      R"({"gateway":{"mode":"local","bind":"0.0.0.0","auth":{"token":"${T}"},"port":5},"x":["${T}",2],"commands":{"b":3}})");
}

TEST(Rewrite, RedactedTextShowsNoSecretAndCanBeTurnedBack) {
  const std::string plain = "{\n  // note\n  \"gateway\": {\"mode\": \"local\"}\n}\n";
  EXPECT_EQ(redacted_text(plain, value(plain)), plain);
  const std::string text = "{\"gateway\": {\"auth\": {\"token\": \"0123456789abcdef\"}}}";
  EXPECT_EQ(redacted_text(text, value(text)),
            "{\"gateway\": {\"auth\": {\"token\": \"__OPENCLAW_REDACTED__\"}}}");
  const std::string commented = "{\n  // old: fedcba\n  gateway: {auth: {token: '0123456789abcdef'}}}";
  EXPECT_EQ(redacted_text(commented, value(commented)), std::nullopt);
  const std::string twice =
      "{\"gateway\": {\"auth\": {\"token\": \"0123456789abcdef\"}}, \"meta\": {\"lastTouchedVersion\": "
      "\"0123456789abcdef\"}}";
  EXPECT_EQ(redacted_text(twice, value(twice)), std::nullopt);
}

TEST(Redact, MovedElementsKeepTheirOwnSecrets) {
  const auto old = value("{l:[{id:'a',token:'A'},{id:'b',token:'B'}]}");
  const auto sent =
      value("{l:[{id:'b',token:'__OPENCLAW_REDACTED__'},{id:'a',token:'__OPENCLAW_REDACTED__'}]}");
  EXPECT_EQ(json::write(*restore_redacted(sent, &old, {})),
            R"({"l":[{"id":"b","token":"B"},{"id":"a","token":"A"}]})");
  const auto renamed = value("{l:[{id:'c',token:'__OPENCLAW_REDACTED__'}]}");
  EXPECT_FALSE(restore_redacted(renamed, &old, {}));
}

class RpcEditTest : public ::testing::Test {
 protected:
  void SetUp() override { context_ = test::context_in(dir_); }
  void put(const std::string& text) { test::put_file(context_.config_path, text); }
  std::string file() const { return test::get_file(context_.config_path); }
  RpcResult run(RpcEdit::Kind kind, const std::string& raw, bool with_hash = true) {
    RpcEdit edit;
    edit.kind = kind;
    edit.raw = raw;
    if (with_hash) edit.base_hash = load(context_.config_path, context_.env).hash;
    return rpc_edit(context_, edit);
  }
  std::string refusal(const RpcResult& result) { return result ? "accepted" : result.error().message; }
  test::TempDir dir_;
  Context context_;
};

constexpr char kFile[] =
    "{\n  // ours\n  gateway: {mode: 'local', port: 18789, auth: {mode: 'token', token: "
    "'${TOKEN_OF_TEST}'}},\n"
    "  models: {providers: {m: {baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'a-provider-key'}}}, // keep\n}\n";

TEST_F(RpcEditTest, HashGuardsTheFile) {
  put(kFile);
  EXPECT_EQ(refusal(run(RpcEdit::Kind::set, "{}", false)),
            "config base hash required; re-run config.get and retry");
  RpcEdit stale;
  stale.raw = "{}";
  stale.base_hash = "bad";
  EXPECT_EQ(refusal(rpc_edit(context_, stale)),
            "config changed since last load; re-run config.get and retry");
  EXPECT_EQ(file(), kFile);
}

TEST_F(RpcEditTest, RefusalsNameWhatIsWrongAndWriteNothing) {
  put(kFile);
  EXPECT_EQ(refusal(run(RpcEdit::Kind::set, "{oops")), "SyntaxError: JSON5: invalid end of input at 1:6");
  EXPECT_EQ(refusal(run(RpcEdit::Kind::patch, "[]")), "config.patch raw must be an object");
  const auto many =
      run(RpcEdit::Kind::patch, "{gateway:{port:'x',bind:'y',mode:'z',auth:{mode:1}},session:{scope:3}}");
  EXPECT_EQ(refusal(many),
            "invalid config: session.scope: Invalid input (allowed: \"per-sender\", \"global\"); "
            "gateway.port: Invalid input: "
            "expected number, received string; gateway.mode: Invalid input (allowed: \"local\", \"remote\") "
            "(+2 more issues)");
  EXPECT_EQ(many.error().issues.size(), 5u);
  EXPECT_EQ(refusal(run(RpcEdit::Kind::set, "[]")),
            "invalid config: <root>: Invalid input: expected object, received array");
  EXPECT_EQ(
      refusal(
          run(RpcEdit::Kind::patch, "{models:{providers:{n:{baseUrl:'x',apiKey:'__OPENCLAW_REDACTED__'}}}}")),
      "Sentinel value \"__OPENCLAW_REDACTED__\" in key models.providers.n.apiKey is not valid as real data");
  EXPECT_EQ(refusal(run(
                RpcEdit::Kind::patch,
                "{models:{providers:{m:{apiKey:{source:'env',provider:'default',id:'NOT_SET_ANYWHERE'}}}}}")),
            "invalid config: active SecretRef resolution failed (Environment variable \"NOT_SET_ANYWHERE\" "
            "is missing or empty.)");
  EXPECT_EQ(file(), kFile);
  put("{gateway: 5}");
  EXPECT_EQ(refusal(run(RpcEdit::Kind::patch, "{}")), "invalid config; fix before patching");
}

TEST_F(RpcEditTest, PatchKeepsCommentsAndSecrets) {
  put(kFile);
  const auto none = run(RpcEdit::Kind::patch, "{gateway:{port:18789}}");
  ASSERT_TRUE(none) << refusal(none);
  EXPECT_TRUE(none->noop);
  EXPECT_EQ(file(), kFile);
  const auto done = run(RpcEdit::Kind::patch,
                        "{gateway:{port:4000},models:{providers:{m:{apiKey:'__OPENCLAW_REDACTED__'}}}}");
  ASSERT_TRUE(done) << refusal(done);
  EXPECT_FALSE(done->noop);
  std::string expected = kFile;
  expected.replace(expected.find("18789"), 5, "4000");
  EXPECT_EQ(file(), expected);
  ASSERT_EQ(done->changed_paths.size(), 1u);
  EXPECT_EQ(dotted(done->changed_paths[0]), "gateway.port");
}

TEST_F(RpcEditTest, AFormSendsTheResolvedDocumentBack) {
  context_.env.set("TOKEN_OF_TEST", "0123456789abcdef");
  put(kFile);
  auto shown = redact(load(context_.config_path, context_.env).resolved);
  shown.get_object()["gateway"].get_object()["port"] = 4000;
  const auto done = run(RpcEdit::Kind::set, json::write(shown));
  ASSERT_TRUE(done) << refusal(done);
  std::string expected = kFile;
  expected.replace(expected.find("18789"), 5, "4000");
  EXPECT_EQ(file(), expected);
}

TEST_F(RpcEditTest, WhatAPersonTypedIsKept) {
  put(kFile);
  const auto done =
      run(RpcEdit::Kind::apply,
          "{ // mine\n gateway: {mode: 'local', auth: {mode: 'token', token: '__OPENCLAW_REDACTED__'}},\n}");
  ASSERT_TRUE(done) << refusal(done);
  EXPECT_EQ(file(),
            "{ // mine\n gateway: {mode: 'local', auth: {mode: 'token', token: '${TOKEN_OF_TEST}'}},\n}");
}

TEST_F(RpcEditTest, WithoutAFileNoHashIsAsked) {
  const auto done = run(RpcEdit::Kind::patch, "{gateway:{mode:'local'}}", false);
  ASSERT_TRUE(done) << refusal(done);
  EXPECT_EQ(done->after.get_string("gateway.mode"), "local");
  EXPECT_TRUE(done->after.get_string("meta.lastTouchedVersion").has_value());
  EXPECT_EQ(test::mode_of(context_.config_path), 0600);
}

TEST(JsonSchema, LooksUpAsTheReferenceDoes) {
  const auto port = *schema_lookup("gateway.port");
  EXPECT_EQ(json::write(port.at("schema")), R"({"type":"integer","exclusiveMinimum":0,"maximum":65535})");
  EXPECT_EQ(port.at("hintPath"), "gateway.port");
  EXPECT_EQ(port.at("children").get_array().size(), 0u);
  const auto auth = *schema_lookup("gateway.auth");
  EXPECT_EQ(json::write(auth.at("schema")), R"({"type":"object","additionalProperties":false})");
  const auto& token = auth.at("children").get_array().at(1).get_object();
  EXPECT_EQ(token.at("path"), "gateway.auth.token");
  EXPECT_EQ(token.at("hasChildren"), true);
  EXPECT_EQ(token.at("hint").get_object().at("sensitive"), true);
  EXPECT_FALSE(token.contains("type"));
  const auto secret = *schema_lookup("gateway.auth.token");
  EXPECT_EQ(json::write(secret.at("schema")), "{}");
  EXPECT_EQ(secret.at("children").get_array().size(), 0u);
  EXPECT_EQ(schema_lookup("agents.list[].model")->at("path"), "agents.list.*.model");
  EXPECT_EQ(schema_lookup("agents.list[].model")->at("children").get_array().size(), 0u);
  const auto id = *schema_lookup("agents.list[0].id");
  EXPECT_EQ(id.at("path"), "agents.list.0.id");
  EXPECT_EQ(json::write(id.at("schema")), R"({"type":"string"})");
  const auto provider = *schema_lookup("models.providers.*");
  EXPECT_EQ(provider.at("children").get_array().at(0).get_object().at("required"), true);
  EXPECT_EQ(json::write(schema_lookup("models.providers.x.baseUrl")->at("schema")),
            R"({"type":"string","minLength":1})");
  for (const char* bad : {".", "nope.zip", "gateway.port.x", "gateway.__proto__", "env.constructor"}) {
    EXPECT_FALSE(schema_lookup(bad)) << bad;
  }
}

TEST(JsonSchema, TheWholeIsASchemaWithHints) {
  const auto schema = json_schema();
  EXPECT_EQ(schema.at("type"), "object");
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const json::Value whole = schema;
  EXPECT_EQ(json::write(*json::find_path(whole, "properties.gateway.properties.mode")),
            R"({"anyOf":[{"type":"string","const":"local"},{"type":"string","const":"remote"}]})");
  const auto hints = ui_hints();
  EXPECT_EQ(hints.at("gateway.controlUi.allowedOrigins").get_object().at("label"), "Allowed Origins");
  EXPECT_EQ(hints.at("channels.telegram.accounts.*.botToken").get_object().at("sensitive"), true);
}

TEST(SecretTargets, ListsReferencesOnly) {
  EXPECT_TRUE(known_secret_target("models.providers.*.apiKey"));
  EXPECT_FALSE(known_secret_target("zzz"));
  base::Env env;
  env.set("KEY_ONE", "one");
  const auto snapshot = test::snapshot_of(
      "{gateway:{mode:'local',auth:{mode:'token',token:'plain-token'}},models:{providers:{"
      "a:{baseUrl:'http://x',apiKey:{source:'env',provider:'default',id:'KEY_ONE'}},"
      "b:{baseUrl:'http://x',apiKey:{source:'env',provider:'default',id:'KEY_TWO'}}}}}",
      env);
  ASSERT_TRUE(snapshot.valid) << test::issues_of(snapshot);
  EXPECT_TRUE(resolve_target(snapshot, "gateway.auth.token").empty());
  const auto found = resolve_target(snapshot, "models.providers.*.apiKey");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(dotted(found[0].path), "models.providers.a.apiKey");
  EXPECT_EQ(*found[0].value, "one");
  EXPECT_EQ(found[1].value.error().message, "Environment variable \"KEY_TWO\" is missing or empty.");
  EXPECT_EQ(resolve_all_targets(snapshot).size(), 2u);
}

}  // namespace
}  // namespace openclaw::config
