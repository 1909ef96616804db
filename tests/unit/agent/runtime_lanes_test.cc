// Repetition, lanes, abort, deadline, drain and recovery.
#include "runtime_fixture.h"

#include <fmt/format.h>

namespace openclaw::agent::testing {
namespace {

using Lines = std::vector<std::string>;

Step held(std::vector<std::string> deltas) {
  Step step;
  step.deltas = std::move(deltas);
  step.hold = true;
  return step;
}

base::Task<void> submit_and_note(Runtime* runtime, RunRequest request,
                                 std::vector<SubmitOutcome::Status>* out) {
  auto outcome = co_await runtime->submit(std::move(request));
  if (outcome) out->push_back(outcome->status);
}

TEST_F(RuntimeTest, ARepeatedIdStartsNothing) {
  start();
  script->steps.push_back(held({"wait"}));
  ASSERT_TRUE(submit(request("r1", "hi")));
  run_until([this] { return script->running == 1; });
  bool also_ran = false;
  const auto again = submit(request("r1", "hi"), [&also_ran](store::Db&) {
    also_ran = true;
    return base::Result<>();
  });
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, SubmitOutcome::in_flight);
  EXPECT_TRUE(also_ran);
  script->go_on.set();
  const auto payload = final("r1");
  const auto later = submit(request("r1", "hi"));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->status, SubmitOutcome::finished);
  EXPECT_EQ(later->result, payload);
  EXPECT_EQ(script->requests.size(), 1u);
  EXPECT_EQ(transcript().size(), 2u);
}

TEST_F(RuntimeTest, TwoSubmissionsAtOnceAreOneRun) {
  start();
  script->steps.push_back(text({"one"}));
  std::vector<SubmitOutcome::Status> seen;
  base::spawn(loop(), submit_and_note(runtime.get(), request("r1", "hi"), &seen), "first");
  base::spawn(loop(), submit_and_note(runtime.get(), request("r1", "hi"), &seen), "second");
  run_until([&seen] { return seen.size() == 2; });
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector{SubmitOutcome::started, SubmitOutcome::in_flight}));
  final("r1");
  EXPECT_EQ(script->requests.size(), 1u);
}

TEST_F(RuntimeTest, AFailedTransactionStartsNothing) {
  start();
  const auto refused = submit(request("r1", "hi"), [](store::Db&) {
    return base::Result<>(base::fail(base::ErrorKind::io, "offset refused"));
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "offset refused");
  EXPECT_FALSE(stored("r1"));
  script->steps.push_back(text({"ok"}));
  const auto again = submit(request("r1", "hi"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, SubmitOutcome::started);
  final("r1");
}

TEST_F(RuntimeTest, OneRunAtATimePerSessionInOrder) {
  start();
  script->steps.push_back(held({"first"}));
  script->steps.push_back(text({"second"}));
  script->steps.push_back(text({"third"}));
  for (const auto* id : {"r1", "r2", "r3"}) ASSERT_TRUE(submit(request(id, id)));
  run_until([this] { return script->running == 1; });
  EXPECT_EQ(script->requests.size(), 1u);
  ASSERT_EQ(runtime->active("agent:main:main").size(), 3u);
  EXPECT_EQ(runtime->active()[2].run_id, "r3");
  EXPECT_NE(runtime->status_text("agent:main:main").find("followup (depth 2)"), std::string::npos);
  script->go_on.set();
  final("r3");
  EXPECT_EQ(script->most_running, 1);
  // What waits is not shown to the run before it, and each run answers its own message.
  EXPECT_EQ(script->requests[0].messages.size(), 1u);
  const auto& second = script->requests[1].messages;
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second[2].at("content").at(0).at("text").as_string(), "[Tue 2026-11-24 06:07 UTC] r2");
}

TEST_F(RuntimeTest, FourRunsAtOnceOverAll) {
  start();
  for (int i = 0; i < 6; ++i) {
    script->steps.push_back(held({"x"}));
    auto run = request(fmt::format("r{}", i), "hi");
    run.session_key = fmt::format("agent:main:s{}", i);
    ASSERT_TRUE(submit(std::move(run)));
  }
  run_until([this] { return script->running == 4; });
  script->go_on.set();
  final("r5");
  EXPECT_EQ(script->most_running, 4);
}

TEST_F(RuntimeTest, AbortWhileStreaming) {
  start();
  script->steps.push_back(held({"word0", " word1"}));
  ASSERT_TRUE(submit(request("r1", "slow")));
  run_until([this] { return script->running == 1; });
  EXPECT_TRUE(runtime->abort("r1", "rpc"));
  EXPECT_FALSE(runtime->abort("r1", "rpc"));
  EXPECT_EQ(events.log.back(), "chat aborted 'word0 word1' rpc main #4");
  const auto payload = final("r1");
  EXPECT_EQ(script->cancelled, 1);
  EXPECT_EQ(json::find_path(payload, "result.meta.aborted")->as_bool(), true);
  EXPECT_EQ(transcript().back(), "assistant: word0 word1");
  const auto messages = base::run_until_done(loop(), runtime->messages("agent:main:main", 1));
  const auto& body = messages->at(0).body;
  EXPECT_EQ(json::get_string_or(body, "idempotencyKey", ""), "r1:assistant");
  EXPECT_EQ(json::write(body.at("openclawAbort")), R"({"aborted":true,"origin":"rpc","runId":"r1"})");
  EXPECT_EQ(events.of_run("r1").back(), "chat aborted 'word0 word1' rpc main #4");
  EXPECT_EQ(json::get_string_or(runtime->session("agent:main:main")->entry, "status", ""), "killed");
  EXPECT_TRUE(runtime->active().empty());
  EXPECT_FALSE(runtime->abort("r1", "rpc"));
}

TEST_F(RuntimeTest, AbortOfAWaitingRun) {
  start();
  script->steps.push_back(held({"x"}));
  ASSERT_TRUE(submit(request("r1", "one")));
  ASSERT_TRUE(submit(request("r2", "two")));
  run_until([this] { return script->running == 1; });
  EXPECT_TRUE(runtime->abort("r2", "stop"));
  const auto payload = final("r2");
  EXPECT_EQ(json::find_path(payload, "result.meta.stopReason")->as_string(), "stop");
  EXPECT_EQ(events.of_run("r2"), (Lines{"chat aborted stop main #1"}));
  script->go_on.set();
  final("r1");
  EXPECT_EQ(script->requests.size(), 1u);
}

TEST_F(RuntimeTest, AbortDuringAToolCallDoesNotWaitForIt) {
  start();
  base::Event never(loop());
  host.hold = &never;
  json::Object arguments;
  arguments["action"] = "status";
  script->steps.push_back(tool("", "nodes", arguments));
  ASSERT_TRUE(submit(request("r1", "x")));
  run_until([this] { return !host.calls.empty(); });
  EXPECT_TRUE(runtime->abort("r1", "rpc"));
  final("r1");
  EXPECT_EQ(script->requests.size(), 1u);
  // The next run sees a result for the abandoned call.
  host.hold = nullptr;
  script->steps.push_back(text({"ok"}));
  ASSERT_TRUE(submit(request("r2", "y")));
  final("r2");
  const auto& messages = script->requests.at(1).messages;
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(messages[2].at("role").as_string(), "toolResult");
  EXPECT_TRUE(messages[2].at("isError").as_bool());
  never.set();
  run_until([] { return true; });
}

TEST_F(RuntimeTest, DeadlineAborts) {
  start();
  script->steps.push_back(held({"half"}));
  auto run = request("r1", "slow", "channel");
  run.timeout_ms = 1;
  run.route = ReplyRoute{"telegram", "default", "42", "42"};
  ASSERT_TRUE(submit(std::move(run)));
  const auto payload = final("r1");
  EXPECT_EQ(json::find_path(payload, "result.meta.stopReason")->as_string(), "timeout");
  EXPECT_EQ(base::run_until_done(loop(), runtime->wait("r1", 0)).status, "timeout");
  EXPECT_EQ(json::get_string_or(runtime->session("agent:main:main")->entry, "status", ""), "timeout");
  const auto sent = outbox();
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(json::get_string_or(sent.back().payload, "text", ""),
            "⚠️ The run reached its time limit and was stopped.");
}

TEST_F(RuntimeTest, PartialTextIsSavedWhileStreaming) {
  start();
  script->before_delta = [this] { clock.steady += 600; };
  script->steps.push_back(held({"one", " two", " three"}));
  ASSERT_TRUE(submit(request("r1", "slow")));
  run_until([this] {
    const auto record = stored("r1");
    return record && record->partial_text == "one two";
  });
  script->go_on.set();
  final("r1");
}

TEST_F(RuntimeTest, RestartClosesARunningRunAndTellsTheChat) {
  start();
  script->before_delta = [this] { clock.steady += 2'000; };
  script->steps.push_back(held({"half an answer"}));
  auto run = request("r1", "slow", "channel");
  run.route = ReplyRoute{"telegram", "default", "42", "42"};
  ASSERT_TRUE(submit(std::move(run)));
  run_until([this] { return stored("r1")->partial_text == "half an answer"; });
  kill();
  events.log.clear();
  open();
  start();
  EXPECT_EQ(
      transcript().back(),
      "assistant: half an answer\n\n⚠️ The gateway restarted before this reply was finished. Send the message "
      "again to repeat it.");
  const auto payload = final("r1");
  EXPECT_EQ(
      json::write(payload),
      R"({"runId":"r1","status":"error","summary":"the gateway restarted before the run was finished"})");
  ASSERT_EQ(outbox().size(), 1u);
  EXPECT_TRUE(events.has("outbox telegram"));
  EXPECT_EQ(submit(request("r1", "slow"))->status, SubmitOutcome::finished);
  EXPECT_EQ(base::run_until_done(loop(), runtime->wait("r1", 0)).status, "error");
  EXPECT_TRUE(script->requests.empty());
}

TEST_F(RuntimeTest, RestartBeginsWhatWasOnlyAccepted) {
  start();
  script->steps.push_back(held({"x"}));
  ASSERT_TRUE(submit(request("r1", "one")));
  run_until([this] { return script->running == 1; });
  ASSERT_TRUE(submit(request("r2", "two")));
  ASSERT_TRUE(submit(request("r3", "three")));
  kill();
  open();
  script->steps.push_back(text({"answer two"}));
  script->steps.push_back(text({"answer three"}));
  start();
  EXPECT_EQ(submit(request("r3", "three"))->status, SubmitOutcome::in_flight);
  final("r3");
  ASSERT_EQ(script->requests.size(), 2u);
  const auto& first = script->requests[0].messages;
  EXPECT_EQ(first.back().at("content").at(0).at("text").as_string(), "[Tue 2026-11-24 06:07 UTC] two");
  EXPECT_EQ(transcript().back(), "assistant: answer three");
}

TEST_F(RuntimeTest, SessionsSurviveARestart) {
  start();
  script->steps.push_back(text({"hello"}));
  ASSERT_TRUE(submit(request("r1", "one")));
  final("r1");
  const auto session_id = runtime->session("agent:main:main")->session_id;
  kill();
  open();
  start();
  ASSERT_NE(runtime->session("agent:main:main"), nullptr);
  EXPECT_EQ(runtime->session("agent:main:main")->session_id, session_id);
  EXPECT_EQ(runtime->sessions().size(), 1u);
  EXPECT_EQ(transcript().size(), 2u);
}

TEST_F(RuntimeTest, DrainLeavesWhatDoesNotEndForRecovery) {
  start();
  script->steps.push_back(held({"half"}));
  ASSERT_TRUE(submit(request("r1", "slow")));
  run_until([this] { return script->running == 1; });
  base::run_until_done(loop(), runtime->drain(1));
  EXPECT_EQ(script->cancelled, 1);
  const auto refused = submit(request("r2", "more"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "Gateway is draining for restart; new tasks are not accepted");
  const auto record = stored("r1");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, store::RunState::running);
  EXPECT_EQ(record->partial_text, "half");
  EXPECT_FALSE(events.has("chat aborted 'half' rpc main #3"));
}

TEST_F(RuntimeTest, DrainLetsRunsEnd) {
  start();
  script->steps.push_back(held({"whole"}));
  ASSERT_TRUE(submit(request("r1", "slow")));
  run_until([this] { return script->running == 1; });
  script->go_on.set();
  base::run_until_done(loop(), runtime->drain(20'000));
  EXPECT_EQ(stored("r1")->state, store::RunState::done);
}

TEST_F(RuntimeTest, AStoreThatFailsEndsTheRunVisibly) {
  start();
  script->steps.push_back(held({"text"}));
  ASSERT_TRUE(submit(request("r1", "hi")));
  run_until([this] { return script->running == 1; });
  store->close();
  script->go_on.set();
  const auto payload = final("r1");
  EXPECT_EQ(json::find_path(payload, "status")->as_string(), "error");
  EXPECT_NE(events.of_run("r1").back().find("chat error the reply could not be saved: "), std::string::npos);
}

}  // namespace
}  // namespace openclaw::agent::testing
