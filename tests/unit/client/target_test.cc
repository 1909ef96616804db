#include "client/target.h"

#include "client/connect.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

struct Scene {
  base::Env env;
  json::Value config = json::Object();
  CallSettings settings;

  explicit Scene(const json::Object& in) {
    if (const auto* given = json::get_object(in, "env")) {
      for (const auto& [key, value] : *given)
        env.set(std::string(key), std::string(value.as_string().c_str()));
    }
    if (const auto* given = json::get_object(in, "config")) config = *given;
    settings.env = &env;
    settings.config = &config;
    settings.config_path = "/cfg/openclaw.json";
    settings.url = json::get_string_or(in, "url", "");
    settings.token = json::get_string_or(in, "token", "");
    settings.password = json::get_string_or(in, "password", "");
    settings.tls_fingerprint = json::get_string_or(in, "tlsFingerprint", "");
  }
};

json::Object with_url(const std::string& url) {
  json::Object in;
  in["url"] = url;
  in["token"] = "t";
  return in;
}

TEST(Target, PlaintextRefusalIsExact) {
  const auto in = with_url("ws://gateway.example:18789");
  Scene scene(in);
  const auto refused = checked_url(target_of(scene.settings));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "SECURITY ERROR: Gateway URL \"ws://gateway.example:18789\" uses plaintext ws:// to a "
            "non-loopback address.");
  EXPECT_EQ(refused.error().hint,
            "Both credentials and chat data would be exposed to network interception.\n"
            "Source: cli --url\n"
            "Config: /cfg/openclaw.json\n"
            "Fix: Use wss:// for remote gateway URLs.\n"
            "Safe remote access defaults:\n"
            "- keep gateway.bind=loopback and use an SSH tunnel (ssh -N -L 18789:127.0.0.1:18789 "
            "user@gateway.example)\n"
            "- or use Tailscale Serve/Funnel for HTTPS remote access\n"
            "Break-glass (trusted private networks only): set OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1\n"
            "Doctor: openclaw doctor --fix");
  scene.env.set("OPENCLAW_ALLOW_INSECURE_PRIVATE_WS", "1");
  scene.settings.url = "ws://8.8.8.8:1";
  const auto still = checked_url(target_of(scene.settings));
  ASSERT_FALSE(still);
  EXPECT_EQ(still.error().hint.find("Break-glass"), std::string::npos);
}

TEST(Target, UserInfoIsNeverShown) {
  const auto in = with_url("wss://me:secret@gateway.example/ws?x=a@b");
  EXPECT_EQ(target_of(Scene(in).settings).url, "wss://gateway.example/ws?x=a@b");
}

TEST(Target, InvalidUrlIsNotAPlaintextError) {
  const auto in = with_url("gateway.example:18789");
  const auto refused = checked_url(target_of(Scene(in).settings));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("invalid gateway URL \"gateway.example:18789\": "))
      << refused.error().message;
}

TEST(Target, PinOnPlaintextIsRefusedAtOnce) {
  auto in = with_url("ws://127.0.0.1:18789");
  in["tlsFingerprint"] = "aa:bb";
  const auto refused = checked_url(target_of(Scene(in).settings));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("TLS fingerprint"), std::string::npos);
}

TEST(Target, PortRule) {
  const auto port = [](const char* env_text, int configured) {
    base::Env env;
    if (env_text) env.set("OPENCLAW_GATEWAY_PORT", env_text);
    json::Object gateway;
    if (configured) gateway["port"] = configured;
    json::Object root;
    root["gateway"] = gateway;
    const json::Value config = root;
    return gateway_port(&env, &config);
  };
  EXPECT_EQ(port(nullptr, 0), 18789);
  EXPECT_EQ(port(nullptr, 19001), 19001);
  EXPECT_EQ(port(" 19010 ", 19001), 19010);
  EXPECT_EQ(port("127.0.0.1:19011", 0), 19011);
  EXPECT_EQ(port("[::1]:19012", 0), 19012);
  for (const char* junk : {"0", "a:b:1", ":19011", "99999999", "x", "::1"})
    EXPECT_EQ(port(junk, 19001), 19001) << junk;
}

TEST(Target, DetailsBlock) {
  Scene scene((json::Object()));
  EXPECT_EQ(connection_details(target_of(scene.settings)),
            "Gateway target: ws://127.0.0.1:18789\nSource: local loopback\nConfig: /cfg/openclaw.json\nBind: "
            "loopback");
  EXPECT_EQ(closed_text(1006, ""),
            "gateway closed (1006 abnormal closure (no close frame)): no close reason");
  EXPECT_EQ(closed_text(1000, "bye"), "gateway closed (1000 normal closure): bye");
  EXPECT_EQ(closed_text(1008, "pairing required"), "gateway closed (1008): pairing required");
}

}  // namespace
}  // namespace openclaw::client
