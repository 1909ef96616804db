#include "agent/providers/context.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

json::Array clean(std::string_view messages, ContextRules rules = {}) {
  return clean_context(json::parse(messages).value().get_array(), rules);
}
// "user:hi | assistant:text,call_1 | result:call_1=out"
std::string sketch(const json::Array& messages) {
  std::string out;
  for (const auto& value : messages) {
    const auto& message = value.get_object();
    if (!out.empty()) out += " | ";
    const std::string role = json::get_string_or(message, "role", "?");
    if (role == "toolResult") {
      out += "result:" + json::get_string_or(message, "toolCallId", "?") + "=" +
             joined_text(message.at("content").get_array());
      if (message.at("isError").get_bool()) out += "!";
      continue;
    }
    out += role + ":";
    bool first = true;
    for (const auto& item : message.at("content").get_array()) {
      const auto& block = item.get_object();
      if (!first) out += ",";
      first = false;
      out += json::get_string_or(block, "text",
                                 json::get_string_or(block, "id", json::get_string_or(block, "type", "?")));
    }
  }
  return out;
}

constexpr char kCall[] =
    R"({"role":"assistant","content":[{"type":"toolCall","id":"c1","name":"exec","arguments":{}},
                            {"type":"toolCall","id":"c2","name":"exec","arguments":{}}],"stopReason":"toolUse"})";

TEST(Context, CallsWithoutResultsGetOneAndOrphansGo) {
  const std::string messages = std::string("[") + kCall + R"(,
    {"role":"toolResult","toolCallId":"c2","content":[{"type":"text","text":"two"}]},
    {"role":"user","content":"next"},
    {"role":"toolResult","toolCallId":"c9","content":[{"type":"text","text":"orphan"}]},
    {"role":"assistant","content":[{"type":"text","text":"done"}],"stopReason":"stop"},
    {"role":"toolResult","toolCallId":"c1","content":"late"}])";
  EXPECT_EQ(sketch(clean(messages)),
            "assistant:c1,c2 | result:c2=two | result:c1=No result: the run ended before this tool call "
            "finished.! | "
            "user:next | assistant:done");
}

TEST(Context, AUserMessageBetweenCallAndResultMovesBehind) {
  const std::string messages = std::string("[") + kCall + R"(,
    {"role":"user","content":"wait"},
    {"role":"assistant","model":"gateway-injected","content":[{"type":"text","text":"queued"}]},
    {"role":"toolResult","toolCallId":"c1","content":"one"},
    {"role":"toolResult","toolCallId":"c2","content":"two","isError":true}])";
  EXPECT_EQ(sketch(clean(messages)), "assistant:c1,c2 | result:c1=one | result:c2=two! | user:wait");
}

TEST(Context, EmptyErroredAndInjectedMessagesAreLeftOut) {
  EXPECT_EQ(sketch(clean(R"([
    {"role":"user","content":"  "}, {"role":"user","content":[]}, {"role":"user","content":"a"},
    {"role":"assistant","content":[],"stopReason":"stop"},
    {"role":"assistant","content":[{"type":"text","text":" "}],"stopReason":"stop"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"hm"}],"stopReason":"stop"},
    {"role":"assistant","content":[{"type":"text","text":"half"}],"stopReason":"error"},
    {"role":"assistant","content":[{"type":"text","text":"half"}],"stopReason":"aborted"},
    {"role":"assistant","content":[{"type":"text","text":"x"}],"model":"gateway-injected"},
    {"role":"assistant","content":[{"type":"text","text":"x"}],"model":"delivery-mirror"},
    {"role":"assistant","content":[{"type":"toolCall","id":"e","name":"n","arguments":{}}],"stopReason":"error"},
    {"role":"toolResult","toolCallId":"e","content":"of the errored one"},
    {"role":"system","content":"no"}, 7, {"role":"user"},
    {"role":"assistant","content":[{"type":"text","text":"b"}],"stopReason":"stop"}])")),
            "user:a | assistant:b");
}

TEST(Context, IdsAreCleanAndUnique) {
  const char* messages = R"([
    {"role":"assistant","content":[{"type":"toolCall","id":"a.b:c|fc_1","name":"n","arguments":{}},
                                   {"type":"toolCall","id":"","name":"n","arguments":{}}]},
    {"role":"toolResult","toolCallId":"","content":"2"},
    {"role":"toolResult","toolCallId":"a.b:c|fc_1","content":"1"},
    {"role":"assistant","content":[{"type":"toolCall","id":"a_b_c","name":"n","arguments":{}}]},
    {"role":"toolResult","toolCallId":"a_b_c","content":"3"}])";
  EXPECT_EQ(sketch(clean(messages)),
            "assistant:a_b_c,call | result:call=2 | result:a_b_c=1 | assistant:a_b_c_2 | result:a_b_c_2=3");
  ContextRules shorter;
  shorter.max_id = 4;
  EXPECT_EQ(sketch(clean(messages, shorter)),
            "assistant:a_b_,call | result:call=2 | result:a_b_=1 | assistant:a__2 | result:a__2=3");
  ContextRules mistral;
  mistral.mistral_ids = true;
  EXPECT_EQ(sketch(clean(messages, mistral)),
            "assistant:abc000000,000000000 | result:000000000=2 | result:abc000000=1 | assistant:abc000002 | "
            "result:abc000002=3");
}

TEST(Context, ImagesOnlyForModelsThatReadThem) {
  const char* messages =
      R"([{"role":"user","content":[{"type":"image","data":"AA==","mimeType":"image/png"}]}])";
  ContextRules rules;
  rules.model = "p/m";
  EXPECT_EQ(sketch(clean(messages, rules)), "user:[image left out: p/m does not read images]");
  rules.images = true;
  EXPECT_EQ(sketch(clean(messages, rules)), "user:image");
}

TEST(Context, BadBytesBecomeReplacementCharacters) {
  json::Array messages;
  json::Object message;
  message["role"] = "user";
  message["content"] = "a\xFF\xC3\xA4\xE2\x82z";
  messages.emplace_back(std::move(message));
  EXPECT_EQ(sketch(clean_context(messages, {})), "user:a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Arguments, WholeMendedOrNothing) {
  struct Case {
    const char *text, *want;
    bool mended;
  };
  const Case cases[] = {
      {"", "{}", false},
      {R"({"a":"b"})", R"({"a":"b"})", false},
      {"```json\n{\"a\":1}\n```", R"({"a":1})", true},
      {R"({"a":[1,2,],"b":"x",})", R"({"a":[1,2],"b":"x"})", true},
      {"{\"a\":\"x\ny\"}", R"({"a":"x\ny"})", true},
      {R"({"a":{"b":"x"})", R"({"a":{"b":"x"}})", true},
      {R"({"a":"rm -rf /tmp/)", "-", true},  // a cut value must not be run
      {R"({"a":12)", "-", true},
      {R"({"a":"x",)", "-", true},
      {R"({"a":"x","b")", "-", true},
      {R"({"a":1]])", "-", true},
      {R"([1])", "-", true},
      {"null", "-", true},
  };
  for (const auto& c : cases) {
    bool mended = !c.mended;
    const auto got = parse_arguments(c.text, &mended);
    EXPECT_EQ(got ? json::write(*got) : "-", c.want) << c.text;
    EXPECT_EQ(mended, c.mended) << c.text;
  }
}

}  // namespace
}  // namespace openclaw::agent
