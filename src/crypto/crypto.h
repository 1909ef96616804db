// The cryptography of the protocol. OpenSSL is behind it and appears nowhere else outside net/.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::crypto {

std::string sha256(std::string_view bytes);      // 32 raw bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits
// Compares through SHA-256 digests, so neither length nor content leaks by timing.
bool secret_equal(std::string_view a, std::string_view b);

// Ed25519 (RFC 8032). Keys are raw bytes: seed 32, public key 32, signature 64.
struct KeyPair {
  std::string seed;
  std::string public_key;
};
KeyPair ed25519_generate();
std::optional<KeyPair> ed25519_from_seed(std::string_view seed);
std::string ed25519_sign(const KeyPair& key, std::string_view message);
bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature);

// PEM blocks exactly as Node.js writes them (SPKI and PKCS#8, ending in a newline).
std::string ed25519_public_pem(std::string_view public_key);
std::string ed25519_private_pem(std::string_view seed);
std::optional<KeyPair> ed25519_from_private_pem(std::string_view pem);
// Raw, base64, base64url or SPKI PEM text -> 32 raw bytes.
std::optional<std::string> ed25519_public_from_text(std::string_view text);

}  // namespace openclaw::crypto
