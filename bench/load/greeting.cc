#include "bench/load/greeting.h"

#include "auth/identity.h"
#include "base/encoding.h"

#include <chrono>

namespace openclaw::bench {
namespace {

constexpr char kScope[] = "operator.admin";

std::int64_t unix_ms() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view nonce_of(std::string_view challenge) {
  constexpr std::string_view kKey = R"("nonce":")";
  const auto at = challenge.find(kKey);
  if (at == std::string_view::npos) return {};
  const auto begin = at + kKey.size();
  return challenge.substr(begin, challenge.find('"', begin) - begin);
}

}  // namespace

Greeter::Greeter(std::string token, std::size_t identities) : token_(std::move(token)) {
  for (std::size_t i = 0; i < identities; ++i) {
    Device device{crypto::ed25519_generate(), {}, {}};
    device.id = crypto::sha256_hex(device.key.public_key);
    device.public_key = base::base64url_encode(device.key.public_key);
    devices_.push_back(std::move(device));
  }
}

std::string Greeter::connect_request(std::string_view challenge, std::size_t index) const {
  std::string out = R"({"type":"req","id":"1","method":"connect","params":{"minProtocol":3,"maxProtocol":3,)"
                    R"("client":{"id":"gateway-client","version":"1.0","platform":"linux","mode":"backend"},)"
                    R"("role":"operator","scopes":["operator.admin"],"auth":{"token":")" +
                    token_ + R"("})";
  if (!devices_.empty()) {
    const auto& device = devices_[index % devices_.size()];
    auth::SignedFields fields;
    fields.device_id = device.id;
    fields.client_id = "gateway-client";
    fields.client_mode = "backend";
    fields.role = "operator";
    fields.scopes = {kScope};
    fields.signed_at = unix_ms();
    fields.token = token_;
    fields.nonce = nonce_of(challenge);
    fields.platform = "linux";
    const auto signature = crypto::ed25519_sign(device.key, auth::signature_payload_v3(fields));
    out += R"(,"device":{"id":")" + device.id + R"(","publicKey":")" + device.public_key +
           R"(","signature":")" + base::base64url_encode(signature) + R"(","signedAt":)" +
           std::to_string(fields.signed_at) + R"(,"nonce":")" + fields.nonce + R"("})";
  }
  return out + "}}";
}

}  // namespace openclaw::bench
