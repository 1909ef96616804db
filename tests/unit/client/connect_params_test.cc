#include "client/connect_params.h"

#include "base/encoding.h"
#include "base/random.h"
#include "client/connect.h"
#include "client/device_tokens.h"
#include "fs/file.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

auth::DeviceIdentity identity() {
  auth::DeviceIdentity out;
  out.key = *crypto::ed25519_from_seed(std::string(32, '\x07'));
  out.device_id = auth::device_id_of(out.key.public_key);
  return out;
}

std::string text_at(const json::Object& object, std::string_view path) {
  const json::Value root(object);
  const auto* value = json::find_path(root, path);
  return value && value->is_string() ? std::string(value->get_string().c_str()) : "(absent)";
}

TEST(ConnectParams, OnlyFieldsOfProtocolThree) {
  ConnectOptions options;
  options.scopes = operator_scopes();
  options.token = "shared";
  const auto params = connect_params(options, {"n", 5}, 5);
  EXPECT_EQ(
      json::write(params),
      R"({"minProtocol":3,"maxProtocol":4,"client":{"id":"cli","version":"2026.4.2","platform":"linux","mode":"cli"},)"
      R"("caps":[],"role":"operator","scopes":["operator.admin","operator.read","operator.write",)"
      R"("operator.approvals","operator.pairing"],"auth":{"token":"shared"}})");
}

TEST(ConnectParams, ProofIsSignedOverTheTokenThatIsSent) {
  const auto device = identity();
  ConnectOptions options;
  options.identity = &device;
  options.role = "node";
  options.client_id = "node-host";
  options.client_mode = "node";
  options.device_token = "stored";
  const auto params = connect_params(options, {"nonce-1", 1'000'000}, 1'400'000);
  EXPECT_EQ(text_at(params, "auth.token"), "stored");
  EXPECT_EQ(text_at(params, "auth.deviceToken"), "stored");
  auth::SignedFields fields{device.device_id, "node-host", "node",    "node",  {},
                            1'000'000,        "stored",    "nonce-1", "linux", ""};
  const auto signature = base::base64_decode_any(text_at(params, "device.signature"));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::ed25519_verify(device.key.public_key, auth::signature_payload_v3(fields), *signature));
  EXPECT_EQ(text_at(params, "device.id"), device.device_id);
  EXPECT_EQ(text_at(params, "device.publicKey"), device.public_key_text());
  EXPECT_EQ(text_at(params, "device.nonce"), "nonce-1");
}

TEST(ConnectParams, ImplausibleGatewayClockIsNotSigned) {
  const auto device = identity();
  ConnectOptions options;
  options.identity = &device;
  const auto signed_at = [&](std::int64_t ts, std::int64_t now) {
    return *json::get_int(*json::get_object(connect_params(options, {"n", ts}, now), "device"), "signedAt");
  };
  EXPECT_EQ(signed_at(1'000'000, 1'600'000), 1'000'000);
  EXPECT_EQ(signed_at(1'000'000, 1'600'001), 1'600'001);
  EXPECT_EQ(signed_at(2'000'000, 1'000'000), 1'000'000);
}

TEST(ConnectParams, WhichCredentialsAreSent) {
  ConnectOptions options;
  options.device_token = "stored";
  options.password = "pw";
  auto params = connect_params(options, {"n", 1}, 1);
  EXPECT_EQ(text_at(params, "auth.password"), "pw");
  EXPECT_EQ(text_at(params, "auth.token"), "(absent)");
  EXPECT_EQ(text_at(params, "auth.deviceToken"), "(absent)");
  options.password.clear();
  options.token = "shared";
  options.add_device_token = true;
  EXPECT_EQ(text_at(connect_params(options, {"n", 1}, 1), "auth.deviceToken"), "(absent)");  // who listens there?
  options.url = *net::parse_url("ws://127.0.0.1:1");
  params = connect_params(options, {"n", 1}, 1);
  EXPECT_EQ(text_at(params, "auth.token"), "shared");
  EXPECT_EQ(text_at(params, "auth.deviceToken"), "stored");
  EXPECT_FALSE(json::find(connect_params({}, {"n", 1}, 1), "auth"));
}

TEST(ConnectParams, ChallengeNeedsANonce) {
  EXPECT_FALSE(parse_challenge(nullptr));
  const json::Value blank = json::parse(R"({"nonce":"  ","ts":1})").value();
  EXPECT_FALSE(parse_challenge(&blank));
  const json::Value good = json::parse(R"({"nonce":"x","ts":7,"resume":{"v":1}})").value();
  EXPECT_EQ(parse_challenge(&good)->ts, 7);
}

TEST(ConnectParams, Hello) {
  auto hello = parse_hello(*json::parse(
      R"({"type":"hello-ok","protocol":4,"policy":{"tickIntervalMs":15000},"auth":{"deviceToken":"dt","scopes":[]}})"));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->protocol, 4);
  EXPECT_EQ(hello->device_token, "dt");
  EXPECT_EQ(tick_interval_ms(*hello), 15000);
  EXPECT_FALSE(parse_hello(*json::parse(R"({"type":"hello-ok","protocol":9})")));
  EXPECT_FALSE(parse_hello(*json::parse(R"({"protocol":3})")));
  EXPECT_FALSE(parse_hello(nullptr));
}

LinkFailure refused(const char* code, const char* message) {
  protocol::WireError wire{"INVALID_REQUEST", message, nullptr, {}, {}};
  json::Object details;
  details["code"] = code;
  details["requestId"] = "req-1";
  wire.details = details;
  return refusal_failure(std::move(wire));
}

TEST(LinkFailures, KindsDecideTheExitCode) {
  EXPECT_EQ(refused("AUTH_TOKEN_MISMATCH", "unauthorized: x").error.kind, base::ErrorKind::auth);
  EXPECT_EQ(refused("DEVICE_AUTH_NONCE_MISMATCH", "device nonce mismatch").error.kind, base::ErrorKind::auth);
  EXPECT_EQ(refused("PROTOCOL_MISMATCH", "protocol mismatch").error.kind, base::ErrorKind::failed);
  EXPECT_EQ(closed_failure(1006, "", false).error.kind, base::ErrorKind::unreachable);
  EXPECT_EQ(closed_failure(1012, "service restart", true).error.kind, base::ErrorKind::closed);
  EXPECT_EQ(closed_failure(1008, "pairing required", false).error.kind, base::ErrorKind::auth);
  EXPECT_EQ(timeout_failure(1500).error.message, "gateway timeout after 1500ms");
  EXPECT_EQ(open_failure({base::ErrorKind::unreachable, "connection refused (127.0.0.1:1)", {}, 0}, 1)
                .error.message,
            "gateway unreachable: connection refused (127.0.0.1:1)");
}

TEST(LinkFailures, WhereIdsAndScopesAreRead) {
  EXPECT_EQ(refused("PAIRING_REQUIRED", "pairing required").request_id(), "req-1");
  EXPECT_EQ(closed_failure(1008, "pairing required: device is not approved yet (requestId: 6f-1)", false).request_id(),
            "6f-1");
  EXPECT_EQ(closed_failure(1008, "pairing required: device is not approved yet (requestId: 6f", false).request_id(), "");
  EXPECT_EQ(refused("MISSING_SCOPE", "missing scope: operator.admin").missing_scope(), "operator.admin");
  EXPECT_TRUE(closed_failure(1013, "gateway starting", false).is_passing());
  EXPECT_FALSE(closed_failure(1012, "service restart", true).is_passing());
}

TEST(StoredTokens, FurtherTokensAreKeptOnlyWhereNobodyListens) {
  const auto device = identity();
  const std::string state = ::testing::TempDir() + "openclaw-tokens-" + base::random_hex(6);
  ASSERT_TRUE(fs::make_directories(state));
  ConnectOptions options;
  options.identity = &device;
  options.role = "node";
  options.url = *net::parse_url("ws://192.168.1.5:1");
  const auto hello = parse_hello(*json::parse(
      R"({"type":"hello-ok","protocol":4,"auth":{"role":"node","scopes":[],"deviceToken":"n1",)"
      R"("deviceTokens":[{"deviceToken":"o1","role":"operator","scopes":["operator.read"]}]}})"));
  ASSERT_TRUE(keep_device_tokens(state, options, *hello, 1));
  EXPECT_EQ(auth::load_device_token(state, device.device_id, "node"), "n1");
  EXPECT_FALSE(auth::load_device_token(state, device.device_id, "operator"));
  options.url = *net::parse_url("wss://gateway.example");
  ASSERT_TRUE(keep_device_tokens(state, options, *hello, 1));
  EXPECT_EQ(auth::load_device_token(state, device.device_id, "operator"), "o1");
  ConnectOptions next;
  next.identity = &device;
  use_stored_token(next, state);
  EXPECT_EQ(next.device_token_scopes, std::vector<std::string>{"operator.read"});
  std::system(("rm -rf '" + state + "'").c_str());
}

struct Scene {
  base::Env env;
  json::Value config = json::Object();
  CallSettings settings;
  Scene() {
    settings.env = &env;
    settings.config = &config;
    settings.config_path = "/cfg";
  }
};

TEST(LinkFailures, ExplainedWithSourcesAndRemedy) {
  Scene scene;
  scene.env.set("OPENCLAW_GATEWAY_TOKEN", "secret-one");
  scene.config = *json::parse(R"({"gateway":{"auth":{"token":"secret-two"}}})");
  const Target target = target_of(scene.settings);
  const auto credentials = credentials_of(scene.settings, target);
  ASSERT_TRUE(credentials);
  const auto mismatch = explained(refused("AUTH_TOKEN_MISMATCH", "unauthorized: gateway token mismatch"),
                                  scene.settings, target, *credentials, false);
  EXPECT_EQ(mismatch.message, "unauthorized: gateway token mismatch");
  EXPECT_EQ(mismatch.hint,
            "Used: token from OPENCLAW_GATEWAY_TOKEN. Also set, different: gateway.auth.token.\n"
            "The local gateway uses gateway.auth.token; unset or change OPENCLAW_GATEWAY_TOKEN.\n"
            "Gateway target: ws://127.0.0.1:18789\nSource: local loopback\nConfig: /cfg\nBind: loopback");
  scene.settings.connect.role = "node";
  const auto pairing =
      explained(refused("PAIRING_REQUIRED", "pairing required"), scene.settings, target, *credentials, false);
  EXPECT_NE(pairing.hint.find("Fix: on the gateway host run: openclaw nodes approve req-1\n"),
            std::string::npos);
  const auto down = explained(open_failure({base::ErrorKind::unreachable, "x", {}, 0}, 1), scene.settings,
                              target, *credentials, false);
  EXPECT_EQ(down.hint.find("Used:"), std::string::npos);
}

TEST(DeviceTokenRetry, OnlyOnceAndOnlyWhereNobodyListens) {
  const auto device = identity();
  const auto failure = refused("AUTH_TOKEN_MISMATCH", "unauthorized");
  ConnectOptions options;
  options.identity = &device;
  options.token = "shared";
  options.device_token = "stored";
  options.url = *net::parse_url("ws://127.0.0.1:1");
  EXPECT_TRUE(may_retry_with_device_token(failure, options));
  EXPECT_FALSE(may_retry_with_device_token(refused("AUTH_TOKEN_MISSING", "x"), options));
  options.add_device_token = true;
  EXPECT_FALSE(may_retry_with_device_token(failure, options));
  options.add_device_token = false;
  options.url = *net::parse_url("wss://gateway.example");
  EXPECT_FALSE(may_retry_with_device_token(failure, options));
  options.tls_fingerprint = "aa";
  EXPECT_TRUE(may_retry_with_device_token(failure, options));
  options.device_token.clear();
  EXPECT_FALSE(may_retry_with_device_token(failure, options));
}

}  // namespace
}  // namespace openclaw::client
