#include "agent/tool.h"
#include "agent/tools/exec.h"
#include "nodes/resolve.h"
#include "runtime_fixture.h"

#include <gtest/gtest.h>

namespace openclaw::agent {
namespace {

using testing::FakeHost;

json::Array node_list(std::string_view text) { return json::parse(text)->as_array(); }

const char* const kNodes =
    R"([{"nodeId":"abcdef0123","displayName":"Test Node","clientId":"node-host","platform":"linux","connected":true,"remoteIp":"10.0.0.5","commands":["system.run","system.notify"]},
        {"nodeId":"abcdef9999","displayName":"Phone","clientId":"openclaw-ios","platform":"ios","connected":false,"commands":["location.get"]}])";

std::string resolved(std::string_view nodes, std::string_view query) {
  const auto node = nodes::resolve_node(node_list(nodes), query);
  return node ? json::get_string_or(*node, "nodeId", "") : node.error().message;
}

TEST(ResolveNode, ByEverythingItIsKnownBy) {
  EXPECT_EQ(resolved(kNodes, "abcdef9999"), "abcdef9999");
  EXPECT_EQ(resolved(kNodes, "10.0.0.5"), "abcdef0123");
  EXPECT_EQ(resolved(kNodes, "  test   NODE "), "abcdef0123");
  EXPECT_EQ(resolved(kNodes, "test-node"), "abcdef0123");
  EXPECT_EQ(resolved(kNodes, "abcdef01"), "abcdef0123");
}

TEST(ResolveNode, AConnectedOneWinsAmongEquals) { EXPECT_EQ(resolved(kNodes, "abcdef"), "abcdef0123"); }

TEST(ResolveNode, Failures) {
  EXPECT_EQ(resolved(kNodes, " "), "node required");
  EXPECT_EQ(resolved(kNodes, "moon"), "unknown node: moon (known: Test Node, Phone)");
  EXPECT_EQ(resolved(kNodes, "abcd"), "unknown node: abcd (known: Test Node, Phone)");
  EXPECT_EQ(resolved("[]", "moon"), "unknown node: moon");
  EXPECT_EQ(
      resolved(
          R"([{"nodeId":"a1","displayName":"lab","clientId":"node-host"},{"nodeId":"a2","displayName":"Lab","clientId":"node-host"}])",
          "lab"),
      "ambiguous node: lab (matches: lab [node=a1, client=node-host], Lab [node=a2, client=node-host])");
}

TEST(ResolveNode, AnAppWinsOverAnotherClient) {
  EXPECT_EQ(
      resolved(
          R"([{"nodeId":"a1","displayName":"lab","clientId":"node-host"},{"nodeId":"a2","displayName":"Lab","clientId":"openclaw-macos"}])",
          "lab"),
      "a2");
}

TEST(ExecResult, Texts) {
  const auto text = [](std::string_view payload) {
    return exec_result(*json::parse(payload), 5, "lab").text;
  };
  EXPECT_EQ(
      text(R"({"exitCode":0,"timedOut":false,"success":true,"stdout":"a\n","stderr":"b\n","error":null})"),
      "a\nb");
  EXPECT_EQ(text(R"({"exitCode":0,"success":true,"stdout":"","stderr":""})"), "(no output)");
  EXPECT_EQ(text(R"({"exitCode":3,"success":false,"stdout":"x\n","stderr":""})"),
            "x\n\n(Command exited with code 3)");
  EXPECT_EQ(text(R"({"exitCode":3,"success":false,"stdout":"","stderr":""})"),
            "(Command exited with code 3)");
  EXPECT_EQ(text(R"({"timedOut":true,"success":false,"stdout":"x","stderr":""})"),
            "x\n\nCommand timed out after 5 seconds. If this command is expected to take longer, re-run with "
            "a higher "
            "timeout (e.g., exec timeout=300).");
  EXPECT_EQ(text(R"({"timedOut":false,"success":false,"stdout":"","stderr":""})"),
            "(Command was ended by a signal)");
}

TEST(ChooseExecNode, TheOnlyConnectedOne) {
  EXPECT_EQ(json::get_string_or(*choose_exec_node(node_list(kNodes), ""), "nodeId", ""), "abcdef0123");
  EXPECT_EQ(
      choose_exec_node({}, "").error().message,
      "exec host=node requires a paired node (none available). This requires a companion app or node host.");
  EXPECT_EQ(
      choose_exec_node(node_list(R"([{"nodeId":"a","connected":true,"commands":[]}])"), "").error().message,
      "exec host=node requires a node that supports system.run");
  EXPECT_EQ(
      choose_exec_node(
          node_list(
              R"([{"nodeId":"a","connected":true,"commands":["system.run"]},{"nodeId":"b","displayName":"B","connected":true,"commands":["system.run"]}])"),
          "")
          .error()
          .message,
      "exec host=node: 2 nodes are connected (a, B); pass node=<name>");
}

class ToolTest : public ::testing::Test {
 protected:
  ToolTest() {
    host.answers["node.list"] = [](const json::Object&) {
      json::Object out;
      out["nodes"] = node_list(kNodes);
      return protocol::WireResult<>(json::Value(std::move(out)));
    };
  }
  std::string run(const char* tool, std::string_view arguments) {
    ToolContext context;
    context.host = &host;
    context.session_key = "agent:main:main";
    context.agent_id = "main";
    const auto result =
        base::run_until_done(loop, find_tool(tool)->run(context, json::parse(arguments)->as_object()));
    EXPECT_FALSE(result.is_error);
    return result.text;
  }
  void answer(const std::string& key, const std::string& payload) {
    host.answers[key] = [payload](const json::Object&) {
      json::Object out;
      out["payload"] = *json::parse(payload);
      return protocol::WireResult<>(json::Value(std::move(out)));
    };
  }
  static std::string error(const std::string& tool, const std::string& message) {
    return "{\n  \"status\": \"error\",\n  \"tool\": \"" + tool +
           "\",\n  \"error\": " + json::write(json::Value(message)) + "\n}";
  }
  base::Loop loop;
  FakeHost host;
};

TEST_F(ToolTest, ExecCallsSystemRun) {
  answer("node.invoke system.run", R"({"exitCode":0,"success":true,"stdout":"hi\n","stderr":""})");
  EXPECT_EQ(run("exec", R"({"command":"echo hi","node":"test node","workdir":"/tmp","timeout":20})"), "hi");
  const auto& params = host.calls.back().second;
  EXPECT_EQ(json::get_string_or(params, "nodeId", ""), "abcdef0123");
  EXPECT_EQ(json::get_int(params, "timeoutMs"), 30'000);
  EXPECT_EQ(
      json::write(params.at("params")),
      R"({"command":["/bin/sh","-lc","echo hi"],"rawCommand":"echo hi","cwd":"/tmp","timeoutMs":20000,"agentId":"main","sessionKey":"agent:main:main","suppressNotifyOnExit":true})");
  EXPECT_FALSE(json::get_string_or(params, "idempotencyKey", "").empty());
}

TEST_F(ToolTest, ExecPassesADenialOn) {
  host.answers["node.invoke system.run"] = [](const json::Object&) -> protocol::WireResult<> {
    return protocol::unavailable("UNAVAILABLE: SYSTEM_RUN_DENIED: allowlist miss");
  };
  EXPECT_EQ(run("exec", R"({"command":"x"})"),
            error("exec", "UNAVAILABLE: SYSTEM_RUN_DENIED: allowlist miss"));
}

TEST_F(ToolTest, ExecRefusals) {
  EXPECT_EQ(run("exec", "{}"), error("exec", "command required"));
  EXPECT_EQ(run("exec", R"({"command":"x","host":"gateway"})"),
            error("exec",
                  "exec host not allowed (requested gateway; this gateway runs commands on nodes only: use "
                  "host=node)."));
  EXPECT_EQ(run("exec", R"({"command":"x","node":"phones"})"),
            error("exec", "unknown node: phones (known: Test Node, Phone)"));
}

TEST_F(ToolTest, NodesActions) {
  answer("node.invoke system.notify", "null");
  EXPECT_EQ(run("nodes", R"({"action":"notify","node":"Test Node","body":"hi"})"), "{\n  \"ok\": true\n}");
  EXPECT_EQ(json::write(host.calls.back().second.at("params")), R"({"title":"","body":"hi"})");
  answer("node.invoke location.get", R"({"lat":1})");
  EXPECT_EQ(
      run("nodes",
          R"({"action":"location_get","node":"phone","locationTimeoutMs":5,"desiredAccuracy":"coarse"})"),
      "{\n  \"lat\": 1\n}");
  EXPECT_EQ(json::write(host.calls.back().second.at("params")),
            R"({"desiredAccuracy":"coarse","timeoutMs":5})");
  answer("node.invoke test.echo", R"({"x":1})");
  run("nodes",
      R"({"action":"invoke","node":"Test Node","invokeCommand":"test.echo","invokeParamsJson":"{\"x\":1}"})");
  EXPECT_EQ(json::write(host.calls.back().second.at("params")), R"({"x":1})");
  host.answers["node.pair.approve"] = [](const json::Object& params) {
    return protocol::WireResult<>(json::Value(params));
  };
  EXPECT_EQ(run("nodes", R"({"action":"approve","requestId":"q"})"), "{\n  \"requestId\": \"q\"\n}");
  host.answers["node.describe"] = [](const json::Object& params) {
    return protocol::WireResult<>(json::Value(params));
  };
  EXPECT_EQ(run("nodes", R"({"action":"describe","node":"10.0.0.5"})"), "{\n  \"nodeId\": \"abcdef0123\"\n}");
}

TEST_F(ToolTest, NodesRefusals) {
  const auto wrapped = [](const std::string& node, const std::string& action, const std::string& text) {
    return error("nodes", "agent=main node=" + node + " gateway=default action=" + action + ": " + text);
  };
  EXPECT_EQ(run("nodes", R"({"action":"notify","node":"phone"})"),
            wrapped("phone", "notify", "title or body required"));
  EXPECT_EQ(run("nodes", R"({"action":"approve"})"), wrapped("auto", "approve", "requestId required"));
  EXPECT_EQ(run("nodes", R"({"action":"describe"})"), wrapped("auto", "describe", "node required"));
  EXPECT_EQ(run("nodes", R"({"action":"fly","node":"phone"})"),
            wrapped("phone", "fly", "Unknown action: fly"));
  EXPECT_EQ(run("nodes", R"({"action":"invoke","node":"phone","invokeCommand":"system.run"})"),
            wrapped("phone", "invoke",
                    "invokeCommand \"system.run\" is reserved for shell execution; use exec host=node"));
  EXPECT_EQ(
      run("nodes", R"({"action":"invoke","node":"phone","invokeCommand":"a","invokeParamsJson":"[1]"})"),
      wrapped("phone", "invoke", "invokeParamsJson must be a JSON object"));
}

TEST_F(ToolTest, SessionStatus) {
  EXPECT_EQ(run("session_status", "{}"), "status of agent:main:main");
  EXPECT_EQ(run("session_status", R"({"sessionKey":"notes"})"), "status of agent:main:notes");
}

TEST(Tools, SchemasAreObjects) {
  ASSERT_EQ(builtin_tools().size(), 3u);
  for (const auto& tool : builtin_tools()) {
    EXPECT_EQ(json::get_string_or(tool.spec.parameters, "type", ""), "object") << tool.spec.name;
    EXPECT_FALSE(tool.spec.description.empty());
    EXPECT_EQ(find_tool(tool.spec.name), &tool);
  }
  EXPECT_EQ(find_tool("read"), nullptr);
}

}  // namespace
}  // namespace openclaw::agent
