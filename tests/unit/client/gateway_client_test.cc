#include "client/gateway_client.h"

#include "base/random.h"
#include "client/connect.h"
#include "client/connect_params.h"
#include "fs/file.h"
#include "net/server.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

// A gateway that follows a script: what to do with each request.
struct FakeGateway {
  using Script = std::function<void(FakeGateway&, const std::string& method, const std::string& id,
                                    const json::Object& frame)>;

  base::Loop& loop;
  Script script;
  bool send_challenge = true;
  int connects = 0;
  std::vector<json::Object> connect_params;
  std::shared_ptr<net::WsConnection> socket;
  std::unique_ptr<net::Server> server;
  std::uint16_t port = 0;

  struct Handler : net::WsHandler {
    FakeGateway& gateway;
    std::shared_ptr<net::WsConnection> socket;
    Handler(FakeGateway& g, std::shared_ptr<net::WsConnection> s) : gateway(g), socket(std::move(s)) {}
    void on_open() override {
      gateway.socket = socket;
      if (gateway.send_challenge) {
        gateway.send(
            R"({"type":"event","event":"connect.challenge","payload":{"nonce":"n1","ts":1795500000000}})");
      }
    }
    void on_message(std::string_view text) override {
      const auto frame = json::parse(text)->as_object();
      const auto method = json::get_string_or(frame, "method", "");
      if (method == "connect") {
        ++gateway.connects;
        gateway.connect_params.push_back(*json::get_object(frame, "params"));
      }
      gateway.script(gateway, method, json::get_string_or(frame, "id", ""), frame);
    }
    void on_closed(std::uint16_t, std::string_view) override {}
  };

  FakeGateway(base::Loop& l, Script s) : loop(l), script(std::move(s)) {
    net::ServerCallbacks callbacks;
    callbacks.http = [](const net::HttpRequest&) { return net::HttpResponse{}; };
    callbacks.upgrade = [](const net::HttpRequest&) { return std::nullopt; };
    callbacks.socket = [this](std::shared_ptr<net::WsConnection> connection, net::HttpRequest) {
      return std::make_shared<Handler>(*this, std::move(connection));
    };
    server = std::make_unique<net::Server>(loop, std::move(callbacks));
    port = *server->listen("127.0.0.1", 0);
  }
  void send(std::string text) const { socket->send(net::Frame{nullptr, std::move(text)}); }
  void answer(const std::string& id, const std::string& payload) const {
    send(R"({"type":"res","id":")" + id + R"(","ok":true,"payload":)" + payload + "}");
  }
  void refuse(const std::string& id, const std::string& error) const {
    send(R"({"type":"res","id":")" + id + R"(","ok":false,"error":)" + error + "}");
  }
  net::Url url() const { return *net::parse_url("ws://127.0.0.1:" + std::to_string(port)); }
};

constexpr char kHello[] =
    R"({"type":"hello-ok","protocol":3,"policy":{"tickIntervalMs":30000},"auth":{"deviceToken":"dt-1","scopes":["operator.read"]}})";

ConnectOptions options_for(const FakeGateway& gateway) {
  ConnectOptions options;
  options.url = gateway.url();
  options.connect_timeout_ms = 5000;
  return options;
}

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

struct State {
  std::string dir = ::testing::TempDir() + "openclaw-client-" + base::random_hex(6);
  base::Env env;
  json::Value config = json::Object();
  ~State() { std::system(("rm -rf '" + dir + "'").c_str()); }
  CallSettings settings(const FakeGateway& gateway, const std::string& token) {
    CallSettings out;
    out.env = &env;
    out.config = &config;
    out.config_path = dir + "/openclaw.json";
    out.state_dir = dir;
    env.set("OPENCLAW_GATEWAY_PORT", std::to_string(gateway.port));
    if (!token.empty()) env.set("OPENCLAW_GATEWAY_TOKEN", token);
    out.connect.scopes = operator_scopes();
    out.timeout_ms = 5000;
    return out;
  }
};

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

}  // namespace
}  // namespace openclaw::client
