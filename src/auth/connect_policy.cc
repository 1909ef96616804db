#include "auth/connect_policy.h"

#include <cstdlib>

#include "auth/identity.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "net/address.h"

namespace openclaw::auth {
namespace {

using protocol::ConnectParams;
using protocol::WireError;

constexpr std::int64_t kSignatureSkewMs = 120'000;

tl::unexpected<Refusal> refuse(std::string code, std::string message, json::Value details, std::uint16_t close = 1008) {
  Refusal refusal;
  refusal.close_reason = message;
  refusal.close_code = close;
  refusal.error = WireError{std::move(code), std::move(message), std::move(details), {}, {}};
  return tl::unexpected(std::move(refusal));
}

json::Object detail(std::string_view code) {
  json::Object out;
  out["code"] = code;
  return out;
}

struct Shared {
  bool ok = false;
  std::string method;   // when ok
  std::string reason;   // token_missing, token_mismatch ... when not
};

Shared check_shared(const ConnectParams& p, const ServerAuth& auth) {
  if (auth.mode == "none") return {true, "none", {}};
  if (auth.mode == "password") {
    if (p.password.empty()) return {false, {}, "password_missing"};
    if (!crypto::secret_equal(p.password, auth.password)) return {false, {}, "password_mismatch"};
    return {true, "password", {}};
  }
  if (p.token.empty()) return {false, {}, "token_missing"};
  if (!crypto::secret_equal(p.token, auth.token)) return {false, {}, "token_mismatch"};
  return {true, "token", {}};
}

std::string credential_message(const std::string& reason, const protocol::ClientInfo& client) {
  const bool cli = client.mode == "cli", ui = client.is_operator_ui() || client.is_webchat();
  const std::string token_hint = cli  ? "set gateway.remote.token to match gateway.auth.token"
                                 : ui ? "open the dashboard URL and paste the token in Control UI settings"
                                      : "provide gateway auth token";
  const std::string password_hint = cli  ? "set gateway.remote.password to match gateway.auth.password"
                                    : ui ? "enter the password in Control UI settings"
                                         : "provide gateway auth password";
  if (reason == "token_missing") return "unauthorized: gateway token missing (" + token_hint + ")";
  if (reason == "token_mismatch") return "unauthorized: gateway token mismatch (" + token_hint + ")";
  if (reason == "password_missing") return "unauthorized: gateway password missing (" + password_hint + ")";
  if (reason == "password_mismatch") return "unauthorized: gateway password mismatch (" + password_hint + ")";
  if (reason == "bootstrap_token_invalid") return "unauthorized: bootstrap token invalid or expired (scan a fresh setup code)";
  if (reason == "device_token_mismatch") return "unauthorized: device token mismatch (rotate/reissue device token)";
  return "unauthorized";
}

tl::unexpected<Refusal> refuse_credential(const std::string& reason, const ConnectParams& p) {
  std::string code = "AUTH_UNAUTHORIZED";
  std::string step = "review_auth_configuration";
  if (reason == "token_missing") code = "AUTH_TOKEN_MISSING", step = "update_auth_configuration";
  if (reason == "token_mismatch") code = "AUTH_TOKEN_MISMATCH", step = "update_auth_credentials";
  if (reason == "password_missing") code = "AUTH_PASSWORD_MISSING", step = "update_auth_configuration";
  if (reason == "password_mismatch") code = "AUTH_PASSWORD_MISMATCH", step = "update_auth_credentials";
  if (reason == "bootstrap_token_invalid") code = "AUTH_BOOTSTRAP_TOKEN_INVALID";
  if (reason == "device_token_mismatch") code = "AUTH_DEVICE_TOKEN_MISMATCH", step = "update_auth_credentials";
  const bool retry = reason == "token_mismatch" && p.device && !p.token.empty() && p.device_token.empty();
  if (retry) step = "retry_with_device_token";
  json::Object details = detail(code);
  details["authReason"] = reason;
  details["canRetryWithDeviceToken"] = retry;
  details["recommendedNextStep"] = step;
  return refuse(std::string(protocol::kInvalidRequest), credential_message(reason, p.client), std::move(details));
}

std::string host_of_origin(std::string_view origin) {
  const auto url = net::parse_url(origin);
  return url ? url->host : std::string();
}

tl::expected<void, Refusal> check_origin(const ConnectParams& p, const ConnectFacts& f) {
  const std::string origin = base::lower_ascii(base::trim(f.origin));
  const bool applies = !origin.empty() || p.client.id == "openclaw-control-ui" || p.client.is_webchat();
  if (!applies) return {};
  std::string reason;
  if (origin.empty() || origin == "null" || host_of_origin(origin).empty()) {
    reason = "origin missing or invalid";
  } else {
    for (const auto& allowed : f.allowed_origins) {
      if (base::trim(allowed) == "*" || base::lower_ascii(base::trim(allowed)) == origin) return {};
    }
    if (f.host_header_origin && origin.ends_with("://" + base::lower_ascii(base::trim(f.host)))) return {};
    if (f.local_direct && net::is_loopback_host(host_of_origin(origin))) return {};
    reason = "origin not allowed";
  }
  json::Object details = detail("CONTROL_UI_ORIGIN_NOT_ALLOWED");
  details["reason"] = reason;
  if (reason == "origin not allowed") {
    details["remediationHint"] = "openclaw config set gateway.controlUi.allowedOrigins '[\"" + origin + "\"]'";
  }
  return refuse(std::string(protocol::kInvalidRequest),
                "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)",
                std::move(details));
}

// Without a device (protocol 5.6, and the softer local rule of protocol 4 for both versions).
tl::expected<Admission, Refusal> judge_without_device(const ConnectParams& p, const ConnectFacts& f, const Shared& shared) {
  if (p.client.is_operator_ui()) {
    return refuse(std::string(protocol::kInvalidRequest),
                  "control ui requires device identity (use HTTPS or localhost secure context)",
                  detail("CONTROL_UI_DEVICE_IDENTITY_REQUIRED"));
  }
  if (p.role == protocol::kRoleOperator && shared.ok && shared.method != "none") {
    Admission admission;
    admission.role = p.role;
    admission.method = shared.method;
    const bool local_tool = (p.client.id == "cli" && p.client.mode == "cli") ||
                            (p.client.id == "gateway-client" && p.client.mode == "backend");
    if (local_tool && f.local_direct && f.origin.empty()) admission.scopes = p.scopes;
    return admission;
  }
  if (!shared.ok && shared.reason.ends_with("_mismatch")) return refuse_credential(shared.reason, p);
  return refuse(std::string(protocol::kNotPaired), "device identity required", detail("DEVICE_IDENTITY_REQUIRED"));
}

tl::unexpected<Refusal> refuse_proof(std::string message, std::string_view code, std::string_view reason) {
  json::Object details = detail(code);
  details["reason"] = reason;
  return refuse(std::string(protocol::kInvalidRequest), std::move(message), std::move(details));
}

// Protocol 4.5, in that order. Returns the raw public key.
tl::expected<std::string, Refusal> check_proof(const ConnectParams& p, const ConnectFacts& f) {
  const auto& device = *p.device;
  const auto key = crypto::ed25519_public_from_text(device.public_key);
  if (!key || device_id_of(*key) != base::trim(device.id)) {
    return refuse_proof("device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch");
  }
  if (std::llabs(f.now - device.signed_at) > kSignatureSkewMs) {
    return refuse_proof("device signature expired", "DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale");
  }
  const std::string_view nonce = base::trim(device.nonce);
  if (nonce.empty()) return refuse_proof("device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing");
  if (nonce != f.nonce) return refuse_proof("device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch");
  SignedFields fields;
  fields.device_id = device.id;
  fields.client_id = p.client.id;
  fields.client_mode = p.client.mode;
  fields.role = p.role;
  fields.scopes = p.scopes;
  fields.signed_at = device.signed_at;
  fields.token = p.signed_token;
  fields.nonce = std::string(nonce);
  fields.platform = p.client.platform;
  fields.device_family = p.client.device_family;
  const auto signature = base::base64_decode_any(device.signature);
  if (!signature || !(crypto::ed25519_verify(*key, signature_payload_v3(fields), *signature) ||
                      crypto::ed25519_verify(*key, signature_payload_v2(fields), *signature))) {
    return refuse_proof("device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature");
  }
  return *key;
}

std::string normal_platform(std::string_view text) {
  std::string out = base::lower_ascii(base::trim(text));
  if (out == "darwin") return "macos";
  if (out == "win32") return "windows";
  return out;
}

bool metadata_differs(std::string_view stored, std::string_view claimed) {
  const std::string a = normal_platform(stored), b = normal_platform(claimed);
  return !a.empty() && !b.empty() && a != b;
}

PairingNeed need_of(const ConnectParams& p, const Admission& a, const DeviceBook& book) {
  const PairedDevice* device = book.find(a.device_id);
  if (!device || device->public_key != a.public_key) return PairingNeed::not_paired;
  if (metadata_differs(device->platform, p.client.platform) || metadata_differs(device->device_family, p.client.device_family)) {
    return PairingNeed::metadata_upgrade;
  }
  bool has_role = protocol::has(device->roles, p.role);
  if (has_role && !device->tokens.empty()) {
    const auto it = device->tokens.find(p.role);
    has_role = it != device->tokens.end() && !it->second.revoked_at;
  }
  if (!has_role) return PairingNeed::role_upgrade;
  if (!protocol::covers(p.role, device->scopes, p.scopes)) return PairingNeed::scope_upgrade;
  return PairingNeed::none;
}

}  // namespace

std::string_view pairing_reason(PairingNeed need) {
  switch (need) {
    case PairingNeed::none: return "";
    case PairingNeed::not_paired: return "not-paired";
    case PairingNeed::metadata_upgrade: return "metadata-upgrade";
    case PairingNeed::role_upgrade: return "role-upgrade";
    case PairingNeed::scope_upgrade: return "scope-upgrade";
  }
  return "";
}

bool is_forwarding_header(std::string_view name) {
  return name == "forwarded" || name == "x-forwarded-for" || name == "x-forwarded-proto" || name == "x-real-ip" ||
         name == "x-forwarded-host";
}

tl::expected<Admission, Refusal> judge_connect(const ConnectParams& p, const ConnectFacts& f, const ServerAuth& auth,
                                               const DeviceBook& book) {
  if (p.max_protocol < protocol::kProtocolMin || p.min_protocol > protocol::kProtocolMax) {
    json::Object details;
    details["expectedProtocol"] = protocol::kProtocolMax;
    return refuse(std::string(protocol::kInvalidRequest), "protocol mismatch", std::move(details), 1002);
  }
  if (p.role != protocol::kRoleOperator && p.role != protocol::kRoleNode) {
    return refuse(std::string(protocol::kInvalidRequest), "invalid role", nullptr);
  }
  if (auto origin = check_origin(p, f); !origin) return tl::unexpected(std::move(origin).error());
  const Shared shared = check_shared(p, auth);
  if (!p.device) return judge_without_device(p, f, shared);

  auto key = check_proof(p, f);
  if (!key) return tl::unexpected(std::move(key).error());
  Admission admission;
  admission.role = p.role;
  admission.scopes = p.scopes;
  admission.device_id = p.device->id;
  admission.public_key = base::base64url_encode(*key);
  if (shared.ok) {
    admission.method = shared.method;
  } else {
    const std::string& presented = p.device_token.empty() ? p.token : p.device_token;
    if (book.token_valid(admission.device_id, p.role, p.scopes, presented)) admission.method = "device-token";
    else if (!p.device_token.empty()) return refuse_credential("device_token_mismatch", p);
    else if (!p.bootstrap_token.empty()) return refuse_credential("bootstrap_token_invalid", p);
    else return refuse_credential(shared.reason, p);
  }
  const bool ui_without_auth = p.client.is_operator_ui() && auth.mode == "none";
  if (!ui_without_auth) admission.need = need_of(p, admission, book);
  // Scope upgrades with the shared secret on the gateway host are silent on both protocols: a CLI that once paired
  // with fewer scopes must not need an approval that it cannot give (spec: decisions 16).
  const bool ours = f.local_direct && (base::trim(f.origin).empty() || p.client.is_operator_ui() || p.client.is_webchat());
  const bool upgrade_by_secret = admission.need == PairingNeed::scope_upgrade && shared.ok;
  admission.silent = ours && (admission.need == PairingNeed::not_paired || admission.need == PairingNeed::role_upgrade || upgrade_by_secret);
  return admission;
}

Refusal pairing_refusal(PairingNeed need, const std::string& request_id, const std::string& role) {
  json::Object details = detail("PAIRING_REQUIRED");
  details["requestId"] = request_id;
  details["reason"] = pairing_reason(need);
  const char* command = role == protocol::kRoleNode ? "nodes" : "devices";
  details["remediationHint"] = fmt::format("Run on the gateway host: openclaw {} approve {}", command, request_id);
  Refusal refusal;
  refusal.close_reason = "pairing required";
  refusal.error = WireError{std::string(protocol::kNotPaired), "pairing required", std::move(details), {}, {}};
  return refusal;
}

}  // namespace openclaw::auth
