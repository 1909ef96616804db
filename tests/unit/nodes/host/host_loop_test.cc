// The node host against a scripted gateway on the same loop.
#include "nodes/host/host_loop.h"

#include "auth/identity.h"
#include "base/clock.h"
#include "net/server.h"
#include "../../support/temp_dir.h"

#include <gtest/gtest.h>

namespace openclaw::nodes {
namespace {

// What the gateway answers to the n-th connect: a hello-ok payload, or an error object.
struct Answer {
  bool ok = true;
  std::string body = R"({"type":"hello-ok","protocol":3,"auth":{"deviceToken":"issued","role":"node"},)"
                     R"("policy":{"tickIntervalMs":30000}})";
  static Answer error(std::string body) { return {false, std::move(body)}; }
};

class Gateway {
 public:
  explicit Gateway(base::Loop& loop)
      : changed(loop),
        server_(loop, net::ServerCallbacks{.upgrade = [](const net::HttpRequest&) { return std::nullopt; },
                                           .socket = [this](std::shared_ptr<net::WsConnection> ws, net::HttpRequest) {
                                             return std::make_shared<Socket>(*this, std::move(ws));
                                           }}) {
    port = server_.listen("127.0.0.1", 0).value_or(0);
  }

  void invoke(const std::string& id, const std::string& command, const std::string& params_json) {
    json::Object payload;
    payload["id"] = id;
    payload["nodeId"] = "node-1";
    payload["command"] = command;
    payload["paramsJSON"] = params_json;
    send_event("node.invoke.request", payload);
  }
  void send_event(const std::string& name, const json::Object& payload) {
    json::Object frame;
    frame["type"] = "event";
    frame["event"] = name;
    frame["payload"] = payload;
    send(json::write(frame));
  }
  void drop(std::uint16_t code, const std::string& reason) { socket->close(code, reason); }
  // The params of the first recorded call of this method that has `key` = `value`; nullptr when there is none
  // yet.
  const json::Object* call(const std::string& method, const std::string& key,
                           const std::string& value) const {
    for (const auto& [name, params] : calls) {
      if (name == method && json::get_string_or(params, key, "") == value) return &params;
    }
    return nullptr;
  }

  void challenge() { send(R"({"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}})"); }

  std::uint16_t port = 0;
  bool mute = false;                   // sends no challenge by itself
  std::vector<Answer> answers;         // the last one repeats
  std::vector<json::Object> connects;  // params
  std::vector<std::pair<std::string, json::Object>> calls;
  base::Event changed;
  std::shared_ptr<net::WsConnection> socket;

 private:
  struct Socket : net::WsHandler {
    Socket(Gateway& g, std::shared_ptr<net::WsConnection> w) : gateway(g), ws(std::move(w)) {}
    void on_open() override {
      gateway.socket = ws;
      gateway.changed.set();
      if (!gateway.mute) gateway.challenge();
    }
    void on_message(std::string_view text) override { gateway.on_frame(ws, text); }
    void on_closed(std::uint16_t, std::string_view) override { gateway.changed.set(); }
    Gateway& gateway;
    std::shared_ptr<net::WsConnection> ws;
  };

  void send(std::string text) { socket->send(net::Frame{nullptr, std::move(text)}); }
  void on_frame(const std::shared_ptr<net::WsConnection>& ws, std::string_view text) {
    auto value = json::parse(text);
    ASSERT_TRUE(value);
    const json::Object& frame = value->as_object();
    const std::string id = json::get_string_or(frame, "id", ""),
                      method = json::get_string_or(frame, "method", "");
    const json::Object* params = json::get_object(frame, "params");
    if (method == "connect") {
      connects.push_back(*params);
      const Answer& answer = answers[std::min(connects.size(), answers.size()) - 1];
      send(R"({"type":"res","id":")" + id + R"(","ok":)" +
           (answer.ok ? R"(true,"payload":)" : R"(false,"error":)") + answer.body + "}");
      if (!answer.ok) ws->close(1008, "refused");
    } else {
      calls.emplace_back(method, params ? *params : json::Object());
      send(R"({"type":"res","id":")" + id + R"(","ok":true,"payload":{"ok":true}})");
    }
    changed.set();
  }
  net::Server server_;
};

class HostLoopTest : public ::testing::Test {
 protected:
  HostLoopTest() : gateway_(loop_) {
    gateway_.answers = {Answer()};
    options_.state_dir = dir_ / "state";
    options_.env.set("PATH", "/usr/bin:/bin");
    options_.env.set("HOME", dir_.path());
    options_.flags.port = gateway_.port;
    options_.flags.display_name = "nodeA";
    options_.flags.node_id = "instance-1";
    options_.token = "shared-token";
    options_.token_source = "OPENCLAW_GATEWAY_TOKEN";
    options_.exec_security = approvals::Security::full;
    options_.exec_ask = approvals::Ask::off;
    options_.print = [this](const std::string& line) {
      lines_.push_back(line);
      gateway_.changed.set();
    };
    options_.complain = [this](const std::string& text) { complaint_ = text; };
  }

  // Runs the host until `until` holds, then `script` may go on; ends with the exit status after a cancel.
  using Condition = std::function<bool()>;
  static base::Task<void> host_task(base::Loop* loop, HostOptions options, base::CancelToken cancel,
                                    int* status, base::Event* over) {
    const int code = co_await run_node_host(*loop, std::move(options), cancel);
    *status = code;
    over->set();
  }
  static base::Task<bool> wait_task(Gateway* gateway, const Condition* until) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!(*until)()) {
      if (std::chrono::steady_clock::now() > limit) co_return false;
      gateway->changed.reset();
      co_await gateway->changed.wait_for(base::Millis(500));
    }
    co_return true;
  }
  static base::Task<bool> end_task(base::Event* over) {
    const bool ended = co_await over->wait_for(base::Millis(10'000));
    co_return ended;
  }
  void start() { base::spawn(loop_, host_task(&loop_, options_, cancel_.token(), &status_, &over_), "host"); }
  bool until(const Condition& condition) {
    return base::run_until_done(loop_, wait_task(&gateway_, &condition));
  }
  int finish() {
    cancel_.cancel();
    EXPECT_TRUE(base::run_until_done(loop_, end_task(&over_)));
    return status_;
  }
  bool said(const std::string& line) const {
    return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
  }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(gateway_.port); }

  test::TempDir dir_;
  base::Loop loop_;
  Gateway gateway_;
  base::CancelSource cancel_;
  base::Event over_{loop_};
  HostOptions options_;
  std::vector<std::string> lines_;
  std::string complaint_;
  int status_ = -1;
};

TEST_F(HostLoopTest, ConnectsAsANodeAndKeepsWhatItLearns) {
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  EXPECT_EQ(lines_.front(), "connected to " + url() + " as nodeA");
  const json::Object& params = gateway_.connects.front();
  EXPECT_EQ(json::get_string_or(params, "role", ""), "node");
  EXPECT_EQ(json::write(*json::find(params, "scopes")), "[]");
  EXPECT_EQ(json::get_string_or(params, "pathEnv", ""), "/usr/bin:/bin");
  EXPECT_EQ(json::string_list(json::find(params, "commands")).size(), 7u);
  const json::Object& client = *json::get_object(params, "client");
  EXPECT_EQ(json::get_string_or(client, "id", ""), "node-host");
  EXPECT_EQ(json::get_string_or(client, "mode", ""), "node");
  EXPECT_EQ(json::get_string_or(client, "displayName", ""), "nodeA");
  EXPECT_EQ(json::get_string_or(client, "instanceId", ""), "instance-1");
  const std::string device = json::get_string_or(*json::get_object(params, "device"), "id", "");
  EXPECT_EQ(auth::load_device_token(options_.state_dir, device, "node"), "issued");
  auto file = load_node_file(node_file_path(options_.state_dir));
  ASSERT_TRUE(file && *file);
  EXPECT_EQ((*file)->node_id, "instance-1");
  EXPECT_EQ((*file)->port, gateway_.port);
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, ServesInvocationsSideBySide) {
  ASSERT_EQ(::mkfifo((dir_ / "fifo").c_str(), 0600), 0);
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  // The slow one ends only after the quick ones have been answered.
  gateway_.invoke("slow", "system.run", R"({"command":["cat",")" + dir_ / "fifo" + R"("],"runId":"r"})");
  gateway_.invoke("quick", "system.which", R"({"bins":["sh"]})");
  gateway_.invoke("bad", "camera.snap", "{}");
  ASSERT_TRUE(until([&] { return gateway_.call("node.invoke.result", "id", "bad") != nullptr; }));
  const json::Object& quick = *gateway_.call("node.invoke.result", "id", "quick");
  EXPECT_EQ(
      json::write(quick),
      R"({"id":"quick","nodeId":"node-1","ok":true,"payloadJSON":"{\"bins\":{\"sh\":\"/usr/bin/sh\"}}"})");
  EXPECT_EQ(
      json::write(*gateway_.call("node.invoke.result", "id", "bad")),
      R"({"id":"bad","nodeId":"node-1","ok":false,"error":{"code":"UNAVAILABLE","message":"command not supported"}})");
  EXPECT_EQ(gateway_.call("node.invoke.result", "id", "slow"), nullptr);
  gateway_.invoke("feed", "system.run",
                  R"({"command":["/bin/sh","-c","echo fed >)" + dir_ / "fifo" + R"("]})");
  ASSERT_TRUE(until([&] { return gateway_.call("node.invoke.result", "id", "slow") != nullptr; }));
  EXPECT_NE(json::write(*gateway_.call("node.invoke.result", "id", "slow")).find("fed"), std::string::npos);
  ASSERT_NE(gateway_.call("node.event", "event", "exec.started"), nullptr);
  const json::Object* finished = gateway_.call("node.event", "event", "exec.finished");
  ASSERT_NE(finished, nullptr);
  EXPECT_TRUE(json::parse(json::get_string_or(*finished, "payloadJSON", "")));
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, WaitsForApprovalAndSaysHow) {
  gateway_.answers = {
      Answer::error(R"({"code":"NOT_PAIRED","message":"pairing required","details":)"
                    R"({"code":"PAIRING_REQUIRED","requestId":"req-7","reason":"not-paired"}})")};
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  EXPECT_EQ(lines_.front(), "waiting for approval: run on the gateway host: openclaw devices approve req-7");
  EXPECT_EQ(finish(), 0);
  EXPECT_EQ(gateway_.connects.size(), 1u);
}

TEST_F(HostLoopTest, ComesBackAfterAGatewayRestart) {
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  gateway_.drop(1012, "service restart");
  ASSERT_TRUE(until([&] { return lines_.size() >= 3; }));
  EXPECT_EQ(lines_[1], "connection lost (service restart), next try in 1s");
  EXPECT_EQ(lines_[2], "connected to " + url() + " as nodeA");
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, EventsThatHadToWaitAreSentAfterwards) {
  ASSERT_EQ(::mkfifo((dir_ / "fifo").c_str(), 0600), 0);
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  gateway_.invoke("slow", "system.run", R"({"command":["cat",")" + dir_ / "fifo" + R"("],"runId":"r9"})");
  ASSERT_TRUE(until([&] { return gateway_.call("node.event", "event", "exec.started") != nullptr; }));
  gateway_.drop(1012, "service restart");
  ASSERT_TRUE(until([&] { return lines_.size() >= 2; }));
  std::ofstream(dir_ / "fifo")
      << "x";  // the command ends while there is no connection, or just after it is back
  ASSERT_TRUE(until([&] { return gateway_.call("node.event", "event", "exec.finished") != nullptr; }));
  EXPECT_EQ(gateway_.connects.size(), 2u);
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, AWrongTokenIsAnsweredOnceWithTheStoredOne) {
  gateway_.answers = {
      Answer(), Answer::error(R"({"code":"INVALID_REQUEST","message":"unauthorized: gateway token mismatch",)"
                              R"("details":{"code":"AUTH_TOKEN_MISMATCH"}})")};
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  gateway_.drop(1012, "service restart");
  ASSERT_TRUE(until([&] { return lines_.size() >= 3; }));
  EXPECT_EQ(lines_[2],
            "gateway refused the connection (unauthorized: gateway token mismatch; token from "
            "OPENCLAW_GATEWAY_TOKEN), "
            "next try in 30s");
  ASSERT_EQ(gateway_.connects.size(), 3u);
  EXPECT_EQ(json::write(*json::find(gateway_.connects[1], "auth")), R"({"token":"shared-token"})");
  EXPECT_EQ(json::write(*json::find(gateway_.connects[2], "auth")),
            R"({"token":"shared-token","deviceToken":"issued"})");
  for (const std::string& line : lines_) EXPECT_EQ(line.find("shared-token"), std::string::npos) << line;
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, AnUnreachableGatewayIsReportedOnce) {
  {
    base::Loop other;
    Gateway gone(other);  // a port that nobody listens on once it is destroyed
    options_.flags.port = gone.port;
  }
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  EXPECT_EQ(lines_.front(), "gateway unreachable (connection refused), next try in 1s");
  EXPECT_EQ(finish(), 0);
  EXPECT_EQ(lines_.size(), 1u);
}

TEST_F(HostLoopTest, CancelKillsRunningCommands) {
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  gateway_.invoke("slow", "system.run", R"({"command":["/bin/sh","-c","exec sleep 600"]})");
  ASSERT_TRUE(until([&] { return gateway_.call("node.event", "event", "exec.started") != nullptr; }));
  EXPECT_EQ(finish(), 0);
}

// The handshake that is still under way then must not touch what the host has given back.
TEST_F(HostLoopTest, CancelDuringTheHandshake) {
  gateway_.mute = true;
  start();
  ASSERT_TRUE(until([&] { return gateway_.socket != nullptr; }));
  EXPECT_EQ(finish(), 0);
  gateway_.challenge();
  ASSERT_TRUE(until([&] { return !gateway_.connects.empty() || !gateway_.socket->open(); }));
  EXPECT_TRUE(lines_.empty());
}

TEST_F(HostLoopTest, TooManyInvocationsAreRefused) {
  start();
  ASSERT_TRUE(until([&] { return !lines_.empty(); }));
  for (int i = 0; i <= 64; ++i) {
    gateway_.invoke("i" + std::to_string(i), "system.run",
                    R"({"command":["/bin/sh","-c","exec sleep 600"]})");
  }
  ASSERT_TRUE(until([&] { return gateway_.call("node.invoke.result", "id", "i64") != nullptr; }));
  EXPECT_EQ(json::write(*json::find(*gateway_.call("node.invoke.result", "id", "i64"), "error")),
            R"({"code":"UNAVAILABLE","message":"node is busy with 64 commands"})");
  EXPECT_EQ(finish(), 0);
}

TEST_F(HostLoopTest, RefusesPlaintextToAnotherMachine) {
  options_.flags.host = "gateway.example.com";
  start();
  EXPECT_TRUE(base::run_until_done(loop_, end_task(&over_)));
  EXPECT_EQ(status_, 5);
  EXPECT_NE(complaint_.find("ws://gateway.example.com:"), std::string::npos) << complaint_;
  EXPECT_NE(complaint_.find("--tls"), std::string::npos);
}

TEST_F(HostLoopTest, AnUnusableStateFolderEndsIt) {
  dir_.write("state", "a file where the folder should be");
  start();
  EXPECT_TRUE(base::run_until_done(loop_, end_task(&over_)));
  EXPECT_EQ(status_, 5);
  EXPECT_NE(complaint_.find(dir_ / "state"), std::string::npos) << complaint_;
}

}  // namespace
}  // namespace openclaw::nodes
