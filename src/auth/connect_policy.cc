#include "auth/connect_policy.h"

#include "auth/identity.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "net/address.h"
#include "protocol/auth_errors.h"

namespace openclaw::auth {
namespace {

using protocol::ConnectParams;

constexpr std::int64_t kSignatureSkewMs = 120'000;

tl::unexpected<Refusal> refuse(std::string_view code, std::string message, json::Value details = nullptr) {
  return tl::unexpected(handshake_refusal(code, std::move(message), std::move(details)));
}

json::Object detail(std::string_view code) {
  json::Object out;
  out["code"] = code;
  return out;
}

// A wrong shared secret counts only once the connection is refused: a paired client whose device token stands
// in the token field must not be counted as a guess. A blocked address is refused before anything is
// compared.
class HeldGate final : public Limiter {
 public:
  explicit HeldGate(Limiter* inner) : inner_(inner) {}
  Check check(std::string_view key, std::string_view scope, std::int64_t now_ms) override {
    return inner_ ? inner_->check(key, scope, now_ms) : Check{};
  }
  void fail(std::string_view key, std::string_view scope, std::int64_t now_ms) override {
    held_ = Held{std::string(key), std::string(scope), now_ms};
  }
  void reset(std::string_view key, std::string_view scope) override {
    if (inner_) inner_->reset(key, scope);
  }
  void count() {
    if (inner_ && held_) inner_->fail(held_->key, held_->scope, held_->now_ms);
  }

 private:
  struct Held {
    std::string key, scope;
    std::int64_t now_ms;
  };
  Limiter* inner_;
  std::optional<Held> held_;
};

// One connect request on its way through the checks.
class Judge {
 public:
  Judge(const ConnectParams& p, const ConnectFacts& f, const ServerAuth& auth, const DeviceBook& book,
        int version)
      : p_(p),
        f_(f),
        auth_(auth),
        book_(book),
        local_(f.request.local_direct),
        ui_(control_ui_policy(p.client.is_operator_ui(), f.control_ui)),
        browser_(browser_context(f.origin(), f.request.client_ip.value_or(f.request.remote_address))) {
    out_.protocol = version;
    out_.role = p.role;
    out_.scopes = p.scopes;
    out_.local = local_;
    has_device_ = p.device && !ui_.allow_bypass;
    if (f.limiter) gate_.emplace(*f.limiter, client_is_loopback(f.request));
  }

  tl::expected<Admission, Refusal> run() {
    HeldGate held(gate_ ? &*gate_ : nullptr);
    shared_ = judge_shared(held);
    if (!has_device_) return without_device(held);
    auto key = check_proof();
    if (!key) return tl::unexpected(std::move(key).error());
    out_.device_id = p_.device->id;
    out_.public_key = base::base64url_encode(*key);
    const auto decision = judge_credential();
    if (!decision.ok) {
      held.count();
      return refuse_credential(decision);
    }
    out_.method = decision.method;
    out_.user = shared_.ok && decision.method == shared_.method ? shared_.user : "";
    judge_pairing();
    return out_;
  }

 private:
  AuthVerdict judge_shared(HeldGate& held) const {
    AuthorizeInput input;
    input.surface = RequestSurface::websocket;
    input.whois = f_.whois;
    input.now_ms = f_.steady_now;
    if (gate_) input.limiter = &held;
    RequestFacts counted = f_.request;  // counted under the browser's key, if it is one
    counted.client_ip = browser_.limit_key;
    return authorize(auth_, {p_.token, p_.password, out_.protocol >= 4}, counted, input);
  }

  bool by_shared_secret() const {
    return shared_.ok && (shared_.method == "token" || shared_.method == "password");
  }

  // Protocol 5.6, and the softer local rules of protocol 4.
  tl::expected<Admission, Refusal> without_device(HeldGate& held) {
    const bool proxy_ui = is_trusted_proxy_ui(ui_.is_ui, p_.role, auth_.mode, shared_.ok, shared_.method);
    MissingDeviceFacts facts;
    facts.ui = ui_;
    facts.role = p_.role;
    facts.shared_auth_ok = by_shared_secret() || (shared_.ok && shared_.method == "trusted-proxy");
    facts.auth_ok = shared_.ok;
    facts.has_shared_auth = !p_.token.empty() || !p_.password.empty();
    facts.trusted_proxy_ui = proxy_ui;
    facts.local = local_;
    auto decision = judge_missing_device(facts);
    const bool tool = is_local_tool(p_.client, local_, browser_.browser);
    if (out_.protocol >= 4 && tool && p_.client.mode == "backend" && shared_.ok && shared_.method == "none" &&
        p_.role == protocol::kRoleOperator) {
      decision = MissingDevice::allow;
    }
    switch (decision) {
      case MissingDevice::allow:
        break;
      case MissingDevice::reject_control_ui:
        return refuse(protocol::kInvalidRequest,
                      "control ui requires device identity (use HTTPS or localhost secure context)",
                      detail("CONTROL_UI_DEVICE_IDENTITY_REQUIRED"));
      case MissingDevice::reject_device_required:
        return refuse(protocol::kNotPaired, "device identity required", detail("DEVICE_IDENTITY_REQUIRED"));
      case MissingDevice::reject_unauthorized:
        break;
    }
    if (!shared_.ok) {
      held.count();
      CredentialDecision failed;
      failed.reason = shared_.reason;
      failed.retry_after_ms = shared_.retry_after_ms;
      return refuse_credential(failed);
    }
    out_.method = shared_.method;
    out_.user = shared_.user;
    out_.skips_pairing = true;
    const bool insecure_ui = ui_.allow_insecure_auth && local_ && by_shared_secret();
    const bool keeps = insecure_ui || (tool && by_shared_secret());
    if (clears_scopes(ui_, decision, out_.method, proxy_ui, keeps)) out_.scopes.clear();
    return out_;
  }

  tl::unexpected<Refusal> refuse_proof(std::string message, std::string_view reason) const {
    json::Object details = detail(protocol::device_detail_code(reason));
    details["reason"] = reason;
    return refuse(protocol::kInvalidRequest, std::move(message), std::move(details));
  }

  // Protocol 4.5, in that order. Returns the raw public key.
  tl::expected<std::string, Refusal> check_proof() const {
    const auto& device = *p_.device;
    const auto key = crypto::ed25519_public_from_text(device.public_key);
    if (!key || device_id_of(*key) != base::trim(device.id))
      return refuse_proof("device identity mismatch", "device-id-mismatch");
    if (device.signed_at > f_.now + kSignatureSkewMs || device.signed_at < f_.now - kSignatureSkewMs) {
      return refuse_proof("device signature expired", "device-signature-stale");
    }
    const std::string_view nonce = base::trim(device.nonce);
    if (nonce.empty()) return refuse_proof("device nonce required", "device-nonce-missing");
    if (nonce != f_.nonce) return refuse_proof("device nonce mismatch", "device-nonce-mismatch");
    SignedFields fields;
    fields.device_id = device.id;
    fields.client_id = p_.client.id;
    fields.client_mode = p_.client.mode;
    fields.role = p_.role;
    fields.scopes = p_.scopes;
    fields.signed_at = device.signed_at;
    fields.token = p_.signed_token;
    fields.nonce = std::string(nonce);
    fields.platform = p_.client.platform;
    fields.device_family = p_.client.device_family;
    const auto signature = base::base64_decode_any(device.signature);
    if (!signature || !(crypto::ed25519_verify(*key, signature_payload_v3(fields), *signature) ||
                        crypto::ed25519_verify(*key, signature_payload_v2(fields), *signature))) {
      return refuse_proof("device signature invalid", "device-signature");
    }
    return *key;
  }

  CredentialDecision judge_credential() {
    CredentialInput in;
    in.shared = shared_;
    in.default_method = auth_.mode == "password" ? "password" : "token";
    in.has_device = true;
    in.bootstrap_token = p_.bootstrap_token;
    in.device_token_explicit = !p_.device_token.empty();
    in.device_token = in.device_token_explicit ? p_.device_token : p_.token;
    in.limit_key = out_.device_id;
    if (gate_) in.limiter = &*gate_;
    in.now_ms = f_.steady_now;
    return decide_credential(
        in,
        [this]() -> TokenCheck {
          BootstrapUse use{p_.bootstrap_token, out_.device_id, out_.public_key, p_.role, p_.scopes};
          const auto id = book_.bootstrap().verify(use, f_.now);
          if (!id) return {false, "bootstrap_token_invalid"};
          out_.bootstrap_id = *id;
          return {true, {}};
        },
        [this, &in]() -> TokenCheck {
          const auto verified = book_.verify_token(out_.device_id, p_.role, p_.scopes, in.device_token);
          if (verified.ok) return {true, {}};
          const bool too_wide = verified.reason == "scope-mismatch" && out_.protocol >= 4;
          return {false, too_wide ? "scope_mismatch" : "device_token_mismatch"};
        });
  }

  tl::unexpected<Refusal> refuse_credential(const CredentialDecision& decision) const {
    const auto judged = gate_ ? gate_->judgement() : FairLimiter::Judgement{};
    const std::string reason = judged.refuse_now ? "rate_limited" : decision.reason;
    const auto provided = protocol::auth_provided(!p_.password.empty(), !p_.token.empty(),
                                                  !p_.bootstrap_token.empty(), !p_.device_token.empty());
    const bool retry = protocol::can_retry_with_device_token(reason, p_.device.has_value(), provided,
                                                             !p_.device_token.empty());
    const auto text = protocol::auth_refusal(reason, {p_.client.id, p_.client.mode}, auth_.mode, provided,
                                             out_.protocol >= 4 && local_);
    json::Object details = detail(text.code);
    if (!reason.empty()) details["authReason"] = reason;
    details["canRetryWithDeviceToken"] = retry;
    details["recommendedNextStep"] = protocol::recommended_next_step(reason, retry);
    Refusal out = handshake_refusal(protocol::kInvalidRequest, text.message, std::move(details));
    if (reason == "rate_limited") {
      const std::int64_t wait =
          judged.refuse_now ? judged.retry_after_ms : decision.retry_after_ms.value_or(0);
      out.error.retryable = true;
      out.error.retry_after_ms = std::max<std::int64_t>(wait, 1);
    } else {
      out.delay_ms = judged.delay_ms;
    }
    const bool password = auth_.mode == "password";
    const std::string& source = password ? auth_.password_source : auth_.token_source;
    if (auth_.mode == "trusted-proxy")
      out.note = "gateway.auth.mode is trusted-proxy: " + decision.reason;
    else if (!source.empty())
      out.note = fmt::format("the gateway's {} comes from {}", auth_.mode, source);
    return tl::unexpected(std::move(out));
  }

  PairingNeed need_of(const PairedDevice* device) {
    if (!device || device->public_key != out_.public_key) return PairingNeed::not_paired;
    const auto pinned =
        pinned_metadata(p_.client.platform, device->platform, p_.client.device_family, device->device_family);
    if (pinned.platform_mismatch || pinned.family_mismatch) return PairingNeed::metadata_upgrade;
    out_.platform = pinned.platform;
    out_.device_family = pinned.family;
    bool has_role = protocol::has(device->roles, p_.role);
    if (has_role && !device->tokens.empty()) {
      const auto it = device->tokens.find(p_.role);
      has_role = it != device->tokens.end() && !it->second.revoked_at;
    }
    if (!has_role) return PairingNeed::role_upgrade;
    // The scopes of a node have no effect; nobody needs to approve them.
    if (p_.role == protocol::kRoleNode || protocol::covers(p_.role, device->approved_scopes, p_.scopes))
      return PairingNeed::none;
    return PairingNeed::scope_upgrade;
  }

  void judge_pairing() {
    const bool proxy_ui = is_trusted_proxy_ui(ui_.is_ui, p_.role, auth_.mode, shared_.ok, out_.method);
    out_.skips_pairing = skips_pairing(ui_, p_.role, proxy_ui, auth_.mode);
    if (out_.skips_pairing) return;
    const PairedDevice* device = book_.find(out_.device_id);
    out_.need = need_of(device);
    if (out_.need == PairingNeed::none) return;
    SilentFacts facts;
    facts.need = out_.need;
    facts.local = local_;
    facts.browser_origin = browser_.browser;
    facts.is_operator_ui = p_.client.is_operator_ui();
    facts.is_webchat = p_.client.is_webchat();
    facts.by_secret = out_.method == "token" || out_.method == "password" || out_.method == "none";
    facts.native_app = out_.protocol >= 4 && is_native_app();
    facts.node = p_.role == protocol::kRoleNode;
    facts.auto_approve_nodes = f_.auto_approve_nodes;
    out_.silent = pairs_silently(facts);
    if (!out_.silent && out_.method == "bootstrap-token" && facts.node && p_.scopes.empty() && !device)
      pair_by_setup_code();
  }

  bool is_native_app() const {
    return p_.client.id == "openclaw-macos" || p_.client.id == "openclaw-linux" ||
           p_.client.id == "openclaw-ios" || p_.client.id == "openclaw-android" ||
           p_.client.id == "openclaw-watchos";
  }

  // A phone that scanned a code: its node socket needs nobody's approval, and on protocol 4 its operator
  // socket neither.
  void pair_by_setup_code() {
    out_.silent = true;
    if (out_.protocol < 4) return;
    const BootstrapToken* token = book_.bootstrap().find(out_.bootstrap_id);
    if (!token || !protocol::has(token->profile.roles, protocol::kRoleOperator)) return;
    out_.extra_roles.emplace_back(protocol::kRoleOperator);
    out_.extra_scopes = token->profile.scopes;
  }

  const ConnectParams& p_;
  const ConnectFacts& f_;
  const ServerAuth& auth_;
  const DeviceBook& book_;
  bool local_;
  ControlUiPolicy ui_;
  BrowserContext browser_;
  bool has_device_ = false;
  std::optional<FairGate> gate_;
  AuthVerdict shared_;
  Admission out_;
};

}  // namespace

tl::expected<Admission, Refusal> judge_connect(const ConnectParams& p, const ConnectFacts& f,
                                               const ServerAuth& auth, const DeviceBook& book) {
  const auto version = check_opening(p, f);
  if (!version) return tl::unexpected(version.error());
  return Judge(p, f, auth, book, *version).run();
}

}  // namespace openclaw::auth
