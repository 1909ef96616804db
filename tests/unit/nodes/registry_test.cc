#include "nodes/registry.h"

#include <gtest/gtest.h>

namespace openclaw::nodes {
namespace {

class RegistryTest : public ::testing::Test {
 protected:
  void join(const std::string& id, const std::string& connection) {
    LiveNode node;
    node.node_id = id;
    node.connection_id = connection;
    node.send = [this](std::string_view, const json::Object& payload) { sent_.push_back(payload); };
    registry_.add(std::move(node));
  }
  Registry::Invocation call(const std::string& node, int timeout = 5000) {
    Registry::Invocation out;
    out.node_id = node;
    out.command = "test.echo";
    out.params_json = "{\"x\":1}";
    out.timeout_ms = timeout;
    out.idempotency_key = "k";
    return out;
  }
  // Starts the invocation, runs `then` once the request is out, and returns the outcome.
  protocol::WireResult<> invoke(const std::string& node, std::function<void()> then, int timeout = 5000) {
    std::optional<protocol::WireResult<>> out;
    auto run = [](Registry* registry, Registry::Invocation invocation, std::optional<protocol::WireResult<>>* slot) -> base::Task<void> {
      slot->emplace(co_await registry->invoke(std::move(invocation)));
    };
    base::spawn(loop_, run(&registry_, call(node, timeout), &out), "invoke");
    loop_.restart();
    loop_.poll();
    then();
    loop_.restart();
    loop_.run();
    return *out;
  }
  json::Object result(bool ok) {
    json::Object out;
    out["id"] = json::get_string_or(sent_.back(), "id", "");
    out["ok"] = ok;
    return out;
  }
  base::Loop loop_{1};
  Registry registry_{loop_};
  std::vector<json::Object> sent_;
};

TEST_F(RegistryTest, AnswersWithTheParsedPayload) {
  join("n", "c1");
  const auto outcome = invoke("n", [&] {
    EXPECT_EQ(json::get_string(sent_.back(), "paramsJSON"), "{\"x\":1}");
    auto answer = result(true);
    answer["payloadJSON"] = "{\"echo\":1}";
    EXPECT_TRUE(registry_.resolve("n", answer));
    EXPECT_FALSE(registry_.resolve("n", answer));  // once
  });
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->at("payload").at("echo").as_int64(), 1);
  EXPECT_EQ(outcome->at("payloadJSON").as_string(), "{\"echo\":1}");
}

TEST_F(RegistryTest, NodeErrorsAreNamedOnce) {
  join("n", "c1");
  const auto outcome = invoke("n", [&] {
    auto answer = result(false);
    answer["error"] = json::Object{{"code", "CAMERA_DISABLED"}, {"message", "camera is off"}};
    registry_.resolve("n", answer);
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "CAMERA_DISABLED: camera is off");
  EXPECT_EQ(outcome.error().details.at("nodeError").at("code").as_string(), "CAMERA_DISABLED");
}

TEST_F(RegistryTest, SilenceEndsWithTheTimeout) {
  join("n", "c1");
  const auto outcome = invoke("n", [] {}, 1);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "TIMEOUT: node invoke timed out");
}

TEST_F(RegistryTest, ADisconnectFailsWhatIsPending) {
  join("n", "c1");
  const auto outcome = invoke("n", [&] {
    EXPECT_FALSE(registry_.remove("n", "other"));  // an older socket closing late
    EXPECT_TRUE(registry_.remove("n", "c1"));
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "Error: node disconnected (test.echo)");
}

TEST_F(RegistryTest, AnotherNodeCannotAnswer) {
  join("n", "c1");
  const auto outcome = invoke("n", [&] { EXPECT_FALSE(registry_.resolve("m", result(true))); }, 1);
  EXPECT_FALSE(outcome);
}

TEST_F(RegistryTest, UnknownNodesAreNotConnected) {
  const auto outcome = invoke("zzz", [] {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "node not connected");
}

}  // namespace
}  // namespace openclaw::nodes
