// What the HTTP endpoints make of bodies: JSON errors, conversations, the schema of responses, hook rules, tool policy.
#include <gtest/gtest.h>

#include "gateway/http/chat_body.h"
#include "gateway/http/conversation.h"
#include "gateway/http/hook_rules.h"
#include "gateway/http/hook_template.h"
#include "gateway/http/json_body.h"
#include "gateway/http/responses_body.h"
#include "gateway/http/tool_policy.h"
#include "gateway/http_memory.h"

namespace openclaw::gateway {
namespace {

json::Value value(std::string_view text) { return *json::parse(text); }
json::Object object(std::string_view text) { return value(text).as_object(); }

TEST(JsonComplaint, SpeaksLikeTheReferencesEngine) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{bad", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
      {"", "Unexpected end of JSON input"},
      {"[1", "Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"},
      {"{\"a\" 1}", "Expected ':' after property name in JSON at position 5 (line 1 column 6)"},
      {"{\"a\":", "Unexpected end of JSON input"},
      {"{\"a\":1,}", "Expected double-quoted property name in JSON at position 7 (line 1 column 8)"},
      {"{\"a\":1\n \"b\"", "Expected ',' or '}' after property value in JSON at position 8 (line 2 column 2)"},
      {"[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"},
      {"\"abc", "Unterminated string in JSON at position 4 (line 1 column 5)"},
      {"\"a\nb\"", "Bad control character in string literal in JSON at position 2 (line 1 column 3)"},
      {"\"\\q\"", "Bad escaped character in JSON at position 2 (line 1 column 3)"},
      {"1 2", "Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)"},
      {"-", "No number after minus sign in JSON at position 1 (line 1 column 2)"},
      {"1.", "Unterminated fractional number in JSON at position 2 (line 1 column 3)"},
      {"1e", "Exponent part is missing a number in JSON at position 2 (line 1 column 3)"},
      {"01", "Unexpected number in JSON at position 1 (line 1 column 2)"},
      {"undefined", "\"undefined\" is not valid JSON"},
      {"nope", "Unexpected token 'o', \"nope\" is not valid JSON"},
      {"aaaaaaaaaaaaaaaaaaaaaaaaa", "Unexpected token 'a', \"aaaaaaaaaa\"... is not valid JSON"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(json_complaint(text).value_or("none"), expected) << text;
}

TEST(JsonComplaint, AgreesWithTheParser) {
  for (const std::string_view text : {"{}", "[]", " [1, -2.5e+3, \"\\u00e9\\n\", {\"a\": {\"b\": []}}, null, true, false] ", "0", "\"\""}) {
    EXPECT_FALSE(json_complaint(text)) << text;
    EXPECT_TRUE(json::parse(text)) << text;
  }
  EXPECT_TRUE(json_body("")->empty());
  EXPECT_TRUE(json_body("[1]")->empty());
  EXPECT_FALSE(json_body("\xff"));
}

TEST(Urls, DecodeOnlyWhatIsWellFormed) {
  EXPECT_EQ(url_decode("agent%3Amain%3aX"), "agent:main:X");
  EXPECT_FALSE(url_decode("%"));
  EXPECT_FALSE(url_decode("%4"));
  EXPECT_FALSE(url_decode("%zz"));
  EXPECT_FALSE(url_decode("%ff"));
  EXPECT_EQ(query_value("a=1&b=x%20y+z&c", "b"), "x y z");
  EXPECT_EQ(query_value("a=1&c", "c"), "");
  EXPECT_FALSE(query_value("a=1", "b"));
}

TEST(ChatBody, TheLastQuestionIsTheMessage) {
  const auto decoded = decode_chat(object(R"({"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},
      {"role":"user","content":[{"type":"text","text":"c"},{"type":"input_text","text":"d"}]},{"role":"assistant","content":"later"}]})"));
  ASSERT_TRUE(decoded);
  EXPECT_NE(decoded->message.find("User: a\nAssistant: b\n"), std::string::npos);
  EXPECT_TRUE(decoded->message.ends_with("c\nd"));
  EXPECT_EQ(decoded->message.find("later"), std::string::npos);
  EXPECT_EQ(decode_chat(object(R"({"messages":[{"role":"assistant","content":"b"}]})")).error().message,
            "Missing user message in `messages`.");
  EXPECT_EQ(decode_chat(object(R"({"messages":[{"role":"tool","name":"f","content":"1"}]})"))->message, "Tool:f: 1");
}

TEST(ImageList, IsBounded) {
  ImageList images;
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(images.add("image/PNG", "aGVsbG8="));
  EXPECT_FALSE(images.add("image/png", "aGVsbG8="));
  EXPECT_EQ(images.take().size(), 8u);
  EXPECT_FALSE(ImageList().add("image/png", std::string(14'000'000, 'A')));
  EXPECT_FALSE(ImageList().add("image/svg+xml", "aGVsbG8="));
}

TEST(ResponsesBody, FirstComplaintInTheOrderOfTheSchema) {
  EXPECT_EQ(decode_responses(value(R"({"input":5,"tools":3})")).error().message, "model: Invalid input: expected string, received undefined");
  EXPECT_EQ(decode_responses(value(R"({"model":"m","input":5,"tools":3})")).error().message, "input: Invalid input");
  EXPECT_EQ(decode_responses(value(R"({"model":"m","input":"x","tools":3,"bogus":1})")).error().message,
            "tools: Invalid input: expected array, received number");
  EXPECT_EQ(decode_responses(value(R"({"model":"m","input":"x","b":1,"c":2})")).error().message, ": Unrecognized keys: \"b\", \"c\"");
  EXPECT_EQ(decode_responses(value("[1]")).error().message, ": Invalid input: expected object, received array");
  EXPECT_EQ(decode_responses(value(R"({"model":"m","input":"x","max_output_tokens":1.5})")).error().message,
            "max_output_tokens: Invalid input: expected int, received number");
}

TEST(ResponsesBody, ShortMessagesAndWhatWeSentOurselvesAreTaken) {
  const auto decoded = decode_responses(value(R"({"model":"m","instructions":"be kind","input":[
      {"role":"developer","content":"be brief"},
      {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hello"}]},
      {"type":"function_call","id":"call_1","call_id":"c1","name":"f","arguments":"{}"},
      {"type":"function_call_output","call_id":"c1","output":"7"}]})"));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->instructions, "be kind\n\nbe brief");
  EXPECT_TRUE(decoded->message.ends_with("Tool:f: 7"));
}

TEST(HookTemplate, NamesWhatTheRequestHas) {
  HookContext context;
  context.path = "ci";
  context.now = 0;
  context.payload = value(R"({"a":{"b":[1,"two",{"c":true}]},"n":null,"path":"inner"})");
  context.headers["x-kind"] = "push";
  context.query["q"] = "yes";
  const auto render = [&](std::string_view text) { return render_template(text, context); };
  EXPECT_EQ(render("{{path}} {{payload.path}} {{now}}"), "ci inner 1970-01-01T00:00:00.000Z");
  EXPECT_EQ(render("{{a.b[1]}}|{{ payload.a.b[2].c }}|{{a.b}}|{{a.b.0}}"), "two|true|[1,\"two\",{\"c\":true}]|1");
  EXPECT_EQ(render("<{{n}}{{x.y}}{{a.b[9]}}{{a.b[-1]}}{{a[}}{{a.b[99999999999999999999]}}>"), "<>");
  EXPECT_EQ(render("{{headers.X-Kind}}{{query.q}}{{headers.none}}"), "pushyes");
  EXPECT_EQ(render("{{a} {{path}} {{"), "{{a} ci {{");
  EXPECT_EQ(render("no names"), "no names");
}

TEST(HookRules, SettingsThatCannotWorkSwitchHooksOff) {
  const auto settings = [](std::string_view hooks) {
    return hook_settings(config::load_text("x.json", std::string(R"({"hooks":)") + std::string(hooks) + "}", base::Env{}), {"gateway-secret"});
  };
  EXPECT_FALSE(settings(R"({"enabled":true})"));
  EXPECT_FALSE(settings(R"({"enabled":false,"token":"t"})"));
  EXPECT_FALSE(settings(R"({"enabled":true,"token":"gateway-secret"})"));
  EXPECT_FALSE(settings(R"({"enabled":true,"token":"t","path":"/"})"));
  EXPECT_EQ(settings(R"({"enabled":true,"token":"t"})")->base_path, "/hooks");
  EXPECT_EQ(settings(R"({"enabled":true,"token":"t","path":"a/b//"})")->base_path, "/a/b");
  EXPECT_FALSE(settings(R"({"enabled":true,"token":"t","allowedAgentIds":["x","*"]})")->agents);
  EXPECT_TRUE(settings(R"({"enabled":true,"token":"t","allowedAgentIds":[]})")->agents->empty());
}

TEST(HookRules, IdempotencyKeys) {
  EXPECT_EQ(idempotency_key("a", "b", object(R"({"idempotencyKey":"c"})")), "a");
  EXPECT_EQ(idempotency_key("", " b ", {}), "b");
  EXPECT_EQ(idempotency_key("", "", object(R"({"idempotencyKey":"c"})")), "c");
  EXPECT_EQ(idempotency_key(std::string(257, 'x'), "", {}), "");
}

TEST(ToolPolicy, DenyWinsAndProfilesLimit) {
  const auto permitted = [](std::string_view config, std::string_view tool) { return tool_permitted(value(config), "main", tool); };
  EXPECT_TRUE(permitted("{}", "exec"));
  EXPECT_FALSE(permitted(R"({"tools":{"deny":["BASH"]}})", "exec"));
  EXPECT_FALSE(permitted(R"({"tools":{"allow":["*"],"deny":["group:nodes"]}})", "nodes"));
  EXPECT_TRUE(permitted(R"({"tools":{"allow":["sess*"]}})", "session_status"));
  EXPECT_FALSE(permitted(R"({"tools":{"profile":"minimal"}})", "exec"));
  EXPECT_TRUE(permitted(R"({"tools":{"profile":"minimal","alsoAllow":["exec"]}})", "exec"));
  EXPECT_FALSE(permitted(R"({"agents":{"list":[{"id":"Main","tools":{"deny":["exec"]}}]}})", "exec"));
  EXPECT_TRUE(permitted(R"({"agents":{"list":[{"id":"other","tools":{"deny":["exec"]}}]}})", "exec"));
}

TEST(ToolPolicy, SomeToolsAreClosedOverHttp) {
  const auto reachable = [](std::string_view config, std::string_view tool) { return tool_reachable(value(config), tool); };
  EXPECT_FALSE(reachable("{}", "exec"));
  EXPECT_FALSE(reachable("{}", "nodes"));
  EXPECT_TRUE(reachable("{}", "session_status"));
  EXPECT_TRUE(reachable(R"({"gateway":{"tools":{"allow":["exec"]}}})", "exec"));
  EXPECT_FALSE(reachable(R"({"gateway":{"tools":{"allow":["exec"],"deny":["exec"]}}})", "exec"));
}

TEST(ShortMemory, ForgetsByAgeAndNumber) {
  ShortMemory<int> memory(1'000, 2);
  memory.put("a", 1, 0);
  memory.put("b", 2, 500);
  ASSERT_NE(memory.find("a", 999), nullptr);
  EXPECT_EQ(memory.find("a", 1'000), nullptr);
  memory.put("c", 3, 1'000);
  memory.put("d", 4, 1'000);
  EXPECT_EQ(memory.find("b", 1'000), nullptr);
  EXPECT_EQ(*memory.find("d", 1'000), 4);
  memory.erase("d");
  EXPECT_EQ(memory.find("d", 1'000), nullptr);
  EXPECT_EQ(memory.size(), 1u);
}

}  // namespace
}  // namespace openclaw::gateway
