#include "agent/failure.h"
#include "agent/providers/anthropic_messages.h"
#include "agent/providers/openai_completions.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

// A reply or a failure as text, with everything the sink got.
template <class Decoder>
std::string decode(std::string_view stream, std::size_t piece, std::string* seen = nullptr) {
  std::string text, thinking;
  ModelSink sink;
  sink.on_text = [&](std::string_view delta) { text += delta; };
  sink.on_thinking = [&](std::string_view delta) { thinking += delta; };
  Decoder decoder(sink);
  net::SseParser parser(1 << 20);
  bool more = true;
  const auto feed = [&](const net::SseEvent& event) { more = more && decoder.feed(event); };
  for (std::size_t at = 0; at < stream.size(); at += piece) parser.feed(stream.substr(at, piece), feed);
  parser.finish(feed);
  if (seen) *seen = text + "|" + thinking;
  auto result = decoder.finish();
  if (!result) {
    const auto& failure = result.error();
    return std::string(failure_name(failure.reason)) + (failure.streamed ? " streamed: " : ": ") +
           failure.text;
  }
  const Usage& u = result->usage;
  return result->stop_reason + " " + result->response_id +
         fmt::format(" {}/{}/{}/{} ", u.input, u.output, u.cache_read, u.cache_write) +
         json::write(json::Value(result->content));
}
// The same for every way of cutting the stream in pieces.
template <class Decoder>
std::string decode_all_cuts(std::string_view stream, std::string* seen = nullptr) {
  const std::string whole = decode<Decoder>(stream, stream.size(), seen);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    std::string now_seen;
    EXPECT_EQ(decode<Decoder>(stream, piece, &now_seen), whole) << "in pieces of " << piece;
    if (seen) {
      EXPECT_EQ(now_seen, *seen);
    }
  }
  return whole;
}

std::string chunk(std::string_view delta, std::string_view finish = "null") {
  return fmt::format(
      R"(data: {{"id":"chatcmpl-9","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":0,)"
      R"("delta":{},"logprobs":null,"finish_reason":{}}}]}})"
      "\n\n",
      delta, finish);
}
const std::string kUsage =
    "data: {\"id\":\"chatcmpl-9\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,"
    "\"total_tokens\":120,\"prompt_tokens_details\":{\"cached_tokens\":30},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":5}}}\n\n";
const std::string kDone = "data: [DONE]\n\n";

TEST(OpenAiDecoder, TextThinkingAndUsage) {
  const std::string stream = ": keep-alive\n\n" + chunk(R"({"role":"assistant","content":""})") +
                             chunk(R"({"reasoning_content":"hm","reasoning":"hm"})") +
                             chunk(R"({"content":"Gr\u00fc"})") +
                             chunk(
                                 "{\"content\":\"\xC3\x9F"
                                 "e\"}") +
                             chunk("{}", R"("stop")") + kUsage + kDone;
  std::string seen;
  EXPECT_EQ(decode_all_cuts<OpenAiDecoder>(stream, &seen),
            "stop chatcmpl-9 70/20/30/0 "
            "[{\"type\":\"thinking\",\"thinking\":\"hm\",\"thinkingSignature\":\"reasoning_content\"},"
            "{\"type\":\"text\",\"text\":\"Grüße\"}]");
  EXPECT_EQ(seen, "Grüße|hm");
}

TEST(OpenAiDecoder, ToolCallsInFragments) {
  const std::string stream =
      chunk(R"({"role":"assistant","content":"ok"})") +
      chunk(
          R"({"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"exec","arguments":""}}]})") +
      chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"comm"}}]})") +
      chunk(
          R"({"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"read","arguments":"{}"}}]})") +
      chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"and\":\"ls\"}"}}]})") +
      chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted","id":"call_b","data":"zz"}]})") +
      chunk("{}", R"("tool_calls")") + kDone;
  EXPECT_EQ(decode_all_cuts<OpenAiDecoder>(stream),
            "toolUse chatcmpl-9 0/0/0/0 [{\"type\":\"text\",\"text\":\"ok\"},"
            "{\"type\":\"toolCall\",\"id\":\"call_a\",\"name\":\"exec\",\"arguments\":{\"command\":\"ls\"}},"
            "{\"type\":\"toolCall\",\"id\":\"call_b\",\"name\":\"read\",\"arguments\":{},"
            "\"thoughtSignature\":\"{\\\"type\\\":\\\"reasoning.encrypted\\\",\\\"id\\\":\\\"call_b\\\","
            "\\\"data\\\":\\\"zz\\\"}\"}]");
}

TEST(OpenAiDecoder, ServersThatBendTheFormat) {
  // Every call numbered 0, told apart by id; then neither index nor id; arguments as an object; stop instead
  // of tool_calls.
  const std::string stream =
      chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{\"n\":1}"}}]})") +
      chunk(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"y","arguments":"{\"n\":2}"}}]})") +
      chunk(R"({"tool_calls":[{"index":3,"function":{"name":"z","arguments":{"n":3}}}]})", R"("stop")");
  EXPECT_EQ(decode<OpenAiDecoder>(stream, 999),
            "toolUse chatcmpl-9 0/0/0/0 "
            "[{\"type\":\"toolCall\",\"id\":\"a\",\"name\":\"x\",\"arguments\":{\"n\":1}},"
            "{\"type\":\"toolCall\",\"id\":\"b\",\"name\":\"y\",\"arguments\":{\"n\":2}},"
            "{\"type\":\"toolCall\",\"id\":\"call_chatcmpl-9_3\",\"name\":\"z\",\"arguments\":{\"n\":3}}]");
  EXPECT_EQ(decode<OpenAiDecoder>(chunk(R"({"content":"a"})") + kDone, 999),
            "stop chatcmpl-9 0/0/0/0 [{\"type\":\"text\",\"text\":\"a\"}]");
  const std::string usage_in_choice =
      R"(data: {"id":"i","choices":[{"delta":{"content":"a"},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":4,)"
      R"("total_tokens":12,"completion_tokens_details":{"reasoning_tokens":5}}}]})"
      "\n\n";
  EXPECT_EQ(decode<OpenAiDecoder>(usage_in_choice, 999),
            "stop i 3/9/0/0 [{\"type\":\"text\",\"text\":\"a\"}]");
}

TEST(OpenAiDecoder, ALengthStopDropsHalfCalls) {
  const std::string call =
      R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"exec","arguments":"{\"command\":\"rm -rf /tmp"}}]})";
  EXPECT_EQ(decode<OpenAiDecoder>(chunk(call) + chunk("{}", R"("length")") + kDone, 999),
            "length chatcmpl-9 0/0/0/0 []");
  EXPECT_EQ(
      decode<OpenAiDecoder>(chunk(call) + chunk("{}", R"("tool_calls")") + kDone, 999),
      "toolUse chatcmpl-9 0/0/0/0 [{\"type\":\"toolCall\",\"id\":\"a\",\"name\":\"exec\",\"arguments\":{}}]");
}

TEST(OpenAiDecoder, Failures) {
  const std::string start = chunk(R"({"content":"a"})");
  EXPECT_EQ(decode<OpenAiDecoder>(start, 999),
            "network streamed: the reply was cut off: the provider closed the stream before its end");
  EXPECT_EQ(decode<OpenAiDecoder>("", 1), "network: the provider closed the connection without an answer");
  EXPECT_EQ(decode<OpenAiDecoder>(
                start + "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\"}}\n\n", 999),
            "timeout streamed: provider error server_error: boom");
  EXPECT_EQ(decode<OpenAiDecoder>("data: {\"error\":{\"message\":\"slow down\",\"code\":429}}\n\n", 999),
            "rate_limit: HTTP 429: slow down");
  EXPECT_TRUE(decode<OpenAiDecoder>("data: {\"choices\":[{\"de\n\n", 999)
                  .starts_with("format: the provider sent an event that is not JSON ("));
  EXPECT_EQ(decode<OpenAiDecoder>("data: 7\n\n", 999),
            "format: the provider sent an event that is not a JSON object");
  EXPECT_EQ(decode<OpenAiDecoder>(start + chunk("{}", R"("content_filter")") + kDone, 999),
            "unknown streamed: the provider's content filter stopped the reply");
  EXPECT_EQ(decode<OpenAiDecoder>(chunk("{}", R"("network_error")") + kDone, 999),
            "network: the provider ended the reply with finish_reason network_error");
  EXPECT_EQ(decode<OpenAiDecoder>("data: {\"error\":null,\"choices\":null}\n\n" + kDone, 999),
            "stop  0/0/0/0 []");
}

TEST(OpenAiDecoder, TooManyBlocks) {
  std::string stream;
  for (int i = 0; i < 1'100; ++i) {
    stream +=
        fmt::format("data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":{}}}]}}}}]}}\n\n", i);
  }
  EXPECT_EQ(decode<OpenAiDecoder>(stream, 4096),
            "format: the provider sent more content blocks than a message may have");
}

std::string event(std::string_view type, std::string_view rest = "") {
  return fmt::format("event: {}\r\ndata: {{\"type\":\"{}\"{}}}\r\n\r\n", type, type, rest);
}
std::string start(int index, std::string_view block) {
  return event("content_block_start", fmt::format(R"(,"index":{},"content_block":{})", index, block));
}
std::string delta(int index, std::string_view value) {
  return event("content_block_delta", fmt::format(R"(,"index":{},"delta":{})", index, value));
}
const std::string kMessageStart =
    event("message_start", R"(,"message":{"id":"msg_1","role":"assistant","usage":
  {"input_tokens":25,"cache_creation_input_tokens":7,"cache_read_input_tokens":9,"output_tokens":1}})");
std::string stop(std::string_view reason) {
  return event("message_delta",
               fmt::format(
                   R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"output_tokens":15}})",
                   reason)) +
         event("message_stop");
}

TEST(AnthropicDecoder, ThinkingTextAndTools) {
  std::string message_start = kMessageStart;
  message_start.erase(message_start.find('\n', message_start.find("usage")), 1);  // one data line
  const std::string stream =
      message_start + start(0, R"({"type":"thinking","thinking":"","signature":""})") +
      delta(0, R"({"type":"thinking_delta","thinking":"let me "})") +
      delta(0, R"({"type":"thinking_delta","thinking":"see"})") +
      delta(0, R"({"type":"signature_delta","signature":"c2ln"})") +
      event("content_block_stop", R"(,"index":0)") +
      start(1, R"({"type":"redacted_thinking","data":"b3BhcXVl"})") +
      start(2, R"({"type":"text","text":""})") + event("ping") +
      delta(2, R"({"type":"text_delta","text":"Gr\u00fc"})") +
      delta(2,
            "{\"type\":\"text_delta\",\"text\":\"\xC3\x9F"
            "e\"}") +
      start(3, R"({"type":"tool_use","id":"toolu_1","name":"exec","input":{}})") +
      delta(3, R"({"type":"input_json_delta","partial_json":""})") +
      delta(3, R"({"type":"input_json_delta","partial_json":"{\"command\":"})") +
      delta(3, R"({"type":"input_json_delta","partial_json":" \"ls\"}"})") +
      start(4, R"({"type":"tool_use","id":"toolu_2","name":"now","input":{"utc":true}})") + stop("tool_use");
  std::string seen;
  EXPECT_EQ(decode_all_cuts<AnthropicDecoder>(stream, &seen),
            "toolUse msg_1 25/15/9/7 [{\"type\":\"thinking\",\"thinking\":\"let me "
            "see\",\"thinkingSignature\":\"c2ln\"},"
            "{\"type\":\"thinking\",\"thinking\":\"\",\"thinkingSignature\":\"b3BhcXVl\",\"redacted\":true},"
            "{\"type\":\"text\",\"text\":\"Grüße\"},"
            "{\"type\":\"toolCall\",\"id\":\"toolu_1\",\"name\":\"exec\",\"arguments\":{\"command\":\"ls\"}},"
            "{\"type\":\"toolCall\",\"id\":\"toolu_2\",\"name\":\"now\",\"arguments\":{\"utc\":true}}]");
  EXPECT_EQ(seen, "Grüße|let me see");
}

TEST(AnthropicDecoder, StopReasonsAndFailures) {
  const std::string begin =
      start(0, R"({"type":"text","text":""})") + delta(0, R"({"type":"text_delta","text":"a"})");
  const std::string reply = "  0/15/0/0 [{\"type\":\"text\",\"text\":\"a\"}]";
  for (const char* reason : {"end_turn", "stop_sequence", "pause_turn"}) {
    EXPECT_EQ(decode<AnthropicDecoder>(begin + stop(reason), 999), "stop" + reply);
  }
  EXPECT_EQ(decode<AnthropicDecoder>(begin + stop("max_tokens"), 999), "length" + reply);
  EXPECT_EQ(decode<AnthropicDecoder>(begin + stop("refusal"), 999),
            "unknown streamed: the model refused to answer (stop_reason refusal)");
  EXPECT_EQ(decode<AnthropicDecoder>(begin, 999),
            "network streamed: the reply was cut off: the provider closed the stream before its end");
  EXPECT_EQ(decode<AnthropicDecoder>(event("ping"), 999),
            "network: the reply was cut off: the provider closed the stream before its end");
  EXPECT_EQ(decode<AnthropicDecoder>(
                event("error", R"(,"error":{"type":"overloaded_error","message":"Overloaded"})"), 999),
            "overloaded: provider error overloaded_error: Overloaded");
  EXPECT_EQ(decode<AnthropicDecoder>(delta(5, R"({"type":"text_delta","text":"a"})"), 999),
            "format: the provider sent a delta for a content block it had not started");
  EXPECT_TRUE(decode<AnthropicDecoder>("data: {\"type\n\n", 999).starts_with("format: "));
}

}  // namespace
}  // namespace openclaw::agent
