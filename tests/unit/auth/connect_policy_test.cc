#include "auth/connect_policy.h"

#include <gtest/gtest.h>

#include "auth/identity.h"
#include "base/encoding.h"

namespace openclaw::auth {
namespace {

using protocol::ConnectParams;

constexpr std::int64_t kNow = 1'795'500'000'000;

class ConnectPolicy : public ::testing::Test {
 protected:
  ConnectPolicy() {
    auth_.token = "good-token";
    facts_.local_direct = true;
    facts_.nonce = "n-1";
    facts_.now = kNow;
    params_.min_protocol = params_.max_protocol = 3;
    params_.client = {"cli", "1", "linux", "cli", "", "", "", ""};
    params_.role = "operator";
    params_.scopes = {"operator.read"};
    params_.token = params_.signed_token = "good-token";
  }
  void sign(std::int64_t at = kNow, bool v2 = false) {
    SignedFields f;
    f.device_id = device_id_of(key_.public_key);
    f.client_id = params_.client.id;
    f.client_mode = params_.client.mode;
    f.role = params_.role;
    f.scopes = params_.scopes;
    f.signed_at = at;
    f.token = params_.signed_token;
    f.nonce = facts_.nonce;
    f.platform = params_.client.platform;
    f.device_family = params_.client.device_family;
    protocol::DeviceProof proof;
    proof.id = f.device_id;
    proof.public_key = base::base64url_encode(key_.public_key);
    proof.signed_at = at;
    proof.nonce = f.nonce;
    proof.signature = base::base64url_encode(crypto::ed25519_sign(key_, v2 ? signature_payload_v2(f) : signature_payload_v3(f)));
    params_.device = proof;
  }
  std::string outcome() {
    const auto verdict = judge_connect(params_, facts_, auth_, book_);
    if (!verdict) {
      const auto& details = verdict.error().error.details;
      const auto* object = details.if_object();
      return verdict.error().error.message + " / " + (object ? json::get_string_or(*object, "code", "-") : "-");
    }
    std::string scopes;
    for (const auto& scope : verdict->scopes) scopes += " " + scope;
    return verdict->method + " need=" + std::string(pairing_reason(verdict->need)) + (verdict->silent ? " silent" : "") + scopes;
  }
  void pair(std::vector<std::string> scopes) {
    PendingDevice wanted;
    wanted.device_id = device_id_of(key_.public_key);
    wanted.public_key = base::base64url_encode(key_.public_key);
    wanted.platform = "linux";
    wanted.role = "operator";
    wanted.scopes = std::move(scopes);
    book_.admit(wanted, kNow);
  }

  crypto::KeyPair key_ = crypto::ed25519_generate();
  ServerAuth auth_;
  ConnectFacts facts_;
  ConnectParams params_;
  DeviceBook book_;
};

TEST_F(ConnectPolicy, FirstLocalConnectIsPairedSilently) {
  sign();
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
  sign(kNow, true);
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
}

TEST_F(ConnectPolicy, RemoteAsksAndIsTold) {
  facts_.local_direct = false;
  sign();
  EXPECT_EQ(outcome(), "token need=not-paired operator.read");
  const auto refusal = pairing_refusal(PairingNeed::not_paired, "r-1", "node");
  EXPECT_EQ(refusal.close_reason, "pairing required");
  EXPECT_EQ(refusal.error.details.at("remediationHint").as_string(), "Run on the gateway host: openclaw nodes approve r-1");
}

TEST_F(ConnectPolicy, ScopeUpgradesAreSilentOnlyOnTheHost) {
  pair({"operator.read"});
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome(), "token need=scope-upgrade silent operator.admin");
  facts_.local_direct = false;
  EXPECT_EQ(outcome(), "token need=scope-upgrade operator.admin");
  params_.scopes = {"operator.read"};
  sign();
  EXPECT_EQ(outcome(), "token need= operator.read");
}

TEST_F(ConnectPolicy, RolesAndPlatformArePinned) {
  pair({"operator.read"});
  params_.client.platform = "darwin";
  sign();
  EXPECT_EQ(outcome(), "token need=metadata-upgrade operator.read");
  params_.client.platform = "linux";
  params_.role = "node";
  params_.scopes = {};
  sign();
  EXPECT_EQ(outcome(), "token need=role-upgrade silent");
}

TEST_F(ConnectPolicy, ProofIsCheckedInOrder) {
  sign(kNow - 119'000);
  EXPECT_EQ(outcome().substr(0, 5), "token");
  sign(kNow - 121'000);
  EXPECT_EQ(outcome(), "device signature expired / DEVICE_AUTH_SIGNATURE_EXPIRED");
  sign(kNow + 121'000);
  EXPECT_EQ(outcome(), "device signature expired / DEVICE_AUTH_SIGNATURE_EXPIRED");
  sign();
  params_.device->nonce = "other";
  EXPECT_EQ(outcome(), "device nonce mismatch / DEVICE_AUTH_NONCE_MISMATCH");
  params_.device->nonce = "  ";
  EXPECT_EQ(outcome(), "device nonce required / DEVICE_AUTH_NONCE_REQUIRED");
  sign();
  params_.scopes.push_back("operator.admin");  // not what was signed
  EXPECT_EQ(outcome(), "device signature invalid / DEVICE_AUTH_SIGNATURE_INVALID");
  sign();
  params_.device->id = std::string(64, '0');
  EXPECT_EQ(outcome(), "device identity mismatch / DEVICE_AUTH_DEVICE_ID_MISMATCH");
}

TEST_F(ConnectPolicy, WrongAndMissingCredentials) {
  params_.token = params_.signed_token = "bad";
  sign();
  EXPECT_EQ(outcome(), "unauthorized: gateway token mismatch (set gateway.remote.token to match gateway.auth.token) / AUTH_TOKEN_MISMATCH");
  params_.token = params_.signed_token = "";
  sign();
  EXPECT_EQ(outcome(), "unauthorized: gateway token missing (set gateway.remote.token to match gateway.auth.token) / AUTH_TOKEN_MISSING");
  params_.device.reset();
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  params_.client.mode = "backend";
  params_.password = "x";
  sign();
  EXPECT_EQ(outcome(), "unauthorized: gateway token missing (provide gateway auth token) / AUTH_TOKEN_MISSING");
}

TEST_F(ConnectPolicy, DeviceTokensStandInForTheSecret) {
  pair({"operator.read"});
  bool changed = false;
  const auto* token = book_.token_for(device_id_of(key_.public_key), "operator", {"operator.read"}, kNow, changed);
  ASSERT_TRUE(token);
  params_.token = params_.signed_token = token->token;
  sign();
  EXPECT_EQ(outcome(), "device-token need= operator.read");
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome().substr(0, 35), "unauthorized: gateway token mismatc");
  params_.device_token = token->token;
  params_.token = "";
  sign();
  EXPECT_EQ(outcome(), "unauthorized: device token mismatch (rotate/reissue device token) / AUTH_DEVICE_TOKEN_MISMATCH");
}

TEST_F(ConnectPolicy, WithoutADeviceOnlyLocalToolsKeepTheirScopes) {
  EXPECT_EQ(outcome(), "token need= operator.read");
  params_.client.mode = "ui";
  EXPECT_EQ(outcome(), "token need=");
  params_.client.mode = "cli";
  facts_.local_direct = false;
  EXPECT_EQ(outcome(), "token need=");
  params_.client.id = "openclaw-tui";
  EXPECT_EQ(outcome(), "control ui requires device identity (use HTTPS or localhost secure context) / CONTROL_UI_DEVICE_IDENTITY_REQUIRED");
  params_.client.id = "cli";
  params_.role = "node";
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
}

TEST_F(ConnectPolicy, Origins) {
  params_.client = {"openclaw-control-ui", "1", "linux", "webchat", "", "", "", ""};
  sign();
  EXPECT_EQ(outcome().substr(0, 18), "origin not allowed");  // none at all
  facts_.origin = "http://localhost:5173";
  sign();
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
  facts_.origin = "https://evil.example";
  EXPECT_EQ(outcome().substr(0, 18), "origin not allowed");
  facts_.allowed_origins = {"https://EVIL.example"};
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
}

TEST_F(ConnectPolicy, ProtocolRange) {
  sign();
  params_.min_protocol = 3;
  params_.max_protocol = 9;
  EXPECT_EQ(outcome().substr(0, 5), "token");
  params_.min_protocol = 4;
  const auto verdict = judge_connect(params_, facts_, auth_, book_);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().close_code, 1002);
  EXPECT_EQ(verdict.error().error.message, "protocol mismatch");
}

TEST(DeviceBook, OneRequestPerDeviceKeepsItsId) {
  DeviceBook book;
  PendingDevice wanted;
  wanted.device_id = "d";
  wanted.public_key = "k";
  wanted.role = "operator";
  wanted.scopes = {"operator.read"};
  const auto first = book.request(wanted, 1000);
  EXPECT_TRUE(first.created);
  const auto again = book.request(wanted, 2000);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.request.request_id, first.request.request_id);
  wanted.scopes = {"operator.write"};
  const auto wider = book.request(wanted, 3000);
  EXPECT_TRUE(wider.created);
  EXPECT_EQ(wider.replaced_id, first.request.request_id);
  EXPECT_EQ(wider.request.scopes, (protocol::Scopes{"operator.read", "operator.write"}));
  EXPECT_EQ(book.pending(3000 + 300'001).size(), 0u);
  EXPECT_EQ(book.approve(first.request.request_id, 3500), nullptr);
  ASSERT_NE(book.approve(wider.request.request_id, 3500), nullptr);
  EXPECT_EQ(book.pending(3500).size(), 0u);
}

TEST(DeviceBook, RecordsSurviveStorage) {
  DeviceBook book;
  PendingDevice wanted;
  wanted.device_id = "d";
  wanted.public_key = "k";
  wanted.role = "node";
  wanted.display_name = "Pi";
  book.admit(wanted, 5);
  DeviceBook other;
  other.load_paired(book.find("d")->to_json());
  ASSERT_NE(other.find("d"), nullptr);
  EXPECT_EQ(other.find("d")->to_json(), book.find("d")->to_json());
  EXPECT_TRUE(other.find("d")->tokens.at("node").scopes.empty());
  EXPECT_EQ(json::write(other.find("d")->to_public_json()).find(book.find("d")->tokens.at("node").token), std::string::npos);
}

}  // namespace
}  // namespace openclaw::auth
