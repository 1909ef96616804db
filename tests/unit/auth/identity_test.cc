#include "auth/identity.h"

#include "base/encoding.h"
#include "base/random.h"
#include "fs/file.h"
#include "json/json.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace openclaw::auth {
namespace {

json::Object load_object(const std::string& name) {
  const auto text = fs::read_file(std::string(OPENCLAW_TEST_DATA) + "/" + name);
  EXPECT_TRUE(text) << name;
  auto value = json::parse(*text);
  EXPECT_TRUE(value) << name;
  return value->as_object();
}

struct Folder {
  std::string path = ::testing::TempDir() + "openclaw-identity-" + base::random_hex(6);
  Folder() { EXPECT_TRUE(fs::make_directories(path)); }
  ~Folder() { std::system(("rm -rf '" + path + "'").c_str()); }
};

SignedFields fields_of(const json::Object& in, const std::string& device_id) {
  SignedFields f;
  f.device_id = json::get_string_or(in, "deviceId", device_id);
  f.client_id = json::get_string_or(in, "clientId", "");
  f.client_mode = json::get_string_or(in, "clientMode", "");
  f.role = json::get_string_or(in, "role", "");
  f.scopes = json::string_list(json::find(in, "scopes"));
  f.signed_at = json::get_int(in, "signedAtMs").value_or(0);
  f.token = json::get_string_or(in, "token", "");
  f.nonce = json::get_string_or(in, "nonce", "");
  f.platform = json::get_string_or(in, "platform", "");
  f.device_family = json::get_string_or(in, "deviceFamily", "");
  return f;
}

TEST(Identity, TranscriptPayloadsAndSignatures) {
  const auto file = load_object("transcripts/device-auth-vectors.json");
  const auto& identities = *json::get_array(file, "identities");
  int checked = 0;
  for (const auto& item : *json::get_array(file, "payloads")) {
    const auto& row = item.as_object();
    const auto& identity = identities[static_cast<std::size_t>(*json::get_int(row, "identity"))].as_object();
    const auto& inputs = *json::get_object(row, "inputs");
    const auto fields = fields_of(inputs, *json::get_string(identity, "deviceId"));
    const auto version = json::get_string_or(inputs, "version", "");
    if (version != "v3" && version != "v2") continue;
    const auto payload = version == "v3" ? signature_payload_v3(fields) : signature_payload_v2(fields);
    EXPECT_EQ(payload, *json::get_string(row, "payload")) << json::get_string_or(row, "name", "");
    const auto key = crypto::ed25519_from_seed(*base::hex_decode(*json::get_string(identity, "seedHex")));
    ASSERT_TRUE(key);
    EXPECT_EQ(device_id_of(key->public_key), *json::get_string(identity, "deviceId"));
    EXPECT_EQ(base::base64url_encode(crypto::ed25519_sign(*key, payload)),
              *json::get_string(row, "signature"));
    ++checked;
  }
  EXPECT_GE(checked, 4);
}

TEST(Identity, CreatesAFileTheOfficialClientReads) {
  Folder state;
  const auto created = load_or_create_identity(state.path, 1795500000000);
  ASSERT_TRUE(created);
  const std::string path = state.path + "/identity/device.json";
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((state.path + "/identity").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  const auto text = *fs::read_file(path);
  EXPECT_EQ(text, "{\n  \"version\": 1,\n  \"deviceId\": \"" + created->device_id +
                      "\",\n  \"publicKeyPem\": " +
                      json::write(json::Value(crypto::ed25519_public_pem(created->key.public_key))) +
                      ",\n  \"privateKeyPem\": " +
                      json::write(json::Value(crypto::ed25519_private_pem(created->key.seed))) +
                      ",\n  \"createdAtMs\": 1795500000000\n}\n");
  const auto again = load_or_create_identity(state.path, 2);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->device_id, created->device_id);
  EXPECT_EQ(again->public_key_text().size(), 43u);
}

TEST(Identity, CorrectsAWrongDeviceId) {
  Folder state;
  const auto created = load_or_create_identity(state.path, 7);
  ASSERT_TRUE(created);
  const std::string path = state.path + "/identity/device.json";
  auto value = *json::parse(*fs::read_file(path));
  value.as_object()["deviceId"] = "0000";
  ASSERT_TRUE(fs::write_atomic(path, json::write(value)));
  const auto loaded = load_or_create_identity(state.path, 9);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->device_id, created->device_id);
  const auto file = json::parse(*fs::read_file(path))->as_object();
  EXPECT_EQ(json::get_string(file, "deviceId"), created->device_id);
  EXPECT_EQ(json::get_int(file, "createdAtMs"), 7);
}

TEST(Identity, ReplacesWhatIsNotVersionOne) {
  for (const char* content : {"", "not json", "[]", R"({"version":2})",
                              R"({"version":1,"deviceId":"x","publicKeyPem":"y","privateKeyPem":"z"})"}) {
    Folder state;
    ASSERT_TRUE(fs::write_atomic(state.path + "/identity/device.json", content));
    const auto loaded = load_or_create_identity(state.path, 5);
    ASSERT_TRUE(loaded) << content;
    EXPECT_EQ(load_or_create_identity(state.path, 6)->device_id, loaded->device_id) << content;
  }
}

TEST(DeviceTokens, StoredPerRoleAndDevice) {
  Folder state;
  EXPECT_FALSE(load_device_token(state.path, "dev", "operator"));
  ASSERT_TRUE(store_device_token(state.path, "dev", "operator", "tok-o", {"operator.read"}, 11));
  ASSERT_TRUE(store_device_token(state.path, "dev", "node", "tok-n", {}, 12));
  EXPECT_EQ(load_device_token(state.path, "dev", "operator"), "tok-o");
  EXPECT_EQ(load_device_token(state.path, "dev", "node"), "tok-n");
  EXPECT_FALSE(load_device_token(state.path, "other", "node"));
  const auto text = *fs::read_file(state.path + "/identity/device-auth.json");
  EXPECT_EQ(text,
            "{\n  \"version\": 1,\n  \"deviceId\": \"dev\",\n  \"tokens\": {\n    \"operator\": {\n      "
            "\"token\": \"tok-o\",\n"
            "      \"role\": \"operator\",\n      \"scopes\": [\n        \"operator.read\"\n      ],\n      "
            "\"updatedAtMs\": 11\n"
            "    },\n    \"node\": {\n      \"token\": \"tok-n\",\n      \"role\": \"node\",\n      "
            "\"scopes\": [],\n"
            "      \"updatedAtMs\": 12\n    }\n  }\n}\n");
  ASSERT_TRUE(drop_device_token(state.path, "dev", "operator"));
  EXPECT_FALSE(load_device_token(state.path, "dev", "operator"));
  EXPECT_EQ(load_device_token(state.path, "dev", "node"), "tok-n");
  // Another device takes the file over.
  ASSERT_TRUE(store_device_token(state.path, "dev2", "operator", "t2", {}, 13));
  EXPECT_FALSE(load_device_token(state.path, "dev", "node"));
}

}  // namespace
}  // namespace openclaw::auth
