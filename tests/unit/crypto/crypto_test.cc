#include "crypto/crypto.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace openclaw::crypto {
namespace {

// RFC 8032 section 7.1, test 2.
TEST(Ed25519, Rfc8032) {
  const auto key = ed25519_from_seed(*base::hex_decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  ASSERT_TRUE(key);
  EXPECT_EQ(base::hex_encode(key->public_key), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = ed25519_sign(*key, "r");
  EXPECT_EQ(base::hex_encode(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(ed25519_verify(key->public_key, "r", signature));
  EXPECT_FALSE(ed25519_verify(key->public_key, "s", signature));
  EXPECT_FALSE(ed25519_verify(key->public_key, "r", signature.substr(1)));
}

TEST(Ed25519, PemIsWhatNodeWrites) {
  const KeyPair key = ed25519_generate();
  const auto read = ed25519_from_private_pem(ed25519_private_pem(key.seed));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->public_key, key.public_key);
  EXPECT_EQ(ed25519_public_from_text(ed25519_public_pem(key.public_key)), key.public_key);
  EXPECT_EQ(ed25519_public_from_text(base::base64url_encode(key.public_key)), key.public_key);
  EXPECT_EQ(ed25519_public_from_text(base::base64_encode(key.public_key)), key.public_key);
  EXPECT_FALSE(ed25519_public_from_text("not a key"));
  EXPECT_FALSE(ed25519_from_private_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
}

TEST(Sha256, KnownDigest) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(secret_equal("a", "a"));
  EXPECT_FALSE(secret_equal("a", "ab"));
}

}  // namespace
}  // namespace openclaw::crypto
