// The plain SHA-256 functions: the one-shot SHA256() of OpenSSL 3 looks its provider up each time, which is half of
// what a command executes. They are deprecated for a switch of providers that we do not want.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "base/encoding.h"
#include "base/random.h"
#include "base/strings.h"

namespace openclaw::crypto {
namespace {

// Ed25519 needs no setting of openssl.cnf; reading it costs a command more than its signature does.
void without_config_file() {
  static const int once = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  (void)once;
}

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using MdCtx = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// DER prefixes of RFC 8410 for an Ed25519 SubjectPublicKeyInfo and PKCS#8 private key.
constexpr char kSpkiHex[] = "302a300506032b6570032100";
constexpr char kPkcs8Hex[] = "302e020100300506032b657004220420";

std::string pem(std::string_view label, std::string_view der) {
  return "-----BEGIN " + std::string(label) + "-----\n" + base::base64_encode(der) + "\n-----END " +
         std::string(label) + "-----\n";
}

// Body of the one PEM block in `text`, decoded.
std::optional<std::string> pem_body(std::string_view text, std::string_view label) {
  const std::string begin = "-----BEGIN " + std::string(label) + "-----";
  const std::string end = "-----END " + std::string(label) + "-----";
  const std::size_t from = text.find(begin);
  if (from == std::string_view::npos) return std::nullopt;
  const std::size_t to = text.find(end, from);
  if (to == std::string_view::npos) return std::nullopt;
  std::string body;
  for (const char c : text.substr(from + begin.size(), to - from - begin.size())) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') body += c;
  }
  return base::base64_decode_any(body);
}

}  // namespace

std::string sha256(std::string_view text) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, text.data(), text.size());
  SHA256_Final(reinterpret_cast<unsigned char*>(out.data()), &context);
  return out;
}

std::string sha256_hex(std::string_view text) { return base::hex_encode(sha256(text)); }

bool secret_equal(std::string_view a, std::string_view b) {
  const std::string x = sha256(a), y = sha256(b);
  return CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

KeyPair ed25519_generate() { return *ed25519_from_seed(base::random_bytes(32)); }

std::optional<KeyPair> ed25519_from_seed(std::string_view seed) {
  if (seed.size() != 32) return std::nullopt;
  without_config_file();
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(seed), seed.size()), EVP_PKEY_free);
  if (!key) return std::nullopt;
  std::string pub(32, '\0');
  std::size_t n = pub.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(pub.data()), &n) != 1 || n != 32) {
    return std::nullopt;
  }
  return KeyPair{std::string(seed), std::move(pub)};
}

std::string ed25519_sign(const KeyPair& pair, std::string_view message) {
  without_config_file();
  Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(pair.seed), pair.seed.size()), EVP_PKEY_free);
  MdCtx context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(64, '\0');
  std::size_t n = out.size();
  if (!key || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &n, bytes(message), message.size()) != 1) {
    return {};
  }
  return out;
}

bool ed25519_verify(std::string_view public_key, std::string_view message, std::string_view signature) {
  if (public_key.size() != 32 || signature.size() != 64) return false;
  without_config_file();
  Pkey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key), public_key.size()), EVP_PKEY_free);
  MdCtx context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

std::string ed25519_public_pem(std::string_view public_key) {
  return pem("PUBLIC KEY", *base::hex_decode(kSpkiHex) + std::string(public_key));
}

std::string ed25519_private_pem(std::string_view seed) {
  return pem("PRIVATE KEY", *base::hex_decode(kPkcs8Hex) + std::string(seed));
}

std::optional<KeyPair> ed25519_from_private_pem(std::string_view text) {
  const auto der = pem_body(text, "PRIVATE KEY");
  const std::string prefix = *base::hex_decode(kPkcs8Hex);
  if (!der || der->size() != prefix.size() + 32 || der->compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  return ed25519_from_seed(std::string_view(*der).substr(prefix.size()));
}

std::optional<std::string> ed25519_public_from_text(std::string_view text) {
  text = base::trim(text);
  if (text.find("-----BEGIN") != std::string_view::npos) {
    const auto der = pem_body(text, "PUBLIC KEY");
    const std::string prefix = *base::hex_decode(kSpkiHex);
    if (!der || der->size() != prefix.size() + 32 || der->compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    return der->substr(prefix.size());
  }
  auto raw = base::base64_decode_any(text);
  if (!raw || raw->size() != 32) return std::nullopt;
  return raw;
}

}  // namespace openclaw::crypto
