#include "agent/providers/anthropic_messages.h"
#include "agent/providers/http_provider.h"
#include "agent/providers/openai_completions.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

constexpr char kMessages[] = R"json([
  {"role":"user","content":"list the files","timestamp":1},
  {"role":"assistant","api":"API","provider":"p","model":"m","stopReason":"toolUse","content":[
    {"type":"thinking","thinking":"need ls","thinkingSignature":"SIG"},{"type":"text","text":"Looking."},
    {"type":"toolCall","id":"call_1","name":"exec","arguments":{"command":"ls"}},
    {"type":"toolCall","id":"call_2","name":"exec","arguments":{}}]},
  {"role":"toolResult","toolCallId":"call_1","toolName":"exec","content":[{"type":"text","text":"a.txt"}],"isError":false},
  {"role":"toolResult","toolCallId":"call_2","toolName":"exec","content":[],"isError":true},
  {"role":"user","content":[{"type":"text","text":"and?"}]},
  {"role":"user","content":"hurry"}])json";

ModelRequest request(std::string_view api, std::string_view signature, std::string_view base_url) {
  ModelRequest out;
  out.target.provider = "p";
  out.target.model = "m";
  out.target.api = api;
  out.target.base_url = base_url;
  out.target.api_key = "the-key";
  out.target.max_tokens = 1000;
  out.system = "Be brief.";
  std::string text = kMessages;
  text.replace(text.find("SIG"), 3, signature);
  text.replace(text.find("API"), 3, api);
  out.messages = json::parse(text).value().get_array();
  ToolSpec tool;
  tool.name = "exec";
  tool.description = "Runs a command.";
  tool.parameters = json::parse(R"json({"type":"object","properties":{"command":{"type":"string"}}})json")
                        .value()
                        .get_object();
  out.tools.push_back(std::move(tool));
  return out;
}

void expect_json(const json::Object& got, std::string_view want) {
  const json::Value expected = json::parse(want).value();
  EXPECT_EQ(json::write_pretty(json::Value(got)), json::write_pretty(expected));
}

TEST(OpenAiBody, UnknownHostGetsOnlyWhatEveryServerTakes) {
  expect_json(openai_body(request("openai-completions", "reasoning_content", "http://10.0.0.1:8080/v1")),
              R"json({
    "model":"m","messages":[
      {"role":"system","content":"Be brief."},
      {"role":"user","content":"list the files"},
      {"role":"assistant","content":"Looking.","reasoning_content":"need ls","tool_calls":[
        {"id":"call_1","type":"function","function":{"name":"exec","arguments":"{\"command\":\"ls\"}"}},
        {"id":"call_2","type":"function","function":{"name":"exec","arguments":"{}"}}]},
      {"role":"tool","content":"a.txt","tool_call_id":"call_1"},
      {"role":"tool","content":"(no output)","tool_call_id":"call_2"},
      {"role":"user","content":"and?"},
      {"role":"user","content":"hurry"}],
    "stream":true,"max_tokens":1000,
    "tools":[{"type":"function","function":{"name":"exec","description":"Runs a command.",
      "parameters":{"type":"object","properties":{"command":{"type":"string"}}}}}]})json");
}

TEST(OpenAiBody, OpenAiItselfGetsItsOwnFields) {
  auto r = request("openai-completions", "x", "https://api.openai.com/v1");
  r.messages = json::parse(R"json([{"role":"user","content":"hi"}])json").value().get_array();
  r.system.clear();
  expect_json(openai_body(r), R"json({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,
    "stream_options":{"include_usage":true},"store":false,"max_completion_tokens":1000,
    "tools":[{"type":"function","function":{"name":"exec","description":"Runs a command.",
      "parameters":{"type":"object","properties":{"command":{"type":"string"}}},"strict":false}}]})json");
}

TEST(OpenAiBody, CompatOverridesTheHost) {
  auto r = request("openai-completions", "SIG", "http://10.0.0.1/v1");
  r.target.compat =
      json::parse(R"json({"supportsUsageInStreaming":true,"maxTokensField":"max_completion_tokens",
    "supportsDeveloperRole":true,"supportsTools":false,"requiresToolResultName":true,"requiresThinkingAsText":true,
    "requiresAssistantAfterToolResult":true,"requiresMistralToolIds":true})json")
          .value()
          .get_object();
  expect_json(openai_body(r), R"json({
    "model":"m","messages":[
      {"role":"developer","content":"Be brief."},
      {"role":"user","content":"list the files"},
      {"role":"assistant","content":"need ls\n\nLooking.","tool_calls":[
        {"id":"call10000","type":"function","function":{"name":"exec","arguments":"{\"command\":\"ls\"}"}},
        {"id":"call20000","type":"function","function":{"name":"exec","arguments":"{}"}}]},
      {"role":"tool","content":"a.txt","tool_call_id":"call10000","name":"exec"},
      {"role":"tool","content":"(no output)","tool_call_id":"call20000","name":"exec"},
      {"role":"assistant","content":"I have read the tool results."},
      {"role":"user","content":"and?"},
      {"role":"user","content":"hurry"}],
    "stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":1000})json");
}

TEST(OpenAiBody, ImagesOfUsersAndOfToolResults) {
  auto r = request("openai-completions", "x", "http://10.0.0.1/v1");
  r.target.images = true;
  r.system.clear();
  r.tools.clear();
  r.messages = json::parse(R"json([
    {"role":"user","content":[{"type":"text","text":"what?"},{"type":"image","data":"AA==","mimeType":"image/jpeg"}]},
    {"role":"assistant","content":[{"type":"toolCall","id":"c","name":"n","arguments":{}}]},
    {"role":"toolResult","toolCallId":"c","content":[{"type":"image","data":"BB==","mimeType":"image/png"}]}])json")
                   .value()
                   .get_array();
  expect_json(openai_body(r), R"json({"model":"m","messages":[
    {"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AA=="}}]},
    {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"n","arguments":"{}"}}]},
    {"role":"tool","content":"(see the image that follows)","tool_call_id":"c"},
    {"role":"user","content":[{"type":"text","text":"Images from the tool results above:"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,BB=="}}]}],
    "stream":true,"max_tokens":1000})json");
}

TEST(AnthropicBody, WholeConversation) {
  expect_json(anthropic_body(request("anthropic-messages", "c2ln", "https://api.anthropic.com")), R"json({
    "model":"m","max_tokens":1000,"stream":true,
    "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
    "messages":[
      {"role":"user","content":[{"type":"text","text":"list the files"}]},
      {"role":"assistant","content":[
        {"type":"thinking","thinking":"need ls","signature":"c2ln"},{"type":"text","text":"Looking."},
        {"type":"tool_use","id":"call_1","name":"exec","input":{"command":"ls"}},
        {"type":"tool_use","id":"call_2","name":"exec","input":{}}]},
      {"role":"user","content":[
        {"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"a.txt"}],"is_error":false},
        {"type":"tool_result","tool_use_id":"call_2","content":[{"type":"text","text":"(no output)"}],"is_error":true},
        {"type":"text","text":"and?"},
        {"type":"text","text":"hurry","cache_control":{"type":"ephemeral"}}]}],
    "tools":[{"name":"exec","description":"Runs a command.",
      "input_schema":{"type":"object","properties":{"command":{"type":"string"}}}}]})json");
}

TEST(AnthropicBody, BeginsWithTheUserAndDropsForeignThinking) {
  auto r = request("anthropic-messages", "x", "https://api.anthropic.com");
  r.system.clear();
  r.tools.clear();
  r.messages = json::parse(R"json([
    {"role":"assistant","api":"anthropic-messages","model":"other","content":[
      {"type":"thinking","thinking":"t","thinkingSignature":"s"},{"type":"text","text":"one"}]},
    {"role":"assistant","api":"anthropic-messages","model":"m","content":[
      {"type":"thinking","thinking":"","thinkingSignature":"opaque","redacted":true},
      {"type":"thinking","thinking":"unsigned"},{"type":"text","text":"two"}]}])json")
                   .value()
                   .get_array();
  expect_json(anthropic_body(r), R"json({"model":"m","max_tokens":1000,"stream":true,"messages":[
    {"role":"user","content":[{"type":"text","text":"(earlier messages left out)","cache_control":{"type":"ephemeral"}}]},
    {"role":"assistant","content":[{"type":"text","text":"one"},{"type":"redacted_thinking","data":"opaque"},
      {"type":"text","text":"two"}]}]})json");
}

std::string header(const net::HttpCall& call, std::string_view name) {
  std::string out;
  for (const auto& [key, value] : call.headers) {
    if (key == name) out += (out.empty() ? "" : ",") + value;
  }
  return out;
}

TEST(WireFormat, UrlsAndHeaders) {
  auto r = request("openai-completions", "x", "http://127.0.0.1:9/v1/");
  r.target.headers = {{"x-team", "a"}, {"User-Agent", "mine"}};
  auto call = kOpenAiWire.call(r);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "POST");
  EXPECT_EQ(call->url.path, "/v1/chat/completions");
  EXPECT_EQ(call->url.port, 9);
  EXPECT_EQ(header(*call, "authorization"), "Bearer the-key");
  EXPECT_EQ(header(*call, "user-agent"), "mine");
  EXPECT_EQ(header(*call, "x-team"), "a");
  EXPECT_EQ(call->idle_timeout_ms, 60'000);

  for (const char* base :
       {"https://api.anthropic.com", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/"}) {
    auto anthropic = kAnthropicWire.call(request("anthropic-messages", "x", base));
    ASSERT_TRUE(anthropic);
    EXPECT_EQ(anthropic->url.path, "/v1/messages") << base;
    EXPECT_EQ(header(*anthropic, "x-api-key"), "the-key");
    EXPECT_EQ(header(*anthropic, "authorization"), "");
    EXPECT_EQ(header(*anthropic, "anthropic-version"), "2023-06-01");
  }
  EXPECT_FALSE(kOpenAiWire.call(request("openai-completions", "x", "not a url")));
}

}  // namespace
}  // namespace openclaw::agent
