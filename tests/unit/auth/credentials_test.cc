#include "auth/credentials.h"

#include "auth/credential_explain.h"
#include "base/strings.h"
#include "fs/file.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

json::Object load_object(const std::string& name) {
  const auto text = fs::read_file(std::string(OPENCLAW_TEST_DATA) + "/vectors/" + name);
  EXPECT_TRUE(text) << name;
  return json::parse(*text)->as_object();
}

json::Object ref(std::string id) {
  json::Object out;
  out["source"] = "env";
  out["provider"] = "default";
  out["id"] = std::move(id);
  return out;
}

// The outcome in the notation of the table: {"token":"ET"}, {"error":"ref:path"}.
json::Object outcome(const base::Result<Credentials>& result) {
  json::Object out;
  if (!result) {
    EXPECT_TRUE(result.error().hint.starts_with("Fix: set OPENCLAW_GATEWAY_TOKEN"));
    out["error"] = "ref:" + result.error().message.substr(0, result.error().message.find(' '));
    return out;
  }
  if (!result->token.empty()) out["token"] = result->token;
  if (!result->password.empty()) out["password"] = result->password;
  return out;
}

void put_path(json::Object& gateway, const char* block, const char* key, json::Value value) {
  auto& slot = gateway[block];
  if (!slot.is_object()) slot = json::Object();
  slot.as_object()[key] = std::move(value);
}

struct Place {
  const char *block, *key, *name;
};
constexpr Place kPlaces[] = {{"auth", "token", "AT"},
                             {"auth", "password", "AP"},
                             {"remote", "token", "RT"},
                             {"remote", "password", "RP"}};

struct Scene {
  base::Env env;
  json::Value config = json::Object();
  CredentialRequest request(Surface surface) const {
    CredentialRequest r;
    r.surface = surface;
    r.env = &env;
    r.config = &config;
    r.config_path = "/cfg/openclaw.json";
    r.resolve = [](const SecretRef& wanted) -> std::optional<std::string> {
      if (wanted.id.starts_with("U")) return std::nullopt;
      return wanted.id.substr(1);
    };
    return r;
  }
};

TEST(CredentialPrecedence, PlainRows) {
  const auto file = load_object("credential-precedence.json");
  int ran = 0;
  for (const auto& item : *json::get_array(*json::get_object(file, "plain"), "rows")) {
    const auto& row = item.as_object();
    const auto mask = *json::get_int(row, "inputs");
    json::Object gateway;
    gateway["mode"] = *json::get_string(row, "mode");
    Scene scene;
    if (mask & 1) scene.env.set("OPENCLAW_GATEWAY_TOKEN", " ET ");
    if (mask & 2) scene.env.set("OPENCLAW_GATEWAY_PASSWORD", "EP");
    for (int i = 0; i < 4; ++i) {
      if (mask & (4 << i)) put_path(gateway, kPlaces[i].block, kPlaces[i].key, kPlaces[i].name);
    }
    scene.config.as_object()["gateway"] = gateway;
    SCOPED_TRACE(json::write(row));
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::call))), *json::get_object(row, "call"));
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::probe))), *json::get_object(row, "probe"));
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::node_host))),
              *json::get_object(row, "nodeHost"));
    scene.env.set("OPENCLAW_SERVICE_KIND", "gateway");
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::call))),
              *json::get_object(row, "callInService"));
    ++ran;
  }
  EXPECT_EQ(ran, 128);
}

TEST(CredentialPrecedence, SecretReferenceRows) {
  const auto file = load_object("credential-precedence.json");
  int ran = 0;
  for (const auto& item : *json::get_array(*json::get_object(file, "secretRefs"), "rows")) {
    const auto& row = item.as_object();
    json::Object gateway;
    gateway["mode"] = *json::get_string(row, "mode");
    if (const auto mode = json::get_string(row, "authMode"))
      put_path(gateway, "auth", "mode", json::Value(*mode));
    Scene scene;
    const auto& env = *json::get_object(row, "env");
    if (json::get_bool(env, "token") == true) scene.env.set("OPENCLAW_GATEWAY_TOKEN", "ET");
    if (json::get_bool(env, "password") == true) scene.env.set("OPENCLAW_GATEWAY_PASSWORD", "EP");
    const auto letters = *json::get_string(row, "in");
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& place = kPlaces[i];
      if (letters[i] == 'P') put_path(gateway, place.block, place.key, place.name);
      if (letters[i] == 'R')
        put_path(gateway, place.block, place.key,
                 json::Value(ref("R" + base::lower_ascii(place.name) + "*")));
      if (letters[i] == 'U') put_path(gateway, place.block, place.key, json::Value(ref("U")));
    }
    scene.config.as_object()["gateway"] = gateway;
    SCOPED_TRACE(json::write(row));
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::call))), *json::get_object(row, "call"));
    EXPECT_EQ(outcome(select_credentials(scene.request(Surface::node_host))),
              *json::get_object(row, "nodeHost"));
    const auto probe = select_credentials(scene.request(Surface::probe));
    ASSERT_TRUE(probe);
    const auto& expected = *json::get_object(row, "probe");
    EXPECT_EQ(outcome(probe), *json::get_object(expected, "auth"));
    EXPECT_EQ(probe->warning, json::get_string_or(expected, "warning", ""));
    ++ran;
  }
  EXPECT_EQ(ran, 1156);
}

TEST(Credentials, OverrideNamesWhatWasFoundAndNotReused) {
  Scene scene;
  scene.env.set("OPENCLAW_GATEWAY_TOKEN", "secret-env");
  json::Object gateway;
  put_path(gateway, "remote", "token", "secret-rt");
  scene.config.as_object()["gateway"] = gateway;
  auto request = scene.request(Surface::call);
  request.url_override = UrlOverride::cli;
  const auto result = select_credentials(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "gateway url override requires explicit credentials");
  EXPECT_EQ(result.error().hint,
            "Fix: pass --token or --password (or gatewayToken in tools).\nConfig: /cfg/openclaw.json\n"
            "Found but not reused for --url: gateway.remote.token, OPENCLAW_GATEWAY_TOKEN");
}

TEST(Credentials, ExplainNamesSourcesNotValues) {
  Scene scene;
  scene.env.set("OPENCLAW_GATEWAY_TOKEN", "secret-env");
  json::Object gateway;
  put_path(gateway, "auth", "token", "secret-at");
  put_path(gateway, "remote", "token", "secret-env");
  scene.config.as_object()["gateway"] = gateway;
  const auto result = select_credentials(scene.request(Surface::call));
  ASSERT_TRUE(result);
  EXPECT_EQ(credentials_used_line(*result, false),
            "Used: token from OPENCLAW_GATEWAY_TOKEN. Also set, different: gateway.auth.token.");
  EXPECT_EQ(credentials_local_hint(*result, scene.config),
            "The local gateway uses gateway.auth.token; unset or change OPENCLAW_GATEWAY_TOKEN.");
  EXPECT_EQ(credentials_used_line({}, true), "Used: stored device token.");
  EXPECT_EQ(credentials_used_line({}, false), "Used: no credential.");
}

TEST(Credentials, SecretRefShapes) {
  EXPECT_TRUE(secret_ref_of(json::Value(ref("X"))));
  auto extra = ref("X");
  extra["more"] = 1;
  EXPECT_FALSE(secret_ref_of(json::Value(extra)));
  EXPECT_EQ(secret_ref_of(json::Value("${A_TOKEN}"))->id, "A_TOKEN");
  EXPECT_FALSE(secret_ref_of(json::Value("${lower}")));
  EXPECT_FALSE(secret_ref_of(json::Value("x${A}")));
  EXPECT_FALSE(secret_ref_of(json::Value("${A}${B}")));
}

}  // namespace
}  // namespace openclaw::auth
