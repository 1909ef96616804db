#include "auth/identity.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "fs/file.h"
#include "json/json.h"

#include <sys/stat.h>

namespace openclaw::auth {
namespace {

constexpr std::size_t kMaxIdentityFile = 256 * 1024;

std::string identity_path(const std::string& state_dir) { return state_dir + "/identity/device.json"; }
std::string tokens_path(const std::string& state_dir) { return state_dir + "/identity/device-auth.json"; }

// Length of the white-space character at the start of `text` as JavaScript's trim() sees it; 0 = none.
std::size_t leading_space(std::string_view text) {
  static constexpr std::string_view kWide[] = {"\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
                                               "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85",
                                               "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89",
                                               "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                               "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  for (const auto space : kWide) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

std::size_t trailing_space(std::string_view text) {
  for (std::size_t length = 1; length <= 3 && length <= text.size(); ++length) {
    if (leading_space(text.substr(text.size() - length)) == length) return length;
  }
  return 0;
}

std::string payload_head(std::string_view version, const SignedFields& f) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", version, f.device_id, f.client_id, f.client_mode, f.role,
                     base::join(f.scopes, ","), f.signed_at, f.token, f.nonce);
}

base::Result<> write_json(const std::string& path, json::Object object) {
  const std::string folder = fs::parent(path);
  const bool fresh = !fs::exists(folder);
  OC_TRY(fs::make_directories(folder));
  if (fresh) ::chmod(folder.c_str(), 0700);
  return fs::write_atomic(path, json::write_pretty(json::Value(std::move(object))) + "\n", 0600);
}

base::Result<> write_identity(const std::string& state_dir, const DeviceIdentity& identity,
                              std::int64_t created_ms) {
  json::Object file;
  file["version"] = 1;
  file["deviceId"] = identity.device_id;
  file["publicKeyPem"] = crypto::ed25519_public_pem(identity.key.public_key);
  file["privateKeyPem"] = crypto::ed25519_private_pem(identity.key.seed);
  file["createdAtMs"] = created_ms;
  return write_json(identity_path(state_dir), std::move(file));
}

struct StoredIdentity {
  DeviceIdentity identity;
  std::int64_t created_ms = 0;
  bool id_matches = true;
};

std::optional<StoredIdentity> parse_identity(std::string_view text, std::int64_t now_ms) {
  const auto value = json::parse(text);
  const json::Object* file = value ? value->if_object() : nullptr;
  if (!file || json::get_int(*file, "version") != 1) return std::nullopt;
  const auto stored_id = json::get_string(*file, "deviceId");
  const auto pem = json::get_string(*file, "privateKeyPem");
  if (!stored_id || !pem || !json::get_string(*file, "publicKeyPem")) return std::nullopt;
  auto key = crypto::ed25519_from_private_pem(*pem);
  if (!key) return std::nullopt;
  StoredIdentity out;
  out.identity.device_id = device_id_of(key->public_key);
  out.identity.key = std::move(*key);
  out.created_ms = json::get_int(*file, "createdAtMs").value_or(now_ms);
  out.id_matches = out.identity.device_id == *stored_id;
  return out;
}

// The file as an object when it is usable for this device.
std::optional<json::Object> load_token_file(const std::string& state_dir, const std::string& device_id) {
  const auto text = fs::read_file(tokens_path(state_dir), kMaxIdentityFile);
  if (!text) return std::nullopt;
  auto value = json::parse(*text);
  json::Object* file = value ? value->if_object() : nullptr;
  if (!file || json::get_int(*file, "version") != 1) return std::nullopt;
  if (json::get_string_or(*file, "deviceId", "") != device_id || !json::get_object(*file, "tokens"))
    return std::nullopt;
  return std::move(*file);
}

}  // namespace

std::string signed_metadata(std::string_view text) {
  while (const auto n = leading_space(text)) text.remove_prefix(n);
  while (const auto n = trailing_space(text)) text.remove_suffix(n);
  return base::lower_ascii(text);
}

std::string DeviceIdentity::public_key_text() const { return base::base64url_encode(key.public_key); }

std::string device_id_of(std::string_view raw_public_key) { return crypto::sha256_hex(raw_public_key); }

base::Result<DeviceIdentity> load_or_create_identity(const std::string& state_dir, std::int64_t now_ms) {
  const std::string path = identity_path(state_dir);
  const auto text = fs::read_file(path, kMaxIdentityFile);
  if (text) {
    if (auto stored = parse_identity(*text, now_ms)) {
      if (!stored->id_matches) OC_TRY(write_identity(state_dir, stored->identity, stored->created_ms));
      return std::move(stored->identity);
    }
  } else if (text.error().kind == base::ErrorKind::io) {
    // A file we may not read is somebody's identity: replacing it would unpair the device.
    return base::fail(
        base::ErrorKind::io, "device identity: " + text.error().message,
        "Fix: make the file readable for this user, or set OPENCLAW_STATE_DIR to a folder of your own.",
        text.error().code);
  }
  DeviceIdentity identity;
  identity.key = crypto::ed25519_generate();
  identity.device_id = device_id_of(identity.key.public_key);
  if (auto written = write_identity(state_dir, identity, now_ms); !written) {
    return tl::unexpected(std::move(written.error()).within("cannot store the device identity"));
  }
  return identity;
}

std::string signature_payload_v3(const SignedFields& fields) {
  return payload_head("v3", fields) + "|" + signed_metadata(fields.platform) + "|" +
         signed_metadata(fields.device_family);
}

std::string signature_payload_v2(const SignedFields& fields) { return payload_head("v2", fields); }

int signature_version(const SignedFields& fields, std::string_view public_key, std::string_view signature) {
  const auto bytes = base::base64_decode_any(signature);
  if (!bytes) return 0;
  if (crypto::ed25519_verify(public_key, signature_payload_v3(fields), *bytes)) return 3;
  return crypto::ed25519_verify(public_key, signature_payload_v2(fields), *bytes) ? 2 : 0;
}

std::optional<StoredDeviceToken> load_stored_token(const std::string& state_dir, const std::string& device_id,
                                                   const std::string& role) {
  const auto file = load_token_file(state_dir, device_id);
  if (!file) return std::nullopt;
  const auto* entry = json::get_object(*json::get_object(*file, "tokens"), role);
  if (!entry) return std::nullopt;
  auto token = json::get_string(*entry, "token");
  if (!token || token->empty()) return std::nullopt;
  return StoredDeviceToken{std::move(*token), json::string_list(json::find(*entry, "scopes"))};
}

std::optional<std::string> load_device_token(const std::string& state_dir, const std::string& device_id,
                                             const std::string& role) {
  auto stored = load_stored_token(state_dir, device_id, role);
  if (!stored) return std::nullopt;
  return std::move(stored->token);
}

base::Result<> store_device_token(const std::string& state_dir, const std::string& device_id,
                                  const std::string& role, const std::string& token,
                                  const std::vector<std::string>& scopes, std::int64_t now_ms) {
  json::Object file;
  if (auto existing = load_token_file(state_dir, device_id)) {
    file = std::move(*existing);
  } else {
    file["version"] = 1;
    file["deviceId"] = device_id;
    file["tokens"] = json::Object();
  }
  json::Object entry;
  entry["token"] = token;
  entry["role"] = role;
  entry["scopes"] = json::strings(scopes);
  entry["updatedAtMs"] = now_ms;
  file["tokens"].as_object()[role] = std::move(entry);
  return write_json(tokens_path(state_dir), std::move(file));
}

base::Result<> drop_device_token(const std::string& state_dir, const std::string& device_id,
                                 const std::string& role) {
  auto file = load_token_file(state_dir, device_id);
  if (!file) return {};
  if ((*file)["tokens"].as_object().erase(role) == 0) return {};
  return write_json(tokens_path(state_dir), std::move(*file));
}

}  // namespace openclaw::auth
