#include "approvals/requests.h"

#include <gtest/gtest.h>

#include "approvals/run_guard.h"
#include "crypto/crypto.h"

namespace openclaw::approvals {
namespace {

json::Object object(std::string_view text) { return json::parse(text)->as_object(); }

ApprovalRecord record(std::string id, std::int64_t expires = 1'000) {
  ApprovalRecord out;
  out.id = std::move(id);
  out.kind = "exec";
  out.created_at = 1;
  out.expires_at = expires;
  return out;
}

TEST(ApprovalTable, IdsAndPrefixes) {
  ApprovalTable table;
  EXPECT_TRUE(table.add(record("Abc-1")));
  EXPECT_FALSE(table.add(record("Abc-1")));
  EXPECT_TRUE(table.add(record("abc-12")));
  EXPECT_EQ(table.match("exec", "Abc-1").record->id, "Abc-1");
  EXPECT_EQ(table.match("exec", "ABC-12").record->id, "abc-12");
  EXPECT_EQ(table.match("exec", "abc").ambiguous.size(), 2u);
  EXPECT_EQ(table.match("plugin", "Abc-1").record, nullptr);
  EXPECT_EQ(table.match("exec", "zzz").record, nullptr);
  EXPECT_EQ(table.match("exec", "").record, nullptr);
  EXPECT_EQ(ambiguous_text({"a", "b", "c", "d", "e"}), "ambiguous approval id prefix; matches: a, b, c (+2 more). Use the full id.");
}

TEST(ApprovalTable, ExpiryAndGrace) {
  ApprovalTable table;
  table.add(record("a", 100));
  EXPECT_TRUE(table.expire(99).empty());
  EXPECT_EQ(table.expire(100), std::vector<std::string>{"a"});
  ASSERT_TRUE(table.find("a"));
  EXPECT_FALSE(table.find("a")->decision);
  EXPECT_TRUE(table.waiting("exec").empty());
  EXPECT_TRUE(table.expire(100 + kResolvedGraceMs).empty());
  EXPECT_TRUE(table.find("a"));
  table.expire(101 + kResolvedGraceMs);
  EXPECT_FALSE(table.find("a"));
}

TEST(ApprovalTable, AResolvedPrefixIsNotFoundButItsIdIs) {
  ApprovalTable table;
  table.add(record("abcdef"));
  table.find("abcdef")->resolved_at = 5;
  EXPECT_EQ(table.match("exec", "abc").record, nullptr);
  EXPECT_NE(table.match("exec", "abcdef").record, nullptr);
  EXPECT_TRUE(table.add(record("abcdef")));  // the id may be used again
}

TEST(ApprovalRecord, RoundTrip) {
  ApprovalRecord one = record("x");
  one.request["command"] = "ls";
  one.device_id = "d";
  one.decision = "deny";
  one.resolved_at = 7;
  const auto back = ApprovalRecord::from_json(one.to_json());
  ASSERT_TRUE(back);
  EXPECT_EQ(json::write(back->to_json()), json::write(one.to_json()));
  EXPECT_FALSE(ApprovalRecord::from_json({}));
}

TEST(EnvHash, PairsSortedByName) {
  const auto env = object(R"({"B":"2","A":"1"})");
  EXPECT_EQ(env_hash(&env), crypto::sha256_hex(R"([["A","1"],["B","2"]])"));
  const json::Object empty;
  EXPECT_FALSE(env_hash(&empty));
  EXPECT_FALSE(env_hash(nullptr));
}

class RunGuard : public testing::Test {
 protected:
  RunGuard() {
    asked.id = "run-1";
    asked.kind = "exec";
    asked.expires_at = 1'000;
    asked.device_id = "dev";
    asked.request["nodeId"] = "node";
    asked.request["systemRunPlan"] = plan;
    asked.request["systemRunBinding"] = run_binding(plan, std::nullopt);
  }
  std::string code(std::string_view params, std::string node = "node", std::int64_t now = 500) {
    const auto verdict = judge_run(object(params), node, caller, known ? &asked : nullptr, now);
    params_out = json::write(verdict.params);
    consumed = verdict.consumes;
    return verdict.code;
  }
  json::Object plan = object(R"({"argv":["echo","hi"],"cwd":"/srv","commandText":"echo hi","agentId":"main","sessionKey":null})");
  ApprovalRecord asked;
  RunCaller caller{"conn", "dev", false};
  bool known = true, consumed = false;
  std::string params_out;
};

TEST_F(RunGuard, WithoutAWishOnlyKnownKeysPass) {
  EXPECT_EQ(code(R"({"command":["echo","hi"],"extra":1,"approved":false,"timeoutMs":5})"), "");
  EXPECT_EQ(params_out, R"({"command":["echo","hi"],"timeoutMs":5})");
  EXPECT_EQ(code(R"({"command":"echo hi"})"), "");
  EXPECT_EQ(code(R"({"command":["echo"],"rawCommand":"rm x"})"), "RAW_COMMAND_MISMATCH");
  EXPECT_EQ(code(R"({"rawCommand":"rm x"})"), "MISSING_COMMAND");
  EXPECT_EQ(code(R"({"command":["/bin/sh","-lc","echo hi"],"rawCommand":"echo hi"})"), "");
}

TEST_F(RunGuard, RefusalsInOrder) {
  EXPECT_EQ(code(R"({"approved":true})"), "MISSING_RUN_ID");
  known = false;
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "UNKNOWN_APPROVAL_ID");
  known = true;
  EXPECT_EQ(code(R"({"approvalDecision":"allow-once","runId":"run-1"})", "node", 1'001), "APPROVAL_EXPIRED");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})", ""), "MISSING_NODE_ID");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})", "other"), "APPROVAL_NODE_MISMATCH");
  caller.device_id = "stranger";
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_DEVICE_MISMATCH");
  caller.device_id.clear();
  asked.device_id.clear();
  asked.connection_id = "somebody";
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_CLIENT_MISMATCH");
  asked.connection_id = "conn";
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","command":["rm"]})"), "APPROVAL_REQUEST_MISMATCH");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","cwd":"/"})"), "APPROVAL_REQUEST_MISMATCH");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","env":{"A":"1"}})"), "APPROVAL_ENV_BINDING_MISSING");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_REQUIRED");
  asked.request.erase("nodeId");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_NODE_BINDING_MISSING");
}

TEST_F(RunGuard, EnvironmentMustBeTheOneShown) {
  const auto env = object(R"({"A":"1"})");
  asked.request["systemRunBinding"] = run_binding(plan, env_hash(&env));
  asked.decision = "allow-once";
  asked.resolved_at = 1;
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","env":{"A":"2"}})"), "APPROVAL_ENV_MISMATCH");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_ENV_MISMATCH");
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","env":{"A":"1"}})"), "");
}

TEST_F(RunGuard, AllowOnceIsUsedUpAndThePlanReplacesTheCaller) {
  asked.decision = "allow-once";
  asked.resolved_at = 1;
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1","command":["echo","hi"],"timeoutMs":9})"), "");
  EXPECT_TRUE(consumed);
  const auto sent = object(params_out);
  EXPECT_EQ(json::write(sent.at("command")), R"(["echo","hi"])");
  EXPECT_EQ(sent.at("cwd").as_string(), "/srv");
  EXPECT_EQ(sent.at("rawCommand").as_string(), "echo hi");
  EXPECT_TRUE(sent.at("approved").as_bool());
  EXPECT_EQ(sent.at("approvalDecision").as_string(), "allow-once");
  asked.consumed = true;
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_REQUIRED");
  asked.decision = "deny";
  asked.consumed = false;
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "APPROVAL_REQUIRED");
  asked.decision = "allow-always";
  EXPECT_EQ(code(R"({"approved":true,"runId":"run-1"})"), "");
  EXPECT_FALSE(consumed);
}

TEST_F(RunGuard, AfterATimeOutOnlyWhoMayDecideFallsBackOnce) {
  asked.resolved_at = 1'000;
  EXPECT_EQ(code(R"({"approved":true,"approvalDecision":"allow-once","runId":"run-1"})", "node", 1'001), "APPROVAL_EXPIRED");
  caller.may_decide = true;
  EXPECT_EQ(code(R"({"approved":true,"approvalDecision":"allow-once","runId":"run-1"})", "node", 1'001), "");
  EXPECT_TRUE(consumed);
  EXPECT_EQ(code(R"({"approved":true,"approvalDecision":"allow-always","runId":"run-1"})", "node", 1'001), "APPROVAL_REQUIRED");
}

}  // namespace
}  // namespace openclaw::approvals
