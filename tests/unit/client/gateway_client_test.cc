#include "client/gateway_client.h"

#include "client/connect.h"
#include "client/connect_params.h"
#include "fake_gateway.h"
#include "fs/file.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

TEST(GatewayClient, ConcurrentCallsAreMatchedById) {
  base::Loop loop{1};
  std::string first;
  FakeGateway gateway(
      loop, [&](FakeGateway& g, const std::string& method, const std::string& id, const json::Object&) {
        if (method == "connect") g.answer(id, kHello);
        if (method == "one") first = id;
        if (method == "two") {
          g.answer(id, R"("second")");
          g.answer(first, R"("first")");
          g.answer("nobody", "1");
        }
      });
  static const auto scene = [](GatewayClient* client, ConnectOptions options,
                               base::Loop* l) -> base::Task<std::string> {
    auto hello = co_await client->connect(std::move(options));
    if (!hello) co_return "connect: " + hello.error().error.message;
    std::string out;
    base::Event done(*l);
    static const auto one = [](GatewayClient* c, std::string* o, base::Event* d) -> base::Task<void> {
      auto r = co_await c->call("one", nullptr, 0);
      *o += r->as_string().c_str();
      d->set();
    };
    base::spawn(*l, one(client, &out, &done), "one");
    auto two = co_await client->call("two", nullptr, 0);
    out += two->as_string().c_str();
    co_await done.wait();
    co_return out;
  };
  GatewayClient client(loop);
  const auto out = base::run_until_done(loop, scene(&client, options_for(gateway), &loop));
  EXPECT_TRUE(out == "secondfirst" || out == "firstsecond") << out;
  EXPECT_TRUE(client.connected());
}

TEST(GatewayClient, ExpectFinalSkipsAccepted) {
  base::Loop loop{1};
  FakeGateway gateway(
      loop, [](FakeGateway& g, const std::string& method, const std::string& id, const json::Object&) {
        if (method == "connect") return g.answer(id, kHello);
        g.answer(id, R"({"status":"accepted","runId":"r"})");
        g.answer(id, R"({"status":"ok","runId":"r"})");
      });
  static const auto scene = [](GatewayClient* client, ConnectOptions options) -> base::Task<std::string> {
    auto hello = co_await client->connect(std::move(options));
    auto last = co_await client->call("agent", nullptr, 0, true);
    auto first = co_await client->call("agent", nullptr, 0, false);
    co_return json::get_string_or(last->as_object(), "status", "") + "," +
        json::get_string_or(first->as_object(), "status", "");
  };
  GatewayClient client(loop);
  EXPECT_EQ(base::run_until_done(loop, scene(&client, options_for(gateway))), "ok,accepted");
}

TEST(GatewayClient, RefusalKeepsTheWireError) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) {
    g.refuse(
        id,
        R"({"code":"NOT_PAIRED","message":"pairing required","details":{"code":"PAIRING_REQUIRED","requestId":"r1"}})");
    g.socket->close(1008, "pairing required");
  });
  GatewayClient client(loop);
  const auto hello = base::run_until_done(loop, client.connect(options_for(gateway)));
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().detail_code(), "PAIRING_REQUIRED");
  EXPECT_EQ(hello.error().refusal->code, "NOT_PAIRED");
  EXPECT_EQ(hello.error().error.kind, base::ErrorKind::auth);
}

TEST(GatewayClient, TimeoutsAndCloses) {
  base::Loop loop{1};
  FakeGateway silent(loop, [](FakeGateway&, const std::string&, const std::string&, const json::Object&) {});
  silent.send_challenge = false;
  auto options = options_for(silent);
  options.connect_timeout_ms = 60;
  GatewayClient client(loop);
  const auto hello = base::run_until_done(loop, client.connect(options));
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().error.message, "gateway timeout after 60ms");
  EXPECT_EQ(hello.error().error.kind, base::ErrorKind::timeout);

  FakeGateway mute(loop,
                   [](FakeGateway& g, const std::string& method, const std::string& id, const json::Object&) {
                     if (method == "connect") g.answer(id, kHello);
                     if (method == "end") g.socket->close(1012, "service restart");
                   });
  static const auto scene = [](GatewayClient* c, ConnectOptions o) -> base::Task<std::string> {
    auto up = co_await c->connect(std::move(o));
    if (!up) co_return up.error().error.message;
    auto late = co_await c->call("mute", nullptr, 30);
    auto ended = co_await c->call("end", nullptr, 0);
    auto after = co_await c->call("mute", nullptr, 0);
    auto why = co_await c->wait_closed();
    co_return late.error().message + "|" + ended.error().code + " " + ended.error().message + "|" +
        after.error().message + "|" + std::to_string(why.close_code);
  };
  GatewayClient second(loop);
  EXPECT_EQ(base::run_until_done(loop, scene(&second, options_for(mute))),
            "gateway timeout after 30ms|LINK gateway closed (1012): service restart|gateway closed (1012): "
            "service restart|1012");
  EXPECT_FALSE(second.connected());
}

TEST(GatewayClient, UnreachableNamesTheCause) {
  base::Loop loop{1};
  std::uint16_t port = 0;
  {
    FakeGateway gone(loop, [](FakeGateway&, const std::string&, const std::string&, const json::Object&) {});
    port = gone.port;
  }
  ConnectOptions options;
  options.url = *net::parse_url("ws://127.0.0.1:" + std::to_string(port));
  GatewayClient client(loop);
  const auto hello = base::run_until_done(loop, client.connect(options));
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().error.kind, base::ErrorKind::unreachable);
  EXPECT_TRUE(hello.error().error.message.starts_with("gateway unreachable: "))
      << hello.error().error.message;
}

TEST(GatewayClient, NothingIsSentToAnotherGateway) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) { g.answer(id, kHello); });
  gateway.challenge = R"({"nonce":"n1","ts":1,"gateway":{"id":"id-b","label":"hostb"}})";
  auto options = options_for(gateway);
  options.token = "secret";
  options.gateway_id = "id-a";
  GatewayClient client(loop);
  const auto refused = base::run_until_done(loop, client.connect(options));
  ASSERT_FALSE(refused);
  EXPECT_EQ(gateway.connects, 0);
  EXPECT_TRUE(refused.error().wrong_gateway);
  const std::string address = "ws://127.0.0.1:" + std::to_string(gateway.port);
  EXPECT_EQ(refused.error().error.message, "wrong gateway at " + address +
                                               ": expected gateway id-a (gateway.remote.gatewayId), found gateway "
                                               "id-b (hostb)");
  EXPECT_NE(refused.error().error.hint.find("set gateway.remote.gatewayId to id-b"), std::string::npos);

  gateway.challenge = R"({"nonce":"n1","ts":1})";
  GatewayClient nameless(loop);
  EXPECT_FALSE(base::run_until_done(loop, nameless.connect(options)));
  EXPECT_EQ(gateway.connects, 0);

  gateway.challenge = R"({"nonce":"n1","ts":1,"gateway":{"id":"id-a","label":"hosta"}})";
  GatewayClient right(loop);
  const auto hello = base::run_until_done(loop, right.connect(options));
  ASSERT_TRUE(hello) << hello.error().error.message;
  EXPECT_EQ(hello->gateway.label, "hosta");
}

TEST(GatewayClient, AHelloWithoutAuthAndOneWithoutTokenAreFine) {
  base::Loop loop{1};
  const char* hello = R"({"type":"hello-ok","protocol":3,"features":{"methods":["health"],"events":[]}})";
  FakeGateway gateway(loop, [&hello](FakeGateway& g, const std::string&, const std::string& id,
                                     const json::Object&) { g.answer(id, hello); });
  GatewayClient first(loop);
  const auto bare = base::run_until_done(loop, first.connect(options_for(gateway)));
  ASSERT_TRUE(bare);
  EXPECT_FALSE(bare->device_token);
  EXPECT_TRUE(bare->offers("health"));
  EXPECT_FALSE(bare->offers("cron.list"));
  hello = R"({"type":"hello-ok","protocol":4,"auth":{"method":"token","role":"operator","scopes":[]}})";
  GatewayClient second(loop);
  const auto newer = base::run_until_done(loop, second.connect(options_for(gateway)));
  ASSERT_TRUE(newer);
  EXPECT_EQ(newer->protocol, 4);
  EXPECT_FALSE(newer->device_token);
  EXPECT_TRUE(newer->offers("cron.list"));
}

// The first frame after hello-ok must not be seen before it.
TEST(GatewayClient, HelloComesBeforeTheEventsThatFollowIt) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string& method, const std::string& id, const json::Object&) {
    if (method != "connect") return g.answer(id, "1");
    g.answer(id, R"({"type":"hello-ok","protocol":4,"resume":{"gap":true}})");
    g.send(R"({"type":"event","event":"chat","payload":{},"seq":1,"eid":21})");
    g.send(R"({"type":"event","event":"tick","payload":{},"seq":2})");
  });
  gateway.challenge = R"({"nonce":"n1","ts":1,"resume":{"v":1,"epoch":"e2","oldest":11,"newest":20}})";
  auto options = options_for(gateway);
  options.resume_after = ResumePoint{"e1", 3};
  GatewayClient client(loop);
  std::vector<std::string> seen;
  client.on_hello([&](const Hello& hello) {
    seen.push_back(fmt::format("hello {} {} {}", hello.resume_gap, hello.resume_from->epoch, hello.resume_from->eid));
  });
  client.on_numbered_event([&](const std::string& event, const json::Value&, const EventInfo& info) {
    seen.push_back(event + (info.eid ? " " + std::to_string(*info.eid) : ""));
  });
  static const auto scene = [](GatewayClient* c, ConnectOptions o) -> base::Task<bool> {
    auto hello = co_await c->connect(std::move(o));
    if (!hello) co_return false;
    auto answer = co_await c->call("health", nullptr, 5000);
    co_return answer.has_value();
  };
  EXPECT_TRUE(base::run_until_done(loop, scene(&client, options)));
  EXPECT_EQ(seen, (std::vector<std::string>{"connect.challenge", "hello true e2 20", "chat 21", "tick"}));
}

TEST(GatewayClient, AChallengeIsNotWaitedForLongerThanAsked) {
  base::Loop loop{1};
  FakeGateway silent(loop, [](FakeGateway&, const std::string&, const std::string&, const json::Object&) {});
  silent.send_challenge = false;
  auto options = options_for(silent);
  options.challenge_timeout_ms = 1;
  GatewayClient client(loop);
  const auto hello = base::run_until_done(loop, client.connect(options));
  ASSERT_FALSE(hello);
  EXPECT_EQ(hello.error().error.message, "gateway timeout after 250ms");
}

TEST(OpenGateway, StoresTheDeviceTokenAndUsesItWithoutASecret) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) { g.answer(id, kHello); });
  State state;
  auto first = base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "")));
  ASSERT_TRUE(first) << first.error().error.message;
  EXPECT_FALSE(first->used_device_token);
  auto second = base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "")));
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->used_device_token);
  ASSERT_EQ(gateway.connect_params.size(), 2u);
  EXPECT_FALSE(json::find(gateway.connect_params[0], "auth"));
  EXPECT_EQ(json::get_string(*json::get_object(gateway.connect_params[1], "auth"), "token"), "dt-1");
}

TEST(OpenGateway, TokenMismatchIsRetriedOnceWithTheStoredToken) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object& frame) {
    const auto* auth = json::get_object(*json::get_object(frame, "params"), "auth");
    if (g.connects == 1) return g.answer(id, kHello);
    if (g.connects == 3 && auth && json::get_string(*auth, "deviceToken") == "dt-1")
      return g.answer(id, kHello);
    g.refuse(
        id,
        R"({"code":"INVALID_REQUEST","message":"unauthorized: gateway token mismatch","details":{"code":"AUTH_TOKEN_MISMATCH"}})");
    g.socket->close(1008, "unauthorized");
  });
  State state;
  ASSERT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "wrong"))));
  ASSERT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "wrong"))));
  EXPECT_EQ(gateway.connects, 3);
  const auto refused = base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "wrong")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(gateway.connects, 5);
  EXPECT_EQ(refused.error().error.kind, base::ErrorKind::auth);
  EXPECT_NE(refused.error().error.hint.find("Used: token from OPENCLAW_GATEWAY_TOKEN."), std::string::npos);
  EXPECT_EQ(refused.error().error.hint.find("wrong"), std::string::npos);
}

TEST(OpenGateway, RefusedDeviceTokenIsForgotten) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) {
    if (g.connects == 1) return g.answer(id, kHello);
    g.refuse(
        id,
        R"({"code":"INVALID_REQUEST","message":"unauthorized: device token mismatch","details":{"code":"AUTH_DEVICE_TOKEN_MISMATCH"}})");
  });
  State state;
  ASSERT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, ""))));
  const auto refused = base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "")));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().error.hint.find("Used: stored device token."), std::string::npos);
  EXPECT_EQ(fs::read_file(state.dir + "/identity/device-auth.json")->find("dt-1"), std::string::npos);
}

TEST(OpenGateway, AStartingGatewayIsAskedAgain) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    if (g.connects == 3) return g.answer(id, kHello);
    g.refuse(id, R"({"code":"UNAVAILABLE","message":"gateway starting; retry shortly","retryable":true,"retryAfterMs":10})");
    g.socket->close(1013, "gateway starting");
  });
  State state;
  EXPECT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "t"))));
  EXPECT_EQ(gateway.connects, 3);
}

TEST(OpenGateway, ARefusalWithoutAPromiseIsNotRepeated) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    g.refuse(id, R"({"code":"INVALID_REQUEST","message":"unauthorized: too many","retryable":true,"retryAfterMs":10,)"
                 R"("details":{"code":"AUTH_RATE_LIMITED"}})");
  });
  State state;
  EXPECT_FALSE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, "t"))));
  EXPECT_EQ(gateway.connects, 1);
}

TEST(OpenGateway, AStoredTokenAsksOnlyForWhatItHolds) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) { g.answer(id, kHello); });
  State state;
  ASSERT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, ""))));
  ASSERT_TRUE(base::run_until_done(loop, open_gateway(loop, state.settings(gateway, ""))));
  EXPECT_EQ(json::string_list(json::find(gateway.connect_params[0], "scopes")).size(), 5u);
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[1], "scopes")), R"(["operator.read"])");
}

TEST(OpenGateway, APinnedGatewayIsNamedInTheRefusal) {
  base::Loop loop{1};
  FakeGateway gateway(loop, [](FakeGateway& g, const std::string&, const std::string& id,
                               const json::Object&) { g.answer(id, kHello); });
  gateway.challenge = R"({"nonce":"n1","ts":1,"gateway":{"id":"id-b","label":"hostb"}})";
  State state;
  auto settings = state.settings(gateway, "t");
  settings.gateway_id = "id-a";
  const auto refused = base::run_until_done(loop, open_gateway(loop, settings));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error.kind, base::ErrorKind::config);
  EXPECT_NE(refused.error().error.message.find("id-a"), std::string::npos);
  EXPECT_NE(refused.error().error.hint.find("Gateway target: "), std::string::npos);
  EXPECT_EQ(gateway.connects, 0);
}

}  // namespace
}  // namespace openclaw::client
