#include "auth/connect_policy.h"

#include "auth/identity.h"
#include "base/encoding.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

using protocol::ConnectParams;

constexpr std::int64_t kNow = 1'795'500'000'000;

class ConnectPolicy : public ::testing::Test {
 protected:
  ConnectPolicy() {
    auth_.token = "good-token";
    auth_.token_source = "gateway.auth.token";
    from("127.0.0.1");
    facts_.nonce = "n-1";
    facts_.now = kNow;
    speak(3);
    params_.client = {"cli", "1", "linux", "cli", "", "", "", ""};
    params_.role = "operator";
    params_.scopes = {"operator.read"};
    params_.token = params_.signed_token = "good-token";
  }
  void speak(int version) { params_.min_protocol = params_.max_protocol = version; }
  void from(const std::string& address, Headers headers = {}) {
    facts_.request = request_facts(address, std::move(headers), auth_);
  }
  void remote() { from("192.0.2.7"); }
  std::string id() const { return device_id_of(key_.public_key); }

  void sign(std::int64_t at = kNow, bool v2 = false) {
    SignedFields f;
    f.device_id = id();
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
    proof.signature = base::base64url_encode(
        crypto::ed25519_sign(key_, v2 ? signature_payload_v2(f) : signature_payload_v3(f)));
    params_.device = proof;
  }
  tl::expected<Admission, Refusal> judge() { return judge_connect(params_, facts_, auth_, book_); }
  std::string outcome() {
    const auto verdict = judge();
    if (!verdict) {
      const auto* object = verdict.error().error.details.if_object();
      return verdict.error().error.message + " / " +
             (object ? json::get_string_or(*object, "code", "-") : "-");
    }
    std::string scopes;
    for (const auto& scope : verdict->scopes) scopes += " " + scope;
    return verdict->method + " need=" + std::string(pairing_reason(verdict->need)) +
           (verdict->silent ? " silent" : "") + scopes;
  }
  std::string detail(const char* key) {
    const auto verdict = judge();
    return verdict ? "admitted" : json::get_string_or(verdict.error().error.details.as_object(), key, "-");
  }
  void pair(protocol::Scopes scopes, const char* role = "operator", const char* platform = "linux") {
    PendingDevice wanted;
    wanted.device_id = id();
    wanted.public_key = base::base64url_encode(key_.public_key);
    wanted.platform = platform;
    wanted.role = role;
    wanted.scopes = std::move(scopes);
    book_.admit(wanted, kNow);
  }
  void present(const std::string& token) { params_.token = params_.signed_token = token; }
  void as_node() {
    params_.role = "node";
    params_.scopes = {};
    params_.client = {"node-host", "1", "linux", "node", "", "", "", ""};
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

TEST_F(ConnectPolicy, RemoteAsksAndIsToldHow) {
  remote();
  sign();
  auto verdict = judge();
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->silent);
  auto refusal = pairing_refusal(*verdict, "r-1", nullptr);
  EXPECT_EQ(refusal.error.message, "pairing required");
  EXPECT_EQ(refusal.close_reason, "pairing required");
  EXPECT_EQ(refusal.error.details.at("remediationHint").as_string(),
            "Run on the gateway host: openclaw devices approve r-1");
  speak(4);
  as_node();
  sign();
  verdict = judge();
  ASSERT_TRUE(verdict);
  refusal = pairing_refusal(*verdict, "r-1", nullptr);
  EXPECT_EQ(refusal.error.message, "pairing required: device is not approved yet");
  EXPECT_EQ(refusal.close_reason, "pairing required: device is not approved yet (requestId: r-1)");
  EXPECT_EQ(refusal.error.details.at("remediationHint").as_string(),
            "Run on the gateway host: openclaw nodes approve r-1");
  EXPECT_FALSE(refusal.error.details.as_object().contains("requestedScopes"));
}

TEST_F(ConnectPolicy, ScopeUpgradesAreSilentOnlyOnTheHostWithTheSecret) {
  pair({"operator.read"});
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome(), "token need=scope-upgrade silent operator.admin");
  speak(4);
  EXPECT_EQ(outcome(), "token need=scope-upgrade silent operator.admin");
  remote();
  EXPECT_EQ(outcome(), "token need=scope-upgrade operator.admin");
  const auto verdict = judge();
  const auto refusal = pairing_refusal(*verdict, "r", book_.find(id()));
  EXPECT_EQ(json::write(refusal.error.details.at("approvedScopes")), R"(["operator.read"])");
  params_.scopes = {"operator.read"};
  sign();
  EXPECT_EQ(outcome(), "token need= operator.read");
  // A browser page that is no UI of ours asks, even on the host.
  from("127.0.0.1", {{"origin", "http://localhost:3000"}});
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome(), "token need=scope-upgrade operator.admin");
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
  facts_.auto_approve_nodes = false;
  EXPECT_EQ(outcome(), "token need=role-upgrade");
}

TEST_F(ConnectPolicy, NamesOfOnePlatformAreEqualAndAnAbsentFamilyIsNoClaim) {
  pair({"operator.read"}, "operator", "darwin");
  book_.edit(id())->device_family = "Mac";
  speak(4);
  params_.client.platform = "macos";
  sign();
  const auto verdict = judge();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->need, PairingNeed::none);
  EXPECT_EQ(verdict->platform, "darwin");
  EXPECT_EQ(verdict->device_family, "Mac");
  params_.client.device_family = "iPad";
  sign();
  EXPECT_EQ(outcome(), "token need=metadata-upgrade operator.read");
  // An app of the platform may change its version string on the gateway's own host.
  params_.client.id = "openclaw-macos";
  sign();
  EXPECT_EQ(outcome(), "token need=metadata-upgrade silent operator.read");
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
  EXPECT_EQ(detail("reason"), "device-nonce-mismatch");
  params_.device->nonce = "  ";
  EXPECT_EQ(outcome(), "device nonce required / DEVICE_AUTH_NONCE_REQUIRED");
  sign();
  params_.scopes.push_back("operator.admin");  // not what was signed
  EXPECT_EQ(outcome(), "device signature invalid / DEVICE_AUTH_SIGNATURE_INVALID");
  sign();
  params_.device->id = std::string(64, '0');
  EXPECT_EQ(outcome(), "device identity mismatch / DEVICE_AUTH_DEVICE_ID_MISMATCH");
  // The proof comes before the credential.
  present("bad");
  EXPECT_EQ(outcome(), "device identity mismatch / DEVICE_AUTH_DEVICE_ID_MISMATCH");
}

TEST_F(ConnectPolicy, WrongAndMissingCredentials) {
  present("bad");
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: gateway token mismatch (set gateway.remote.token to match gateway.auth.token) / "
            "AUTH_TOKEN_MISMATCH");
  EXPECT_EQ(detail("recommendedNextStep"), "retry_with_device_token");
  EXPECT_EQ(judge().error().note, "the gateway's token comes from gateway.auth.token");
  EXPECT_EQ(judge().error().note.find("good-token"), std::string::npos);
  speak(4);
  EXPECT_EQ(outcome(),
            "unauthorized: gateway token mismatch (use this gateway's gateway.auth.token or pair the device) "
            "/ AUTH_TOKEN_MISMATCH");
  speak(3);
  present("");
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: gateway token missing (set gateway.remote.token to match gateway.auth.token) / "
            "AUTH_TOKEN_MISSING");
  EXPECT_EQ(detail("recommendedNextStep"), "update_auth_configuration");
  params_.device.reset();
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  params_.client.mode = "backend";
  params_.password = "x";
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: gateway token missing (provide gateway auth token) / AUTH_TOKEN_MISSING");
}

TEST_F(ConnectPolicy, Protocol4TakesTheSecretFromEitherField) {
  params_.password = "good-token";
  present("");
  sign();
  EXPECT_EQ(outcome().substr(0, 35), "unauthorized: gateway token missing");
  speak(4);
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
}

TEST_F(ConnectPolicy, DeviceTokensStandInForTheSecret) {
  pair({"operator.read"});
  const std::string token = book_.find(id())->tokens.at("operator").token;
  present(token);
  sign();
  EXPECT_EQ(outcome(), "device-token need= operator.read");
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome().substr(0, 35), "unauthorized: gateway token mismatc");
  params_.device_token = token;
  params_.token = "";
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: device token mismatch (rotate/reissue device token) / AUTH_DEVICE_TOKEN_MISMATCH");
  speak(4);
  EXPECT_EQ(
      outcome(),
      "unauthorized: device token scope mismatch (re-pair or approve scope upgrade) / AUTH_SCOPE_MISMATCH");
  speak(3);
  book_.revoke(id(), "operator", kNow);
  params_.scopes = {"operator.read"};
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: device token mismatch (rotate/reissue device token) / AUTH_DEVICE_TOKEN_MISMATCH");
}

TEST_F(ConnectPolicy, WithoutADeviceOnlyLocalToolsKeepTheirScopes) {
  EXPECT_EQ(outcome(), "token need= operator.read");
  speak(4);
  EXPECT_EQ(outcome(), "token need= operator.read");
  params_.client.mode = "probe";
  EXPECT_EQ(outcome(), "token need=");
  params_.client.mode = "ui";
  EXPECT_EQ(outcome(), "token need=");
  params_.client.mode = "cli";
  remote();
  EXPECT_EQ(outcome(), "token need=");
  from("127.0.0.1", {{"x-forwarded-for", "192.0.2.1"}});
  EXPECT_EQ(outcome(), "token need=");
  params_.client.id = "openclaw-tui";
  EXPECT_EQ(outcome(),
            "control ui requires device identity (use HTTPS or localhost secure context) / "
            "CONTROL_UI_DEVICE_IDENTITY_REQUIRED");
  params_.client.id = "cli";
  params_.role = "node";
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  params_.role = "operator";
  present("bad");
  EXPECT_EQ(outcome().substr(0, 36), "unauthorized: gateway token mismatch");
}

TEST_F(ConnectPolicy, ModeNoneStillWantsADevice) {
  auth_.mode = "none";
  present("");
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  params_.client = {"gateway-client", "1", "linux", "backend", "", "", "", ""};
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  speak(4);  // its agents connect without one
  EXPECT_EQ(outcome(), "none need= operator.read");
  speak(3);
  sign();
  EXPECT_EQ(outcome(), "none need=not-paired silent operator.read");
  remote();
  EXPECT_EQ(outcome(), "none need=not-paired operator.read");
  params_.client.id = "openclaw-tui";
  sign();
  EXPECT_EQ(outcome(), "none need= operator.read");  // an operator UI is not paired in this mode
}

TEST_F(ConnectPolicy, SettingsOfTheControlUi) {
  params_.client = {"openclaw-control-ui", "1", "linux", "webchat", "", "", "", ""};
  from("127.0.0.1", {{"origin", "http://localhost:5173"}});
  EXPECT_EQ(outcome().substr(0, 34), "control ui requires device identit");
  facts_.control_ui.allow_insecure_auth = true;
  EXPECT_EQ(outcome(), "token need= operator.read");
  facts_.control_ui = {false, true};
  EXPECT_EQ(outcome(), "token need= operator.read");
  sign();
  params_.device->signature = "nonsense";  // not even looked at
  EXPECT_EQ(outcome(), "token need= operator.read");
  present("bad");
  EXPECT_EQ(outcome().substr(0, 36), "unauthorized: gateway token mismatch");
}

TEST_F(ConnectPolicy, TrustedProxy) {
  auth_.mode = "trusted-proxy";
  auth_.trusted_proxy = TrustedProxyAuth{"x-user", {}, {}};
  auth_.trusted_proxies = {"10.0.0.1"};
  present("");
  from("10.0.0.1", {{"x-user", "ada"}, {"x-forwarded-for", "192.0.2.1"}});
  EXPECT_EQ(outcome(), "trusted-proxy need=");  // a CLI without device: no scopes
  sign();
  EXPECT_EQ(outcome(), "trusted-proxy need=not-paired operator.read");
  params_.client.id = "openclaw-tui";
  sign();
  EXPECT_EQ(outcome(), "trusted-proxy need= operator.read");
  EXPECT_TRUE(judge()->skips_pairing);
  EXPECT_EQ(judge()->user, "ada");
  params_.device.reset();
  EXPECT_EQ(outcome(), "trusted-proxy need=");
  from("10.0.0.1");
  EXPECT_EQ(detail("code"), "CONTROL_UI_DEVICE_IDENTITY_REQUIRED");
  sign();
  EXPECT_EQ(outcome(), "unauthorized / AUTH_UNAUTHORIZED");
  EXPECT_EQ(detail("authReason"), "trusted_proxy_user_missing");
}

TEST_F(ConnectPolicy, TailscaleNamesTheUserButDoesNotPair) {
  auth_.allow_tailscale = true;
  present("");
  from("127.0.0.1", {{"tailscale-user-login", "ada@example.com"},
                     {"x-forwarded-for", "100.64.0.9"},
                     {"x-forwarded-proto", "https"},
                     {"x-forwarded-host", "gw"}});
  facts_.whois = WhoisIdentity{"Ada@Example.com", "Ada"};
  EXPECT_EQ(outcome(), "device identity required / DEVICE_IDENTITY_REQUIRED");
  sign();
  EXPECT_EQ(outcome(), "tailscale need=not-paired operator.read");
  facts_.whois = WhoisIdentity{"eve@example.com", "Eve"};
  EXPECT_EQ(outcome().substr(0, 35), "unauthorized: gateway token missing");
}

TEST_F(ConnectPolicy, BootstrapTokensLetAPhoneIn) {
  remote();
  auto issued = book_.bootstrap().issue({}, kNow);
  present("");
  params_.bootstrap_token = params_.signed_token = issued.token;
  as_node();
  sign();
  EXPECT_EQ(outcome(), "bootstrap-token need=not-paired silent");
  EXPECT_TRUE(judge()->extra_roles.empty());
  speak(4);
  EXPECT_EQ(judge()->extra_roles, std::vector<std::string>{"operator"});
  EXPECT_EQ(judge()->bootstrap_id, issued.id);
  speak(3);
  params_.role = "operator";
  params_.scopes = {"operator.read"};
  sign();
  EXPECT_EQ(outcome(), "bootstrap-token need=not-paired operator.read");
  EXPECT_EQ(pairing_refusal(*judge(), "r", nullptr).error.details.at("recommendedNextStep").as_string(),
            "wait_then_retry");
  params_.scopes = {"operator.admin"};
  sign();
  EXPECT_EQ(outcome(),
            "unauthorized: bootstrap token invalid or expired (scan a fresh setup code) / "
            "AUTH_BOOTSTRAP_TOKEN_INVALID");
  // The reason is the bootstrap token's even where the shared secret was missing; a good secret outranks a
  // bad one.
  params_.token = "good-token";
  params_.signed_token = "good-token";
  sign();
  EXPECT_EQ(outcome(), "token need=not-paired operator.admin");
}

TEST_F(ConnectPolicy, StrangersAreLockedOutAndPairedDevicesAreNot) {
  FairLimiter limiter;
  facts_.limiter = &limiter;
  pair({"operator.read"});
  const std::string token = book_.find(id())->tokens.at("operator").token;
  remote();
  present("bad");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(outcome().substr(0, 36), "unauthorized: gateway token mismatch") << i;
  }
  present("good-token");
  const auto locked = judge();
  ASSERT_FALSE(locked);
  EXPECT_EQ(json::get_string_or(locked.error().error.details.as_object(), "code", ""), "AUTH_RATE_LIMITED");
  EXPECT_EQ(locked.error().error.retryable, true);
  EXPECT_EQ(locked.error().error.retry_after_ms, 300'000);
  EXPECT_EQ(locked.error().delay_ms, 0);
  // The same address, a paired device with its own token.
  present("");
  params_.device_token = params_.signed_token = token;
  sign();
  EXPECT_EQ(outcome(), "device-token need= operator.read");
}

TEST_F(ConnectPolicy, ADeviceTokenInTheTokenFieldIsNoGuess) {
  FairLimiter limiter;
  facts_.limiter = &limiter;
  pair({"operator.read"});
  remote();
  present(book_.find(id())->tokens.at("operator").token);
  sign();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(outcome(), "device-token need= operator.read");
  present("good-token");
  params_.device.reset();
  EXPECT_EQ(outcome(), "token need=");
}

TEST_F(ConnectPolicy, LoopbackIsDelayedAndNeverBlocked) {
  FairLimiter limiter;
  facts_.limiter = &limiter;
  present("bad");
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 4; ++i) delays.push_back(judge().error().delay_ms);
  EXPECT_EQ(delays, (std::vector<std::int64_t>{250, 500, 1000, 2000}));
  // Four answers wait: the fifth is refused at once, a right secret is not.
  EXPECT_EQ(detail("code"), "AUTH_RATE_LIMITED");
  present("good-token");
  EXPECT_EQ(outcome(), "token need= operator.read");
}

TEST_F(ConnectPolicy, Origins) {
  params_.client = {"openclaw-control-ui", "1", "linux", "webchat", "", "", "", ""};
  sign();
  EXPECT_EQ(outcome().substr(0, 18), "origin not allowed");  // none at all
  EXPECT_EQ(detail("reason"), "origin missing or invalid");
  from("127.0.0.1", {{"origin", "http://localhost:5173"}});
  sign();
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
  from("127.0.0.1", {{"origin", "https://evil.example"}});
  EXPECT_EQ(outcome().substr(0, 18), "origin not allowed");
  EXPECT_EQ(detail("remediationHint"),
            "openclaw config set gateway.controlUi.allowedOrigins '[\"https://evil.example\"]'");
  facts_.origins.allowed = {"https://EVIL.example"};
  EXPECT_EQ(outcome(), "token need=not-paired silent operator.read");
  // Whatever the client claims to be: an Origin header is judged, and before any credential.
  facts_.origins.allowed.clear();
  params_.client = {"cli", "1", "linux", "cli", "", "", "", ""};
  present("bad");
  EXPECT_EQ(outcome().substr(0, 18), "origin not allowed");
}

TEST_F(ConnectPolicy, ProtocolRange) {
  sign();
  const auto version = [&](int min, int max) {
    params_.min_protocol = min;
    params_.max_protocol = max;
    const auto verdict = judge();
    return verdict ? verdict->protocol : verdict.error().close_code == 1002 ? -1 : 0;
  };
  EXPECT_EQ(version(3, 3), 3);
  EXPECT_EQ(version(1, 3), 3);
  EXPECT_EQ(version(3, 4), 4);
  EXPECT_EQ(version(4, 4), 4);
  EXPECT_EQ(version(3, 9), 4);
  EXPECT_EQ(version(5, 9), -1);
  EXPECT_EQ(version(1, 2), -1);
  EXPECT_EQ(version(4, 3), -1);
  const auto verdict = judge();
  EXPECT_EQ(
      json::write(verdict.error().error.details),
      R"({"code":"PROTOCOL_MISMATCH","clientMinProtocol":4,"clientMaxProtocol":3,"expectedProtocol":4,"minimumProbeProtocol":3})");
  params_.max_protocol = 4;
  params_.role = "admin";
  EXPECT_EQ(outcome(), "invalid role / -");
}

}  // namespace
}  // namespace openclaw::auth
