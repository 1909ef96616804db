#include "agent/builtin/operator.h"

#include "agent/builtin/command.h"
#include "agent/builtin/replies.h"
#include "agent/transcript.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

using Kind = OperatorCommand::Kind;

struct Parsed {
  const char* request;
  Kind kind;
  const char* node;
  const char* text;
};

TEST(OperatorCommandParser, Requests) {
  const std::vector<Parsed> cases = {
      {"help", Kind::help, "", ""},
      {"/help", Kind::help, "", ""},
      {"What can you do?", Kind::help, "", ""},
      {"status", Kind::status, "", ""},
      {"/STATUS", Kind::status, "", ""},
      {"list my nodes", Kind::nodes, "", ""},
      {"Please list my nodes.", Kind::nodes, "", ""},
      {"nodes", Kind::nodes, "", ""},
      {"which nodes are connected?", Kind::nodes, "", ""},
      {"show devices", Kind::nodes, "", ""},
      {"describe Test Node", Kind::describe, "Test Node", ""},
      {"tell me about lab-1.local?", Kind::describe, "lab-1.local", ""},
      {"run uname -a on lab", Kind::run, "lab", "uname -a"},
      {"RUN `uname -a` ON Lab 1.example-net", Kind::run, "Lab 1.example-net", "uname -a"},
      {"run \"echo turn on the light\" on lab", Kind::run, "lab", "echo turn on the light"},
      {"run echo turn on the light on lab", Kind::run, "lab", "echo turn on the light"},
      {"run \"echo on fire\"", Kind::run, "", "echo on fire"},
      {"run uptime", Kind::run, "", "uptime"},
      {"can you please execute ls -l /tmp on \"my mac\"?", Kind::run, "my mac", "ls -l /tmp"},
      {"on lab run uptime", Kind::run, "lab", "uptime"},
      {"on lab: uptime", Kind::run, "lab", "uptime"},
      {"run printf 'a\\nb' on lab", Kind::run, "lab", "printf 'a\\nb'"},
      {"which git on lab", Kind::which, "lab", "git"},
      {"where is git on lab?", Kind::which, "lab", "git"},
      {"which git", Kind::which, "", "git"},
      {"where is my phone?", Kind::locate, "my phone", ""},
      {"locate iPhone 15", Kind::locate, "iPhone 15", ""},
      {"battery of phone", Kind::device_status, "phone", ""},
      {"battery status of phone?", Kind::device_status, "phone", ""},
      {"how much battery does phone have?", Kind::device_status, "phone", ""},
      {"device status of phone", Kind::device_status, "phone", ""},
      {"battery", Kind::device_status, "", ""},
      {"notify phone: dinner: now", Kind::notify, "phone", "dinner: now"},
      {"notify phone that dinner is ready", Kind::notify, "phone", "dinner is ready"},
      {"notify phone", Kind::notify, "phone", ""},
      {"pending", Kind::pending, "", ""},
      {"approve 048dcddd-4629", Kind::approve, "", "048dcddd-4629"},
      {"reject request 1", Kind::reject, "", "1"},
      {"run", Kind::unknown, "", ""},
      {"", Kind::unknown, "", ""},
      {"tell me a joke", Kind::unknown, "", ""},
      {"helpful people", Kind::unknown, "", ""},
      {"runaway train on lab", Kind::unknown, "", ""},
  };
  for (const auto& test : cases) {
    const auto got = parse_operator_command(test.request);
    EXPECT_EQ(got.kind, test.kind) << test.request;
    EXPECT_EQ(got.node, test.node) << test.request;
    EXPECT_EQ(got.text, test.text) << test.request;
  }
}

TEST(OperatorCommandParser, NodeSpellings) {
  EXPECT_EQ(node_spellings("lab"), (std::vector<std::string>{"lab"}));
  EXPECT_EQ(node_spellings("the lab node"), (std::vector<std::string>{"the lab node", "lab node", "lab"}));
  EXPECT_EQ(node_spellings("Test Node"), (std::vector<std::string>{"Test Node", "Test"}));
  EXPECT_EQ(node_spellings("lab."), (std::vector<std::string>{"lab.", "lab"}));
}

json::Object user(const std::string& text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = "[Tue 2026-11-24 06:07 UTC] " + text;
  json::Object out;
  out["role"] = "user";
  out["content"] = json::Array{json::Value(block)};
  return out;
}

// A conversation with scripted tool answers.
class Talk {
 public:
  explicit Talk(const std::string& request) { messages_.push_back(user(request)); }
  // The calls of the next step as "tool {arguments}"; empty when it is final.
  std::vector<std::string> calls() {
    reply_ = next_step(messages_);
    json::Object assistant;
    assistant["role"] = "assistant";
    assistant["content"] = reply_.content;
    messages_.push_back(std::move(assistant));
    std::vector<std::string> out;
    for (const auto& call : tool_calls(reply_.content))
      out.push_back(call.name + " " + json::write(call.arguments));
    return out;
  }
  void answer(const std::string& text, std::size_t index = 0) {
    const auto calls = tool_calls(reply_.content);
    ToolResult result;
    result.text = text;
    messages_.push_back(tool_result_message(calls.at(index).id, calls.at(index).name, result, 0));
  }
  void fail(const std::string& error) {
    json::Object body;
    body["status"] = "error";
    body["tool"] = "x";
    body["error"] = error;
    answer(json::write(body));
  }
  std::string said() const { return text_of(reply_.content); }

 private:
  json::Array messages_;
  ModelReply reply_;
};

constexpr const char* kTwoNodes =
    R"({"nodes":[{"nodeId":"n1","displayName":"lab","platform":"linux","version":"1.0","connected":true,"commands":["system.run","system.which"]},{"nodeId":"n2","displayName":"phone","platform":"ios","connected":false}]})";

using Calls = std::vector<std::string>;

TEST(Operator, ListsNodes) {
  Talk talk("list my nodes");
  EXPECT_EQ(talk.calls(), (Calls{R"(nodes {"action":"status"})"}));
  talk.answer(kTwoNodes);
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_EQ(talk.said(),
            "2 nodes, 1 connected:\n- lab (linux, version 1.0): connected; offers system.run, "
            "system.which\n- phone (ios): not connected");
}

TEST(Operator, NoNodesSaysHowToAddOne) {
  Talk talk("nodes");
  talk.calls();
  talk.answer(R"({"nodes":[]})");
  talk.calls();
  EXPECT_NE(talk.said().find("openclaw node run --host"), std::string::npos);
}

TEST(Operator, RunsACommand) {
  Talk talk("run uname -a on lab");
  EXPECT_EQ(talk.calls(), (Calls{R"(exec {"command":"uname -a","host":"node","node":"lab"})"}));
  talk.answer("Linux lab 6.1");
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_EQ(talk.said(), "`uname -a` on lab:\n```\nLinux lab 6.1\n```");
}

TEST(Operator, RunWithoutANodeLeavesTheChoiceToExec) {
  Talk talk("run true");
  EXPECT_EQ(talk.calls(), (Calls{R"(exec {"command":"true","host":"node"})"}));
  talk.answer("(no output)");
  talk.calls();
  EXPECT_EQ(talk.said(), "`true` finished without output.");
}

TEST(Operator, TriesOtherSpellingsOfANode) {
  Talk talk("run uptime on the lab node");
  EXPECT_EQ(talk.calls(), (Calls{R"(exec {"command":"uptime","host":"node","node":"the lab node"})"}));
  talk.fail("unknown node: the lab node (known: lab)");
  EXPECT_EQ(talk.calls(), (Calls{R"(exec {"command":"uptime","host":"node","node":"lab node"})"}));
  talk.fail("unknown node: lab node (known: lab)");
  EXPECT_EQ(talk.calls(), (Calls{R"(exec {"command":"uptime","host":"node","node":"lab"})"}));
  talk.answer("up 3 days");
  talk.calls();
  EXPECT_EQ(talk.said(), "`uptime` on lab:\n```\nup 3 days\n```");
}

TEST(Operator, UnknownNodeNamesTheKnownOnes) {
  Talk talk("describe moon");
  EXPECT_EQ(talk.calls(), (Calls{R"(nodes {"action":"describe","node":"moon"})"}));
  talk.fail("agent=main node=moon gateway=default action=describe: unknown node: moon (known: lab, phone)");
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_EQ(talk.said(),
            "That did not work: unknown node: moon (known: lab, phone)\n"
            "Use one of the known names, or `nodes` to list them.");
}

TEST(Operator, AllowlistMissSaysHowToAllow) {
  Talk talk("run uname -a on lab");
  talk.calls();
  talk.fail("UNAVAILABLE: SYSTEM_RUN_DENIED: allowlist miss");
  talk.calls();
  EXPECT_NE(talk.said().find("`uname -a` was not run: UNAVAILABLE: SYSTEM_RUN_DENIED: allowlist miss"),
            std::string::npos);
  EXPECT_NE(talk.said().find("openclaw approvals allowlist add --node \"lab\" \"/usr/bin/uname\""),
            std::string::npos);
}

TEST(Operator, NoNodeConnectedSaysHowToStartOne) {
  Talk talk("run uptime");
  talk.calls();
  talk.fail(
      "exec host=node requires a paired node (none available). This requires a companion app or node host.");
  talk.calls();
  EXPECT_NE(talk.said().find("openclaw node run"), std::string::npos);
}

TEST(Operator, WhichLooksForTheOnlyConnectedNode) {
  Talk talk("which git");
  EXPECT_EQ(talk.calls(), (Calls{R"(nodes {"action":"status"})"}));
  talk.answer(kTwoNodes);
  EXPECT_EQ(
      talk.calls(),
      (Calls{
          R"(nodes {"action":"invoke","node":"lab","invokeCommand":"system.which","invokeParamsJson":"{\"bins\":[\"git\"]}"})"}));
  talk.answer(R"({"bins":{"git":"/usr/bin/git"}})");
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_EQ(talk.said(), "git on lab: /usr/bin/git");
}

TEST(Operator, WhichOfAMissingProgram) {
  Talk talk("which nano on lab");
  talk.calls();
  talk.answer(R"({"bins":{}})");
  talk.calls();
  EXPECT_EQ(talk.said(), "nano was not found on lab.");
}

TEST(Operator, StatusAsksBothTools) {
  Talk talk("status");
  EXPECT_EQ(talk.calls(), (Calls{"session_status {}", R"(nodes {"action":"status"})"}));
  talk.answer("the status", 0);
  talk.answer(R"({"nodes":[]})", 1);
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_TRUE(talk.said().starts_with("the status\n\nNo nodes are paired."));
}

TEST(Operator, LocationBatteryAndNotification) {
  Talk where("where is phone");
  EXPECT_EQ(where.calls(), (Calls{R"(nodes {"action":"location_get","node":"phone"})"}));
  where.answer(R"({"lat":52.1,"lon":4.25,"accuracyMeters":12,"timestamp":"2026-11-24T06:00:00Z"})");
  where.calls();
  EXPECT_EQ(where.said(), "phone is at 52.10000, 4.25000 (within 12 m), measured 2026-11-24T06:00:00Z.");

  Talk battery("battery of phone");
  EXPECT_EQ(battery.calls(), (Calls{R"(nodes {"action":"device_status","node":"phone"})"}));
  battery.answer(
      R"({"battery":{"level":0.83,"state":"charging"},"network":{"status":"satisfied","interfaces":["wifi"]},"storage":{"totalBytes":64000000000,"freeBytes":12000000000}})");
  battery.calls();
  EXPECT_EQ(battery.said(),
            "phone: battery 83 % (charging); network satisfied (wifi); 12.0 GB of 64.0 GB free.");

  Talk notify("notify phone: dinner");
  EXPECT_EQ(notify.calls(),
            (Calls{R"(nodes {"action":"notify","node":"phone","title":"OpenClaw","body":"dinner"})"}));
  notify.answer(R"({"ok":true})");
  notify.calls();
  EXPECT_EQ(notify.said(), "Sent to phone: dinner");
}

TEST(Operator, Pairing) {
  Talk pending("pending");
  EXPECT_EQ(pending.calls(), (Calls{R"(nodes {"action":"pending"})"}));
  pending.answer(R"({"pending":[{"requestId":"q1","displayName":"lab","platform":"linux"}],"paired":[]})");
  pending.calls();
  EXPECT_EQ(pending.said(), "Waiting for approval:\n- lab (linux): `approve q1`");
  Talk approve("approve q1");
  EXPECT_EQ(approve.calls(), (Calls{R"(nodes {"action":"approve","requestId":"q1"})"}));
  approve.answer("{}");
  approve.calls();
  EXPECT_EQ(approve.said(), "Approved: q1");
}

TEST(Operator, AnythingElseIsAnsweredHonestly) {
  Talk talk("write me a poem");
  EXPECT_TRUE(talk.calls().empty());
  EXPECT_NE(talk.said().find("no language model is configured"), std::string::npos);
  EXPECT_NE(talk.said().find("agents.defaults.model.primary"), std::string::npos);
}

TEST(Operator, OnlyTheLastMessageCounts) {
  json::Array messages;
  messages.push_back(user("nodes"));
  messages.push_back(user("help"));
  EXPECT_NE(text_of(next_step(messages).content).find("built-in operator"), std::string::npos);
  EXPECT_FALSE(text_of(next_step(json::Array()).content).empty());
}

TEST(Operator, StreamsItsReplyInPieces) {
  base::Loop loop;
  auto provider = make_builtin_operator();
  ModelRequest request;
  request.messages.push_back(user("help"));
  std::string streamed;
  int pieces = 0;
  ModelSink sink;
  sink.on_text = [&](std::string_view delta) {
    streamed += delta;
    ++pieces;
  };
  const auto reply = base::run_until_done(loop, provider->complete(std::move(request), std::move(sink)));
  ASSERT_TRUE(reply);
  EXPECT_EQ(streamed, text_of(reply->content));
  EXPECT_GT(pieces, 2);
}

TEST(Operator, CancelledBeforeItSpeaks) {
  base::Loop loop;
  auto provider = make_builtin_operator();
  base::CancelSource source;
  source.cancel();
  ModelRequest request;
  request.messages.push_back(user("help"));
  request.cancel = source.token();
  const auto reply = base::run_until_done(loop, provider->complete(std::move(request), ModelSink{}));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, FailureReason::cancelled);
}

}  // namespace
}  // namespace openclaw::agent
