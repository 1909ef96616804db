#include "nodes/host/command_host.h"

#include "crypto/crypto.h"
#include "../../support/temp_dir.h"

#include <gtest/gtest.h>

namespace openclaw::nodes {
namespace {

using approvals::Ask;
using approvals::Security;

class HostTest : public ::testing::Test {
 protected:
  HostTest() {
    dir_.write("bin/tool", "#!/bin/sh\necho \"tool $*\"\n", 0755);
    dir_.write("bin/other", "#!/bin/sh\necho other\n", 0755);
    options_.state_dir = dir_ / "state";
    options_.env.set("PATH", dir_ / "bin" + ":/usr/bin:/bin");
    options_.env.set("HOME", dir_.path());
    options_.env.set("LD_PRELOAD", "");
    options_.env.set("OPENCLAW_GATEWAY_TOKEN", "very-secret");
    options_.exec_security = Security::full;
    options_.exec_ask = Ask::off;
  }
  CommandReply invoke(const std::string& command, std::optional<std::string> params = std::nullopt) {
    base::Loop loop;
    events_.clear();
    CommandHost host(loop, options_, [this](std::string event, json::Object payload) {
      events_.emplace_back(std::move(event), std::move(payload));
    });
    return base::run_until_done(loop, host.invoke(command, std::move(params), 30'000));
  }
  json::Object ok(const CommandReply& reply) {
    EXPECT_TRUE(reply.ok) << reply.error_code << " " << reply.error_message;
    auto value = json::parse(reply.ok ? reply.payload_json : "{}");
    return value ? value->as_object() : json::Object();
  }
  std::string refused(const CommandReply& reply) {
    return reply.ok ? "ok" : reply.error_code + " | " + reply.error_message;
  }
  void policy(const std::string& text) { dir_.write("state/exec-approvals.json", text, 0600); }
  std::string event_names() const {
    std::string out;
    for (const auto& event : events_) out += (out.empty() ? "" : " ") + event.first;
    return out;
  }

  test::TempDir dir_;
  CommandHostOptions options_;
  std::vector<std::pair<std::string, json::Object>> events_;
};

TEST_F(HostTest, DeclaresExactlyWhatItServes) {
  base::Loop loop;
  CommandHost host(loop, options_, nullptr);
  EXPECT_EQ(host.commands(), (std::vector<std::string>{"system.run.prepare", "system.run", "system.which",
                                                       "system.execApprovals.get", "system.execApprovals.set",
                                                       "device.info", "device.status"}));
  for (const std::string& command : host.commands()) {
    EXPECT_NE(invoke(command, "{}").error_message, "command not supported") << command;
  }
  EXPECT_EQ(refused(invoke("camera.snap", "{}")), "UNAVAILABLE | command not supported");
}

TEST_F(HostTest, ParametersAreNeeded) {
  for (const char* command :
       {"system.which", "system.run", "system.run.prepare", "system.execApprovals.set"}) {
    EXPECT_EQ(refused(invoke(command)), "INVALID_REQUEST | Error: INVALID_REQUEST: paramsJSON required")
        << command;
    EXPECT_EQ(refused(invoke(command, "[]")),
              "INVALID_REQUEST | INVALID_REQUEST: paramsJSON must be an object");
    EXPECT_TRUE(
        refused(invoke(command, "{x")).starts_with("INVALID_REQUEST | INVALID_REQUEST: paramsJSON: "));
  }
}

TEST_F(HostTest, Which) {
  const auto found =
      ok(invoke("system.which", R"({"bins":["tool","absent"," sh ","/bin/sh","bin/tool",5]})"));
  EXPECT_EQ(json::write(found), R"({"bins":{"tool":")" + dir_ / "bin/tool" + R"(","sh":"/usr/bin/sh"}})");
  EXPECT_EQ(refused(invoke("system.which", R"({"name":"sh"})")),
            "INVALID_REQUEST | INVALID_REQUEST: bins required");
}

TEST_F(HostTest, RunsAndReports) {
  const auto result = ok(invoke("system.run", R"({"command":["tool","a b"],"runId":"r1","sessionKey":"s"})"));
  EXPECT_EQ(
      json::write(result),
      R"({"exitCode":0,"timedOut":false,"success":true,"stdout":"tool a b\n","stderr":"","error":null})");
  ASSERT_EQ(event_names(), "exec.started exec.finished");
  EXPECT_EQ(json::write(events_[0].second),
            R"({"sessionKey":"s","runId":"r1","host":"node","command":"tool \"a b\""})");
  EXPECT_EQ(
      json::write(events_[1].second),
      R"({"sessionKey":"s","runId":"r1","host":"node","command":"tool \"a b\"","exitCode":0,"timedOut":false,)"
      R"("success":true,"output":"tool a b\n"})");
}

TEST_F(HostTest, RunDefaultsAndSuppression) {
  ok(invoke("system.run", R"({"command":["/bin/sh","-lc","exit 3"],"suppressNotifyOnExit":true})"));
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(json::get_string_or(events_[0].second, "sessionKey", ""), "node");
  EXPECT_EQ(json::get_string_or(events_[0].second, "runId", "").size(), 36u);
  EXPECT_FALSE(events_[0].second.contains("suppressNotifyOnExit"));
  EXPECT_EQ(json::get_bool(events_[1].second, "suppressNotifyOnExit"), true);
  EXPECT_EQ(json::get_int(events_[1].second, "exitCode"), 3);
  EXPECT_EQ(json::get_bool(events_[1].second, "success"), false);
  EXPECT_FALSE(events_[1].second.contains("output"));
}

TEST_F(HostTest, FailuresOfTheChildAreResults) {
  auto result = ok(invoke("system.run", R"({"command":["nothing-here"]})"));
  EXPECT_EQ(json::get_string_or(result, "error", ""), "cannot run nothing-here: not found in PATH");
  EXPECT_EQ(json::get_bool(result, "success"), false);
  EXPECT_FALSE(result.contains("exitCode"));

  result = ok(invoke("system.run", R"({"command":["/bin/sh","-c","kill -9 $$"]})"));
  EXPECT_FALSE(result.contains("exitCode"));
  EXPECT_EQ(json::get_bool(result, "success"), false);

  result = ok(invoke("system.run", R"({"command":["/bin/sh","-c","exec sleep 600"],"timeoutMs":100})"));
  EXPECT_EQ(json::get_bool(result, "timedOut"), true);
  EXPECT_FALSE(result.contains("exitCode"));
}

TEST_F(HostTest, OutputIsBoundedAndValidText) {
  auto result =
      ok(invoke("system.run", R"({"command":["/bin/sh","-c","head -c 250000 /dev/zero | tr '\\0' x"]})"));
  std::string out = json::get_string_or(result, "stdout", "");
  EXPECT_EQ(out.size(), 200'000u + sizeof("\n... (truncated)") - 1);
  EXPECT_TRUE(out.ends_with("x\n... (truncated)"));
  const std::string tail = json::get_string_or(events_[1].second, "output", "");
  EXPECT_TRUE(tail.starts_with("... (truncated) "));
  EXPECT_EQ(tail.size(), 20'000u + sizeof("... (truncated) ") - 1);

  result =
      ok(invoke("system.run",
                R"({"command":["/bin/sh","-c","echo oops >&2; head -c 250000 /dev/zero | tr '\\0' x"]})"));
  EXPECT_EQ(json::get_string_or(result, "stderr", ""), "oops\n... (truncated)");

  result = ok(invoke("system.run", R"({"command":["printf","a\\377b"]})"));
  EXPECT_EQ(json::get_string_or(result, "stdout", ""),
            "a\xEF\xBF\xBD"
            "b");
}

TEST_F(HostTest, RunChecksItsParameters) {
  const auto run = [&](const char* params) { return refused(invoke("system.run", params)); };
  EXPECT_EQ(run("{}"), "INVALID_REQUEST | INVALID_REQUEST: command required");
  EXPECT_EQ(run(R"({"command":[]})"), "INVALID_REQUEST | INVALID_REQUEST: command required");
  EXPECT_EQ(run(R"({"command":"tool"})"), "INVALID_REQUEST | INVALID_REQUEST: command required");
  EXPECT_TRUE(run(R"({"command":["tool",5]})").starts_with("INVALID_REQUEST"));
  EXPECT_TRUE(run(R"({"command":[" "]})").starts_with("INVALID_REQUEST"));
  EXPECT_EQ(run(R"({"command":["tool"],"rawCommand":"other"})"),
            "INVALID_REQUEST | INVALID_REQUEST: rawCommand does not match command");
  EXPECT_EQ(run(R"({"command":["tool"],"env":{"path":"/x","LD_X":"1","a-b":"1","OK":"1"}})"),
            "INVALID_REQUEST | SYSTEM_RUN_DENIED: environment override rejected (blocked override keys: "
            "LD_X, PATH; "
            "invalid non-portable override keys: a-b)");
  EXPECT_TRUE(events_.empty());
}

TEST_F(HostTest, EnvironmentOfTheChild) {
  auto result = ok(invoke("system.run", R"({"command":["/usr/bin/env"],"env":{"MINE":"1"}})"));
  std::string out = json::get_string_or(result, "stdout", "");
  EXPECT_NE(out.find("MINE=1\n"), std::string::npos);
  EXPECT_NE(out.find("HOME=" + dir_.path() + "\n"), std::string::npos);
  EXPECT_EQ(out.find("LD_PRELOAD"), std::string::npos);
  EXPECT_EQ(out.find("very-secret"), std::string::npos);
  // A shell gets only what cannot steer it.
  result = ok(invoke("system.run", R"({"command":["/bin/sh","-c","env"],"env":{"MINE":"1","LC_ALL":"C"}})"));
  out = json::get_string_or(result, "stdout", "");
  EXPECT_EQ(out.find("MINE=1"), std::string::npos);
  EXPECT_NE(out.find("LC_ALL=C\n"), std::string::npos);
}

TEST_F(HostTest, AFreshNodeAsks) {
  options_.exec_security.reset();
  options_.exec_ask.reset();
  EXPECT_EQ(refused(invoke("system.run",
                           R"({"command":["tool"],"approved":true,"approvalDecision":"allow-once"})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval required");
  ASSERT_EQ(event_names(), "exec.denied");
  EXPECT_EQ(json::get_string_or(events_[0].second, "reason", ""), "approval-required");
  policy(R"({"version":1,"agents":{"main":{"allowlist":[")" + dir_ / "bin/tool" + R"("]}}})");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"]})")), "ok");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["/bin/sh","-lc","tool a && tool b"]})")), "ok");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["other"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval required");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"],"agentId":"ops"})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval required");
}

TEST_F(HostTest, PolicyTexts) {
  options_.exec_security = Security::deny;
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DISABLED: security=deny");
  EXPECT_EQ(json::get_string_or(events_[0].second, "reason", ""), "security=deny");

  options_.exec_security = Security::allowlist;
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: allowlist miss");
  EXPECT_EQ(json::get_string_or(events_[0].second, "reason", ""), "allowlist-miss");
  EXPECT_EQ(
      refused(invoke("system.run", R"({"command":["/bin/sh","-lc","tool"]})")),
      "UNAVAILABLE | SYSTEM_RUN_DENIED: allowlist miss (shell wrappers like sh/bash/zsh -c require approval; "
      "approve once/always or run with --ask on-miss|always)");

  options_.exec_security = Security::full;
  options_.exec_ask = Ask::always;
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval required");

  options_.exec_ask = Ask::off;
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"],"needsScreenRecording":true})")),
            "UNAVAILABLE | PERMISSION_MISSING: screenRecording");
  EXPECT_EQ(json::get_string_or(events_[0].second, "reason", ""), "permission:screenRecording");

  options_.strict_inline_eval = true;
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["python3","-c","1"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval required (python3 -c requires explicit approval in "
            "strictInlineEval mode)");
}

TEST_F(HostTest, AMalformedApprovalsFileAllowsNothing) {
  policy("{ oops");
  const std::string text = refused(invoke("system.run", R"({"command":["tool"]})"));
  EXPECT_TRUE(text.starts_with("UNAVAILABLE | SYSTEM_RUN_DENIED: exec approvals: " +
                               dir_ / "state/exec-approvals.json"))
      << text;
  EXPECT_EQ(event_names(), "exec.denied");
}

TEST_F(HostTest, DurableApprovals) {
  options_.exec_security = Security::allowlist;
  policy(R"({"version":1,"agents":{"main":{"allowlist":[{"pattern":"=command:)" +
         crypto::sha256_hex("tool x").substr(0, 16) + R"(","source":"allow-always"}]}}})");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool","x"]})")), "ok");
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool","y"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: allowlist miss");
}

TEST_F(HostTest, ExecApprovalsGetAndSet) {
  const std::string empty_hash = crypto::sha256_hex("");
  auto file = ok(invoke("system.execApprovals.get"));
  EXPECT_EQ(json::write(file), R"({"path":")" + dir_ / "state/exec-approvals.json" +
                                   R"(","exists":false,"hash":")" + empty_hash +
                                   R"(","file":{"version":1}})");
  EXPECT_FALSE(dir_.has("state/exec-approvals.json"));
  EXPECT_EQ(refused(invoke("system.execApprovals.set", R"({"file":{"version":1}})")),
            "INVALID_REQUEST | INVALID_REQUEST: exec approvals base hash unavailable; reload and retry");
  policy(R"({"version":1,"socket":{"path":"/s","token":"t0ken"}})");
  file = ok(invoke("system.execApprovals.get", "{}"));
  EXPECT_EQ(json::write(file).find("t0ken"), std::string::npos);
  EXPECT_EQ(refused(invoke("system.execApprovals.set", R"({"file":{"version":1}})")),
            "INVALID_REQUEST | INVALID_REQUEST: exec approvals base hash required; reload and retry");
  EXPECT_EQ(refused(invoke("system.execApprovals.set", R"({"file":{"version":1},"baseHash":"x"})")),
            "INVALID_REQUEST | INVALID_REQUEST: exec approvals changed; reload and retry");
  EXPECT_EQ(refused(invoke("system.execApprovals.set", R"({"file":{"version":2},"baseHash":"x"})")),
            "INVALID_REQUEST | INVALID_REQUEST: exec approvals file: version must be 1");
  EXPECT_EQ(refused(invoke("system.execApprovals.set", "{}")),
            "INVALID_REQUEST | INVALID_REQUEST: exec approvals file required");
  const auto stored = ok(invoke("system.execApprovals.set",
                                R"({"file":{"version":1,"defaults":{"security":"deny"}},"baseHash":")" +
                                    json::get_string_or(file, "hash", "") + "\"}"));
  EXPECT_EQ(json::get_string_or(stored, "hash", ""),
            crypto::sha256_hex(dir_.read("state/exec-approvals.json")));
  EXPECT_NE(dir_.read("state/exec-approvals.json").find("t0ken"), std::string::npos);
  EXPECT_EQ(refused(invoke("system.run", R"({"command":["tool"]})")),
            "UNAVAILABLE | SYSTEM_RUN_DISABLED: security=deny");
}

TEST_F(HostTest, PrepareThenRunWithThePlan) {
  dir_.write("work/script.sh", "echo one\n");
  const std::string cwd = dir_ / "work";
  const auto prepared =
      ok(invoke("system.run.prepare", R"({"command":["/bin/sh","script.sh"],"cwd":")" + cwd + "\"}"));
  const json::Object& plan = *json::get_object(prepared, "plan");
  const std::string argv = json::write(*json::find(plan, "argv"));
  const std::string run =
      R"({"command":)" + argv + R"(,"cwd":")" + cwd + R"(","systemRunPlan":)" + json::write(plan) + "}";
  const auto result = ok(invoke("system.run", run));
  EXPECT_EQ(json::get_string_or(result, "stdout", ""), "one\n");
  dir_.write("work/script.sh", "echo two\n");
  EXPECT_EQ(refused(invoke("system.run", run)),
            "UNAVAILABLE | SYSTEM_RUN_DENIED: approval script operand changed before execution");
  EXPECT_EQ(json::get_string_or(events_[0].second, "reason", ""), "execution-plan-miss");
  EXPECT_EQ(
      refused(invoke("system.run", R"({"command":["tool"],"systemRunPlan":)" + json::write(plan) + "}")),
      "UNAVAILABLE | SYSTEM_RUN_DENIED: execution plan mismatch");
}

base::Task<void> invoke_into(CommandHost* host, std::string params, std::vector<std::string>* order,
                             base::Event* both) {
  CommandReply reply = co_await host->invoke("system.run", std::move(params), 0);
  auto payload = json::parse(reply.payload_json);
  order->push_back(payload ? json::get_string_or(payload->as_object(), "stdout", "") : reply.error_message);
  if (order->size() == 2) both->set();
}

base::Task<bool> wait_for(base::Event* event) {
  co_await event->wait();
  co_return true;
}

// The first command only ends because the second one runs meanwhile.
TEST_F(HostTest, RunsCommandsSideBySide) {
  ASSERT_EQ(::mkfifo((dir_ / "fifo").c_str(), 0600), 0);
  base::Loop loop;
  base::Event both(loop);
  std::vector<std::string> order;
  CommandHost host(loop, options_, nullptr);
  base::spawn(loop, invoke_into(&host, R"({"command":["cat",")" + dir_ / "fifo" + "\"]}", &order, &both),
              "one");
  base::spawn(
      loop,
      invoke_into(&host, R"({"command":["/bin/sh","-c","echo hi >)" + dir_ / "fifo" + "\"]}", &order, &both),
      "two");
  EXPECT_TRUE(base::run_until_done(loop, wait_for(&both)));
  EXPECT_EQ(std::set<std::string>(order.begin(), order.end()), (std::set<std::string>{"", "hi\n"}));
}

}  // namespace
}  // namespace openclaw::nodes
