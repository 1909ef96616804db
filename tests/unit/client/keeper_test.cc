#include "client/keeper.h"

#include "client/resume.h"
#include "fake_gateway.h"

namespace openclaw::client {
namespace {

constexpr char kMismatch[] =
    R"({"code":"INVALID_REQUEST","message":"unauthorized: gateway token mismatch","details":{"code":"AUTH_TOKEN_MISMATCH"}})";

struct Scene {
  base::Loop loop{1};
  State state;
  base::CancelSource stop;
  std::vector<std::string> log;
  KeeperOptions options;
  KeeperHooks hooks;
  std::function<void(FakeGateway&)> on_up;

  KeeperOptions& for_gateway(const FakeGateway& gateway) {
    options.connect = options_for(gateway);
    options.connect.scopes = operator_scopes();
    options.identity = *auth::load_or_create_identity(state.dir, 1);
    options.state_dir = state.dir;
    return options;
  }
  LinkFailure run(FakeGateway& gateway) {
    hooks.up = [this, &gateway](const Hello&) {
      log.emplace_back("up");
      if (on_up) on_up(gateway);
    };
    hooks.down = [this](const LinkFailure& failure, FailureClass kind, int, bool was_up) {
      log.push_back(std::string(was_up ? "lost " : "failed ") + std::string(to_text(kind)) + " " + short_reason(failure));
      if (log.size() >= 8) stop.cancel();
    };
    auto keeper = std::make_shared<Keeper>(loop, options, hooks);
    return base::run_until_done(loop, Keeper::run(keeper, stop.token()));
  }
};

TEST(Keeper, ReconnectsWithTheStoredTokenAndItsScopes) {
  Scene scene;
  FakeGateway gateway(scene.loop, [](FakeGateway& g, const std::string&, const std::string& id,
                                     const json::Object&) { g.answer(id, kHello); });
  scene.for_gateway(gateway);
  scene.on_up = [&scene](FakeGateway& g) {
    if (g.connects == 2) return scene.stop.cancel();
    g.socket->close(1012, "service restart");
  };
  EXPECT_EQ(scene.run(gateway).error.kind, base::ErrorKind::cancelled);
  EXPECT_EQ(scene.log, (std::vector<std::string>{"up", "lost network service restart", "up"}));
  ASSERT_EQ(gateway.connect_params.size(), 2u);
  EXPECT_FALSE(json::find(gateway.connect_params[0], "auth"));
  EXPECT_EQ(json::string_list(json::find(gateway.connect_params[0], "scopes")), operator_scopes());
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[1], "auth")), R"({"token":"dt-1","deviceToken":"dt-1"})");
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[1], "scopes")), R"(["operator.read"])");
}

TEST(Keeper, StopsAtARefusalThatStands) {
  Scene scene;
  FakeGateway gateway(scene.loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    g.refuse(id, R"({"code":"INVALID_REQUEST","message":"unauthorized","details":{"code":"AUTH_PASSWORD_MISMATCH"}})");
  });
  scene.for_gateway(gateway).give_up = true;
  const auto ended = scene.run(gateway);
  EXPECT_EQ(ended.detail_code(), "AUTH_PASSWORD_MISMATCH");
  EXPECT_EQ(gateway.connects, 1);
  EXPECT_TRUE(scene.log.empty());
}

TEST(Keeper, ARefusedTokenIsTriedOnceMoreWithTheStoredOne) {
  Scene scene;
  FakeGateway gateway(scene.loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    g.connects == 1 ? g.answer(id, kHello) : g.refuse(id, kMismatch);
  });
  scene.for_gateway(gateway).give_up = true;
  scene.options.connect.token = "old";
  scene.on_up = [](FakeGateway& g) { g.socket->close(1012, "service restart"); };
  EXPECT_EQ(scene.run(gateway).detail_code(), "AUTH_TOKEN_MISMATCH");
  ASSERT_EQ(gateway.connect_params.size(), 3u);
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[1], "auth")), R"({"token":"old"})");
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[2], "auth")), R"({"token":"old","deviceToken":"dt-1"})");
}

TEST(Keeper, AStartingGatewayIsAskedAgainSoon) {
  Scene scene;
  FakeGateway gateway(scene.loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    if (g.connects == 2) return g.answer(id, kHello);
    g.refuse(id, R"({"code":"UNAVAILABLE","message":"gateway starting; retry shortly","retryable":true,"retryAfterMs":250})");
    g.socket->close(1013, "gateway starting");
  });
  scene.for_gateway(gateway).give_up = true;
  scene.on_up = [&scene](FakeGateway&) { scene.stop.cancel(); };
  scene.run(gateway);
  EXPECT_EQ(scene.log, (std::vector<std::string>{"failed network gateway starting; retry shortly", "up"}));
}

TEST(Keeper, AViewGetsEachEventOnceAcrossConnections) {
  Scene scene;
  std::vector<std::string> seen;
  ResumableView view;
  FakeGateway gateway(scene.loop, [](FakeGateway& g, const std::string&, const std::string& id, const json::Object&) {
    g.answer(id, kHello);
    const int from = g.connects == 1 ? 8 : 9;  // the second time one comes again
    for (int eid = from; eid < from + 2; ++eid) {
      g.send(R"({"type":"event","event":"tick","payload":{},"eid":)" + std::to_string(eid) + "}");
    }
  });
  gateway.challenge = R"({"nonce":"n1","ts":1,"resume":{"v":1,"epoch":"e1","oldest":1,"newest":7}})";
  scene.for_gateway(gateway);
  int connections = 0;
  scene.hooks.prepare = [&](const std::shared_ptr<GatewayClient>& client, ConnectOptions& options) {
    view.prepare(options);
    ++connections;
    client->on_hello([&](const Hello& hello) { seen.push_back(view.welcome(hello) ? "hello" : "gap"); });
    client->on_numbered_event([&](const std::string& name, const json::Value&, const EventInfo& event) {
      if (name != "tick" || !view.accept(event)) return;
      seen.push_back(std::to_string(*event.eid));
      if (*event.eid == 9) gateway.socket->close(1012, "service restart");
      if (*event.eid == 10) scene.stop.cancel();
    });
  };
  scene.run(gateway);
  EXPECT_EQ(seen, (std::vector<std::string>{"hello", "8", "9", "hello", "10"}));
  ASSERT_EQ(gateway.connect_params.size(), 2u);
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[0], "resume")), R"({"v":1,"epoch":"e1","after":7})");
  EXPECT_EQ(json::write(*json::find(gateway.connect_params[1], "resume")), R"({"v":1,"epoch":"e1","after":9})");
}

TEST(Keeper, AStopDuringTheHandshakeEndsItAtOnce) {
  Scene scene;
  FakeGateway gateway(scene.loop, [&scene](FakeGateway&, const std::string&, const std::string&, const json::Object&) {
    scene.stop.cancel();
  });
  scene.for_gateway(gateway);
  EXPECT_EQ(scene.run(gateway).error.kind, base::ErrorKind::cancelled);
  EXPECT_TRUE(scene.log.empty());
}

}  // namespace
}  // namespace openclaw::client
