// A scripted gateway on the test's own loop, and a state folder to connect from.
#pragma once
#include "base/random.h"
#include "client/connect.h"
#include "client/gateway_client.h"
#include "fs/file.h"
#include "net/server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::client {

// A gateway that follows a script: what to do with each request.
struct FakeGateway {
  using Script = std::function<void(FakeGateway&, const std::string& method, const std::string& id,
                                    const json::Object& frame)>;

  base::Loop& loop;
  Script script;
  bool send_challenge = true;
  std::string challenge = R"({"nonce":"n1","ts":1795500000000})";
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
        gateway.send(R"({"type":"event","event":"connect.challenge","payload":)" + gateway.challenge + "}");
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

inline constexpr char kHello[] =
    R"({"type":"hello-ok","protocol":3,"policy":{"tickIntervalMs":30000},"auth":{"deviceToken":"dt-1","scopes":["operator.read"]}})";

inline ConnectOptions options_for(const FakeGateway& gateway) {
  ConnectOptions options;
  options.url = gateway.url();
  options.connect_timeout_ms = 5000;
  return options;
}

struct State {
  std::string dir = ::testing::TempDir() + "openclaw-client-" + base::random_hex(6);
  base::Env env;
  json::Value config = json::Object();
  State() { EXPECT_TRUE(fs::make_directories(dir)); }
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

}  // namespace openclaw::client
