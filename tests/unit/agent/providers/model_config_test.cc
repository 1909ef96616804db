#include "agent/model_config.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

using EnvMap = std::map<std::string, std::string, std::less<>>;

base::Result<ModelTarget> resolve(std::string_view config, EnvMap env = {}, std::string agent = "main") {
  return resolve_model(json::parse(config).value(), base::Env(std::move(env)), agent);
}
std::string brief(const base::Result<ModelTarget>& target) {
  if (!target) return "error: " + target.error().message;
  return target->provider + "/" + target->model + " " + target->api + " " + target->base_url + " " +
         target->api_key + " (" + target->key_source + ")";
}

TEST(ModelConfig, WithoutAModelTheKeyDecides) {
  EXPECT_EQ(brief(resolve("{}")), "builtin/operator builtin   ()");
  EXPECT_EQ(brief(resolve("{}", {{"ANTHROPIC_API_KEY", "  "}})), "builtin/operator builtin   ()");
  EXPECT_EQ(brief(resolve("{}", {{"OPENAI_API_KEY", "k"}})), "builtin/operator builtin   ()");
  EXPECT_EQ(
      brief(resolve("{}", {{"ANTHROPIC_API_KEY", "k1"}})),
      "anthropic/claude-opus-4-6 anthropic-messages https://api.anthropic.com k1 (env ANTHROPIC_API_KEY)");
  EXPECT_EQ(brief(resolve(R"({"models":{"providers":{"anthropic":{"apiKey":"k2"}}}})")),
            "anthropic/claude-opus-4-6 anthropic-messages https://api.anthropic.com k2 "
            "(models.providers.anthropic.apiKey)");
  EXPECT_EQ(brief(resolve(R"({"agents":{"defaults":{"model":"builtin/operator"}}})",
                          {{"ANTHROPIC_API_KEY", "k1"}})),
            "builtin/operator builtin   ()");
}

TEST(ModelConfig, WhereTheReferenceComesFrom) {
  const std::string config = R"({"agents":{
    "defaults":{"model":{"primary":"openrouter/meta/llama-4","fallbacks":["x/y"]},
                "models":{"openai/gpt-5":{"alias":"Big"},"groq/q":{}}},
    "list":[{"id":"main"},{"id":"Ops","model":"big"},{"id":"bare","model":"claude-haiku"},{"id":"obj","model":{"primary":"Groq/ q "}},
            {"id":"odd","model":7}]}})";
  const base::Env env;
  const auto ref = [&](std::string_view agent) {
    return resolve_model_ref(json::parse(config).value(), env, agent).text();
  };
  EXPECT_EQ(ref("main"), "openrouter/meta/llama-4");
  EXPECT_EQ(ref("unknown"), "openrouter/meta/llama-4");
  EXPECT_EQ(ref("ops"), "openai/gpt-5");
  EXPECT_EQ(ref("bare"), "anthropic/claude-haiku");
  EXPECT_EQ(ref("obj"), "groq/q");
  EXPECT_EQ(ref("odd"), "openrouter/meta/llama-4");
}

std::string with_provider(std::string_view ref, std::string_view provider) {
  return fmt::format(R"({{"agents":{{"defaults":{{"model":"{}"}}}},"models":{{"providers":{{{}}}}}}})", ref,
                     provider);
}

TEST(ModelConfig, BuiltInProviders) {
  const auto of = [](std::string_view ref, EnvMap env) {
    return brief(resolve(with_provider(ref, ""), std::move(env)));
  };
  EXPECT_EQ(of("openai/gpt-5", {{"OPENAI_API_KEY", "k"}}),
            "openai/gpt-5 openai-completions https://api.openai.com/v1 k (env OPENAI_API_KEY)");
  EXPECT_EQ(of("zai/glm", {{"Z_AI_API_KEY", "k"}}),
            "zai/glm openai-completions https://api.z.ai/api/paas/v4 k (env Z_AI_API_KEY)");
  EXPECT_EQ(of("ollama/qwen", {}), "ollama/qwen openai-completions http://127.0.0.1:11434/v1  (none)");
}

TEST(ModelConfig, CustomProviderWithEverything) {
  auto target =
      resolve(with_provider("mock/big/one", R"("mock":{"baseUrl":"http://127.0.0.1:9/v1","apiKey":"plain",
    "api":"openai-completions","headers":{"X-Team":"red"},"models":[{"id":"other"},{"id":"big/one","contextWindow":32000,
    "contextTokens":16000,"maxTokens":1234,"input":["text","image"],"compat":{"supportsTools":false},"headers":{"x-model":"y"},
    "cost":{"input":3,"output":15.5,"cacheRead":0.3,"cacheWrite":4}}]})"));
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(brief(target),
            "mock/big/one openai-completions http://127.0.0.1:9/v1 plain (models.providers.mock.apiKey)");
  EXPECT_EQ(target->context_window, 16'000);
  EXPECT_EQ(target->max_tokens, 1'234);
  EXPECT_TRUE(target->images);
  EXPECT_EQ(json::write(target->compat), R"({"supportsTools":false})");
  EXPECT_DOUBLE_EQ(target->cost_output, 15.5);
  EXPECT_DOUBLE_EQ(target->cost_cache_read, 0.3);
  const std::vector<std::pair<std::string, std::string>> headers = {{"x-team", "red"}, {"x-model", "y"}};
  EXPECT_EQ(target->headers, headers);

  auto unlisted = resolve(with_provider(
      "mock/new",
      R"("mock":{"baseUrl":"http://127.0.0.1:9","api":"anthropic-messages","authHeader":true,"apiKey":"k"})"));
  ASSERT_TRUE(unlisted);
  EXPECT_EQ(unlisted->context_window, 200'000);
  EXPECT_EQ(unlisted->max_tokens, 8'192);
  EXPECT_FALSE(unlisted->images);
  EXPECT_EQ(unlisted->headers.at(0).second, "Bearer k");
}

TEST(ModelConfig, KeySources) {
  const auto of = [](std::string_view ref, std::string_view provider, EnvMap env) {
    auto target = resolve(with_provider(ref, provider), std::move(env));
    return target ? target->api_key + " (" + target->key_source + ")" : "error: " + target.error().message;
  };
  constexpr char kRef[] =
      R"("x":{"baseUrl":"https://x.example/v1","apiKey":{"source":"env","provider":"default","id":"MY_KEY"}})";
  EXPECT_EQ(of("x/m", kRef, {{"MY_KEY", "k"}}), "k (models.providers.x.apiKey (env MY_KEY))");
  EXPECT_EQ(of("x/m", kRef, {}),
            "error: No API key found for provider \"x\" (model x/m). models.providers.x.apiKey refers to the "
            "environment variable "
            "MY_KEY, which is not set.");
  EXPECT_EQ(of("x/m", R"("x":{"baseUrl":"https://x.example/v1","apiKey":"MY_KEY"})", {{"MY_KEY", "k"}}),
            "k (models.providers.x.apiKey (env MY_KEY))");
  EXPECT_EQ(of("x/m", R"("x":{"baseUrl":"https://x.example/v1"})", {{"X_API_KEY", "k"}}),
            "k (env X_API_KEY)");
  EXPECT_EQ(
      of("x/m", R"("x":{"baseUrl":"https://x.example/v1","headers":{"Authorization":"Basic abc"}})", {}),
      " (none)");
  // The environment goes first, but not to a foreign host that has a key of its own.
  EXPECT_EQ(of("openai/m", R"("openai":{"apiKey":"config"})", {{"OPENAI_API_KEY", "env"}}),
            "env (env OPENAI_API_KEY)");
  EXPECT_EQ(of("openai/m", R"("openai":{"apiKey":"config","baseUrl":"https://proxy.example/v1"})",
               {{"OPENAI_API_KEY", "env"}}),
            "config (models.providers.openai.apiKey)");
  EXPECT_EQ(of("x/m", R"("x":{"baseUrl":"https://x.example/v1","apiKey":{"source":"file","id":"/k"}})", {}),
            "error: models.providers.x.apiKey is a secret reference with source \"file\"; only \"env\" is "
            "supported here");
  EXPECT_EQ(of("x/m", R"("x":{"baseUrl":"https://x.example/v1","apiKey":7})", {}),
            "error: models.providers.x.apiKey must be a string or a secret reference");
}

TEST(ModelConfig, ErrorsNameSettingAndRemedy) {
  const auto missing = resolve(with_provider("openai/gpt-5", ""));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "No API key found for provider \"openai\" (model openai/gpt-5). Neither the environment variable "
            "OPENAI_API_KEY nor models.providers.openai.apiKey is set.");
  EXPECT_EQ(missing.error().hint,
            "export OPENAI_API_KEY=<key>\nopenclaw config set models.providers.openai.apiKey <key>");
  EXPECT_EQ(missing.error().kind, base::ErrorKind::auth);

  const auto oauth = resolve(with_provider("anthropic/m", ""), {{"ANTHROPIC_OAUTH_TOKEN", "t"}});
  ASSERT_FALSE(oauth);
  EXPECT_TRUE(
      oauth.error().message.ends_with("ANTHROPIC_OAUTH_TOKEN is not used: openclaw uses API keys only."));

  const auto subscription = resolve("{}", {{"ANTHROPIC_API_KEY", "sk-ant-oat01-secret"}});
  ASSERT_FALSE(subscription);
  EXPECT_EQ(subscription.error().message,
            "the key for provider \"anthropic\" (env ANTHROPIC_API_KEY) is a subscription token "
            "(sk-ant-oat...): it is meant for "
            "Anthropic's own client only, and openclaw uses API keys only");

  EXPECT_EQ(brief(resolve(with_provider("g/m", R"("g":{"baseUrl":"https://g","api":"openai-responses"})"))),
            "error: model g/m: api \"openai-responses\" is not supported; supported are openai-completions, "
            "anthropic-messages, builtin");
  EXPECT_EQ(brief(resolve(with_provider("nobody/m", ""))),
            "error: unknown model provider \"nobody\" (model nobody/m): it is not built in and "
            "models.providers.nobody is not configured");
  EXPECT_EQ(brief(resolve(with_provider("g/m", R"("G":{"apiKey":"k"})"))),
            "error: model g/m: models.providers.G.baseUrl is not set");
  EXPECT_EQ(brief(resolve(with_provider("g/m", R"("g":{"apiKey":"k","baseUrl":"ws://x"})"))),
            "error: models.providers.g.baseUrl is not an http or https URL");
  EXPECT_EQ(brief(resolve(with_provider(
                "g/m",
                R"("g":{"apiKey":"k","baseUrl":"https://x","headers":{"a":{"source":"env","id":"NOPE"}}})"))),
            "error: models.providers.g.headers.a refers to the environment variable NOPE, which is not set");
}

TEST(ModelConfig, NamedReference) {
  const json::Value config =
      json::parse(R"({"agents":{"defaults":{"models":{"openai/gpt-5":{"alias":"big"}}}}})").value();
  const base::Env env(EnvMap{{"OPENAI_API_KEY", "k"}});
  EXPECT_EQ(brief(resolve_model_named(config, env, "BIG")),
            "openai/gpt-5 openai-completions https://api.openai.com/v1 k (env OPENAI_API_KEY)");
}

}  // namespace
}  // namespace openclaw::agent
