#include "auth/identity.h"
#include "base/encoding.h"
#include "fs/file.h"
#include "protocol/connect.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

auth::SignedFields fields_of(const json::Object& in) {
  auth::SignedFields f;
  f.device_id = text_of(in, "deviceId");
  f.client_id = text_of(in, "clientId");
  f.client_mode = text_of(in, "clientMode");
  f.role = text_of(in, "role");
  f.scopes = list_of(in, "scopes");
  f.signed_at = json::get_int(in, "signedAtMs").value_or(0);
  f.token = text_of(in, "token");
  f.nonce = text_of(in, "nonce");
  f.platform = text_of(in, "platform");
  f.device_family = text_of(in, "deviceFamily");
  return f;
}

Outcome ed25519_raw(const json::Object& in) {
  const auto seed = base::hex_decode(text_of(in, "seedHex"));
  const auto key = seed ? crypto::ed25519_from_seed(*seed) : std::nullopt;
  const auto message = base::hex_decode(text_of(in, "messageHex"));
  if (!key || !message) return got({});
  json::Object out;
  out["publicKeyHex"] = base::hex_encode(key->public_key);
  out["signatureHex"] = base::hex_encode(crypto::ed25519_sign(*key, *message));
  return got(std::move(out));
}

Outcome derive_device_id(const json::Object& in) {
  const auto raw = crypto::ed25519_public_from_text(text_of(in, "publicKey"));
  json::Object out;
  out["deviceId"] = raw ? json::Value(auth::device_id_of(*raw)) : json::Value(nullptr);
  out["publicKeyBase64Url"] = raw ? json::Value(base::base64url_encode(*raw)) : json::Value(nullptr);
  return got(std::move(out));
}

Outcome payload_v3(const json::Object& in) {
  return got(one("payload", json::Value(auth::signature_payload_v3(fields_of(in)))));
}

Outcome payload_v2(const json::Object& in) {
  return got(one("payload", json::Value(auth::signature_payload_v2(fields_of(in)))));
}

Outcome metadata_for_auth(const json::Object& in) {
  return got(one("normalized", json::Value(auth::signed_metadata(text_of(in, "value")))));
}

Outcome metadata_for_policy(const json::Object& in) {
  (void)in;
  return skipped("platforms are compared by their ASCII letters; marks are not taken off");
}

Outcome sign(const json::Object& in) {
  const auto key = crypto::ed25519_from_private_pem(text_of(in, "privateKeyPem"));
  if (!key) return got({});
  const std::string signature = crypto::ed25519_sign(*key, text_of(in, "payload"));
  return got(one("signature", json::Value(base::base64url_encode(signature))));
}

Outcome verify(const json::Object& in) {
  const auto key = crypto::ed25519_public_from_text(text_of(in, "publicKey"));
  const auto signature = base::base64_decode_any(text_of(in, "signature"));
  return got(one("valid", key && signature && crypto::ed25519_verify(*key, text_of(in, "payload"), *signature)));
}

Outcome signature_version(const json::Object& in) {
  const auto connect = protocol::read_connect(in.at("connect"));
  const json::Object& device = in.at("device").as_object();
  auth::SignedFields f;
  f.device_id = text_of(device, "id");
  f.client_id = connect.client.id;
  f.client_mode = connect.client.mode;
  f.role = text_of(in, "role");
  f.scopes = list_of(in, "scopes");
  f.signed_at = json::get_int(device, "signedAt").value_or(0);
  f.token = connect.signed_token;
  f.nonce = text_of(in, "nonce");
  f.platform = connect.client.platform;
  f.device_family = connect.client.device_family;
  const auto key = crypto::ed25519_public_from_text(text_of(device, "publicKey"));
  const int version = key ? auth::signature_version(f, *key, text_of(device, "signature")) : 0;
  return got(one("version", version == 0 ? json::Value(nullptr) : json::Value("v" + std::to_string(version))));
}

Outcome identity_file(const json::Object& in) {
  const std::string path = scratch() + "/identity/device.json";
  if (!fs::write_atomic(path, text_of(in, "file"))) return skipped("the scratch folder cannot be written");
  const auto identity = auth::load_or_create_identity(scratch(), 1);
  const auto raw = crypto::ed25519_public_from_text(text_of(in, "publicKeyPem"));
  if (!identity || !raw) return got({});
  const bool reused = identity->device_id == auth::device_id_of(*raw);
  json::Object out;
  out["reused"] = reused;
  out["deviceId"] = reused ? identity->device_id : "<new>";
  const auto after = json::parse(fs::read_file(path).value_or(""));
  const auto* file = after ? after->if_object() : nullptr;
  out["fileDeviceIdMatches"] = file && text_of(*file, "deviceId") == identity->device_id;
  return got(std::move(out));
}

const Area kArea("device-signature", {{"ed25519_raw", ed25519_raw},
                                      {"derive_device_id", derive_device_id},
                                      {"payload_v3", payload_v3},
                                      {"payload_v2", payload_v2},
                                      {"metadata_for_auth", metadata_for_auth},
                                      {"metadata_for_policy", metadata_for_policy},
                                      {"sign", sign},
                                      {"verify", verify},
                                      {"signature_version", signature_version},
                                      {"identity_file", identity_file}});

}  // namespace
}  // namespace openclaw::vectors
