// Device identity (spec/protocol.md 4): an Ed25519 key in <state>/identity/device.json, shared with the official
// CLI, and the device tokens gateways have issued to it in <state>/identity/device-auth.json.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/crypto.h"

namespace openclaw::auth {

struct DeviceIdentity {
  crypto::KeyPair key;
  std::string device_id;           // lower-case hex SHA-256 of the public key
  std::string public_key_text() const;  // base64url without padding
};

std::string device_id_of(std::string_view raw_public_key);
// Loads, or creates and stores. A file that cannot be read as version 1 is replaced by a new identity, like the
// reference; a deviceId that does not match its key is corrected.
base::Result<DeviceIdentity> load_or_create_identity(const std::string& state_dir, std::int64_t now_ms);

struct SignedFields {
  std::string device_id, client_id, client_mode, role;
  std::vector<std::string> scopes;
  std::int64_t signed_at = 0;
  std::string token, nonce, platform, device_family;
};
std::string signature_payload_v3(const SignedFields& fields);
std::string signature_payload_v2(const SignedFields& fields);
// Platform and device family as they are signed: trimmed, ASCII letters lower-cased, others untouched.
std::string signed_metadata(std::string_view text);
// Which payload the signature (base64 or base64url text) is over: 3, 2, or 0 for neither. `public_key` is raw.
int signature_version(const SignedFields& fields, std::string_view public_key, std::string_view signature);

// device-auth.json: one token a role, as the official client keeps it.
struct StoredDeviceToken {
  std::string token;
  std::vector<std::string> scopes;  // what the gateway said the token holds
};
std::optional<StoredDeviceToken> load_stored_token(const std::string& state_dir, const std::string& device_id,
                                                   const std::string& role);
std::optional<std::string> load_device_token(const std::string& state_dir, const std::string& device_id, const std::string& role);
base::Result<> store_device_token(const std::string& state_dir, const std::string& device_id, const std::string& role,
                                  const std::string& token, const std::vector<std::string>& scopes, std::int64_t now_ms);
base::Result<> drop_device_token(const std::string& state_dir, const std::string& device_id, const std::string& role);

}  // namespace openclaw::auth
