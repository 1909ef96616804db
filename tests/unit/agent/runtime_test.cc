#include "runtime_fixture.h"

#include <fmt/format.h>

namespace openclaw::agent::testing {
namespace {

using Lines = std::vector<std::string>;

TEST_F(RuntimeTest, PlainRunEventsInOrder) {
  start();
  script->steps.push_back(text({"Hello", " from", " the model."}));
  const auto outcome = submit(request("r1", "hi"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, SubmitOutcome::started);
  final("r1");
  EXPECT_EQ(events.log,
            (Lines{"changed create", "agent lifecycle start #1", "changed start", "message user 1",
                   "agent assistant 'Hello' of 'Hello' #2", "chat delta 'Hello' #2",
                   "agent assistant ' from' of 'Hello from' #3",
                   "agent assistant ' the model.' of 'Hello from the model.' #4", "message assistant 2",
                   "agent lifecycle end #5", "chat delta 'Hello from the model.' #5",
                   "chat final 'Hello from the model.' #5", "changed end"}));
}

TEST_F(RuntimeTest, ChatDeltasAreThrottled) {
  start();
  script->before_delta = [this] { clock.steady += 80; };
  script->steps.push_back(text({"a", "b", "c", "d", "e"}));
  ASSERT_TRUE(submit(request("r1", "hi")));
  final("r1");
  Lines deltas;
  for (const auto& line : events.log) {
    if (line.starts_with("chat delta")) deltas.push_back(line);
  }
  EXPECT_EQ(deltas, (Lines{"chat delta 'a' #2", "chat delta 'abc' #4", "chat delta 'abcde' #6"}));
}

TEST_F(RuntimeTest, TheModelSeesTheEnvelopeAndTheTranscript) {
  start();
  script->steps.push_back(text({"first answer"}));
  auto first = request("r1", "first");
  first.sender_label = "Ada";
  first.sender_id = "42";
  ASSERT_TRUE(submit(std::move(first)));
  final("r1");
  script->steps.push_back(text({"second answer"}));
  ASSERT_TRUE(submit(request("r2", "second")));
  final("r2");
  ASSERT_EQ(script->requests.size(), 2u);
  const auto& messages = script->requests[1].messages;
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0].at("content").at(0).at("text").as_string(),
            "Sender (untrusted metadata):\n```json\n{\n  \"label\": \"Ada\",\n  \"id\": \"42\"\n}\n```\n\n"
            "[Tue 2026-11-24 06:07 UTC] first");
  EXPECT_EQ(messages[1].at("content").at(0).at("text").as_string(), "first answer");
  EXPECT_EQ(messages[2].at("content").at(0).at("text").as_string(), "[Tue 2026-11-24 06:07 UTC] second");
  EXPECT_NE(script->requests[1].system.find("NO_REPLY"), std::string::npos);
  EXPECT_EQ(script->requests[1].tools.size(), 3u);
}

TEST_F(RuntimeTest, FinalPayload) {
  start();
  script->steps.push_back(text({"Hello."}));
  auto run = request("r1", "hi", "agent");
  ASSERT_TRUE(submit(std::move(run)));
  clock.wall += 1'816;
  const auto payload = final("r1");
  const auto* session = runtime->session("agent:main:main");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(
      json::write(payload),
      fmt::format(
          R"({{"runId":"r1","status":"ok","summary":"completed","result":{{"payloads":[{{"text":"Hello.",)"
          R"("mediaUrl":null}}],"meta":{{"durationMs":1816,"agentMeta":{{"sessionId":"{}","provider":)"
          R"("mock","model":"mock-1","usage":{{"input":100,"output":20,"total":120}},"lastCallUsage":)"
          R"({{"input":100,"output":20,"cacheRead":0,"cacheWrite":0,"total":120}},"promptTokens":100}},)"
          R"("aborted":false,"stopReason":"stop"}}}}}})",
          session->session_id));
  EXPECT_TRUE(events.has("changed send"));
}

TEST_F(RuntimeTest, SessionEntryAfterARun) {
  start();
  models.target->cost_input = 1.0;
  models.target->cost_output = 2.0;
  models.target->context_window = 128'000;
  script->steps.push_back(tool("", "session_status", {}));
  script->steps.push_back(text({"done"}));
  ASSERT_TRUE(submit(request("r1", "hi")));
  final("r1");
  const auto& entry = runtime->session("agent:main:main")->entry;
  EXPECT_EQ(json::get_string_or(entry, "status", ""), "done");
  EXPECT_EQ(json::get_int(entry, "inputTokens"), 220);
  EXPECT_EQ(json::get_int(entry, "outputTokens"), 32);
  EXPECT_EQ(json::get_int(entry, "totalTokens"), 100);
  EXPECT_EQ(json::get_int(entry, "contextTokens"), 128'000);
  EXPECT_EQ(json::get_string_or(entry, "model", ""), "mock-1");
  EXPECT_DOUBLE_EQ(entry.at("estimatedCostUsd").as_double(), (220 * 1.0 + 32 * 2.0) / 1e6);
  EXPECT_EQ(runtime->status_text("agent:main:main"),
            "🦞 OpenClaw native 0.1.0\n🧠 Model: mock/mock-1 · 🔑 no key\n🧮 Tokens: 220 in / 32 out · 💵 "
            "Cost: $0.0003\n"
            "📚 Context: 100/128k (0%) · 🧹 Compactions: 0\n🧵 Session: agent:main:main • updated just now\n"
            "⚙️ Runtime: direct · Think: off\n🪢 Queue: followup (depth 0)");
}

TEST_F(RuntimeTest, ToolCall) {
  start();
  script->steps.push_back(tool("Let me check. ", "session_status", {}));
  script->steps.push_back(text({"The tool said: done."}));
  ASSERT_TRUE(submit(request("r1", "check")));
  final("r1");
  EXPECT_EQ(events.log, (Lines{"changed create", "agent lifecycle start #1", "changed start",
                               "message user 1", "agent assistant 'Let me check.' of 'Let me check.' #2",
                               "chat delta 'Let me check.' #2", "message assistant 2",
                               "agent tool start session_status #3", "agent tool result session_status #4",
                               "agent assistant 'The tool said: done.' of 'The tool said: done.' #5",
                               "message assistant 4", "agent lifecycle end #6",
                               "chat delta 'Let me check.\n\nThe tool said: done.' #6",
                               "chat final 'Let me check.\n\nThe tool said: done.' #6", "changed end"}));
  EXPECT_EQ(transcript(),
            (Lines{"user: [Tue 2026-11-24 06:07 UTC] check", "assistant: Let me check. ",
                   "toolResult: status of agent:main:main", "assistant: The tool said: done."}));
  const auto& second = script->requests.at(1).messages;
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second[2].at("toolCallId").as_string(), "call_1");
}

TEST_F(RuntimeTest, UnknownToolIsAnsweredToTheModel) {
  start();
  script->steps.push_back(tool("", "no_such_tool", {}));
  script->steps.push_back(text({"sorry"}));
  ASSERT_TRUE(submit(request("r1", "x")));
  final("r1");
  EXPECT_NE(transcript().at(2).find("Tool no_such_tool not found"), std::string::npos);
}

TEST_F(RuntimeTest, AToolFailureWithoutATextIsReported) {
  start();
  json::Object arguments;
  arguments["command"] = "ls";
  host.answers["node.list"] = [](const json::Object&) {
    return protocol::WireResult<>(*json::parse(R"({"nodes":[]})"));
  };
  script->steps.push_back(tool("", "exec", arguments));
  script->steps.push_back(text({""}));
  ASSERT_TRUE(submit(request("r1", "x")));
  const auto payload = final("r1");
  EXPECT_EQ(json::find_path(payload, "result.payloads")->at(0).at("text").as_string(),
            "⚠️ A tool call failed: exec host=node requires a paired node (none available). This requires a "
            "companion "
            "app or node host.");
}

TEST_F(RuntimeTest, EndlessToolCallsStop) {
  start();
  for (int i = 0; i < 40; ++i) script->steps.push_back(tool("", "session_status", {}));
  ASSERT_TRUE(submit(request("r1", "x")));
  const auto payload = final("r1");
  EXPECT_EQ(script->requests.size(), 32u);
  EXPECT_EQ(json::find_path(payload, "result.payloads")->at(0).at("text").as_string(),
            "⚠️ The agent stopped after 32 rounds of tool calls without an answer.");
}

TEST_F(RuntimeTest, SilentReply) {
  start();
  script->steps.push_back(text({"NO", "_REP", "LY"}));
  auto run = request("r1", "hi");
  run.route = ReplyRoute{"telegram", "default", "42", "42"};
  ASSERT_TRUE(submit(std::move(run)));
  final("r1");
  EXPECT_EQ(events.of_run("r1"),
            (Lines{"agent lifecycle start #1", "agent lifecycle end #2", "chat final #2"}));
  EXPECT_TRUE(outbox().empty());
}

TEST_F(RuntimeTest, ChannelRunHasNoChatEventsAndLeavesAnOutboxRecord) {
  start();
  script->steps.push_back(text({"Hello."}));
  auto run = request("r1", "hi", "channel");
  run.route = ReplyRoute{"telegram", "default", "42", "lane42"};
  run.origin["lastChannel"] = "telegram";
  bool also_ran = false;
  ASSERT_TRUE(submit(std::move(run), [&also_ran](store::Db& db) {
    also_ran = true;
    return store::put_offset(db, "telegram", "default", 7);
  }));
  EXPECT_TRUE(also_ran);
  final("r1");
  for (const auto& line : events.log) EXPECT_FALSE(line.starts_with("chat ")) << line;
  EXPECT_EQ(events.log.back(), "outbox telegram");
  const auto records = outbox();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(json::write(records[0].payload), R"({"to":"42","text":"Hello.","runId":"r1"})");
  EXPECT_EQ(records[0].lane, "lane42");
  EXPECT_EQ(transcript().at(0), "user: hi");
  EXPECT_EQ(json::get_string_or(runtime->session("agent:main:main")->entry, "lastChannel", ""), "telegram");
}

TEST_F(RuntimeTest, ProviderFailureIsAReadableReply) {
  start();
  script->steps.push_back(failing(FailureReason::format, "HTTP 400: mock failure: bad request", 400));
  auto run = request("r1", "hi");
  run.route = ReplyRoute{"telegram", "default", "42", "42"};
  ASSERT_TRUE(submit(std::move(run)));
  const auto payload = final("r1");
  EXPECT_EQ(events.of_run("r1"),
            (Lines{"agent lifecycle start #1", "agent lifecycle error HTTP 400: mock failure: bad request #2",
                   "chat error HTTP 400: mock failure: bad request #2"}));
  EXPECT_EQ(json::find_path(payload, "status")->as_string(), "ok");
  EXPECT_EQ(json::find_path(payload, "result.payloads")->at(0).at("text").as_string(),
            "HTTP 400: mock failure: bad request");
  EXPECT_EQ(json::find_path(payload, "result.meta.stopReason")->as_string(), "error");
  ASSERT_EQ(outbox().size(), 1u);
  EXPECT_EQ(transcript(), (Lines{"user: [Tue 2026-11-24 06:07 UTC] hi", "assistant: "}));
  EXPECT_EQ(json::get_string_or(runtime->session("agent:main:main")->entry, "status", ""), "failed");
  EXPECT_TRUE(events.has("changed error"));
}

TEST_F(RuntimeTest, RetriesBeforeGivingUp) {
  start();
  for (int i = 0; i < 5; ++i)
    script->steps.push_back(failing(FailureReason::rate_limit, "HTTP 429: slow down", 429));
  ASSERT_TRUE(submit(request("r1", "hi")));
  const auto payload = final("r1");
  EXPECT_EQ(script->requests.size(), 3u);
  EXPECT_EQ(json::find_path(payload, "result.payloads")->at(0).at("text").as_string(),
            "⚠️ API rate limit reached. Please try again later.");
}

TEST_F(RuntimeTest, ARetryThatWorksLeavesNoTrace) {
  start();
  script->steps.push_back(failing(FailureReason::overloaded, "HTTP 529: busy", 529));
  script->steps.push_back(text({"fine"}));
  ASSERT_TRUE(submit(request("r1", "hi")));
  final("r1");
  EXPECT_TRUE(events.has("chat final 'fine' #3"));
}

TEST_F(RuntimeTest, NoRetryOnceTextWasStreamed) {
  start();
  auto step = failing(FailureReason::overloaded, "HTTP 529: busy", 529);
  step.deltas = {"half a"};
  step.failure->streamed = true;
  script->steps.push_back(step);
  ASSERT_TRUE(submit(request("r1", "hi")));
  final("r1");
  EXPECT_EQ(script->requests.size(), 1u);
  EXPECT_EQ(transcript().back(), "assistant: half a");
}

TEST_F(RuntimeTest, AMissingModelSaysWhatToSet) {
  start();
  models.target = base::fail(base::ErrorKind::config, "no key for provider openai", "Set OPENAI_API_KEY.");
  ASSERT_TRUE(submit(request("r1", "hi")));
  const auto payload = final("r1");
  EXPECT_EQ(json::find_path(payload, "result.payloads")->at(0).at("text").as_string(),
            "⚠️ Agent failed before reply: no key for provider openai Set OPENAI_API_KEY. Logs: openclaw logs "
            "--follow");
}

TEST_F(RuntimeTest, WaitTellsTheOutcome) {
  start();
  script->steps.push_back(text({"done"}));
  ASSERT_TRUE(submit(request("r1", "hi", "agent")));
  const auto live = base::run_until_done(loop(), runtime->wait("r1", 20'000));
  EXPECT_EQ(live.status, "ok");
  EXPECT_EQ(live.started_at, clock.wall);
  const auto later = base::run_until_done(loop(), runtime->wait("r1", 0));
  EXPECT_EQ(later.status, "ok");
  EXPECT_EQ(later.ended_at, clock.wall);
  EXPECT_EQ(base::run_until_done(loop(), runtime->wait("nobody", 1)).status, "timeout");
  EXPECT_TRUE(final("nobody").is_null());
}

}  // namespace
}  // namespace openclaw::agent::testing
