#include "auth/connect_policy_rules.h"

#include "base/strings.h"
#include "net/address.h"

namespace openclaw::auth {
namespace {

// Browsers on the gateway's host share this key (RFC 2544 test range: nobody's address).
constexpr std::string_view kLoopbackBrowserKey = "198.18.0.1";

std::string comparable_platform(std::string_view text) {
  std::string out = base::lower_ascii(base::trim(text));
  if (out == "darwin") return "macos";
  if (out == "win32") return "windows";
  return out;
}

}  // namespace

ControlUiPolicy control_ui_policy(bool is_operator_ui, const ControlUiConfig& config) {
  ControlUiPolicy out;
  out.is_ui = is_operator_ui;
  out.allow_bypass = is_operator_ui && config.disable_device_auth;
  out.allow_insecure_auth = is_operator_ui && config.allow_insecure_auth;
  return out;
}

MissingDevice judge_missing_device(const MissingDeviceFacts& f) {
  if (f.has_device) return MissingDevice::allow;
  if (f.ui.is_ui && f.trusted_proxy_ui) return MissingDevice::allow;
  if (f.ui.allow_bypass && f.role == protocol::kRoleOperator) return MissingDevice::allow;
  if (f.ui.is_ui && !f.ui.allow_bypass && !(f.ui.allow_insecure_auth && f.local))
    return MissingDevice::reject_control_ui;
  if (protocol::may_skip_device(f.role, f.shared_auth_ok)) return MissingDevice::allow;
  if (!f.auth_ok && f.has_shared_auth) return MissingDevice::reject_unauthorized;
  return MissingDevice::reject_device_required;
}

bool is_trusted_proxy_ui(bool is_operator_ui, std::string_view role, std::string_view auth_mode, bool auth_ok,
                         std::string_view auth_method) {
  return is_operator_ui && role == protocol::kRoleOperator && auth_mode == "trusted-proxy" && auth_ok &&
         auth_method == "trusted-proxy";
}

bool skips_pairing(const ControlUiPolicy& ui, std::string_view role, bool trusted_proxy_ui,
                   std::string_view auth_mode) {
  if (trusted_proxy_ui) return true;
  if (role != protocol::kRoleOperator) return false;
  return (ui.is_ui && auth_mode == "none") || ui.allow_bypass;
}

bool clears_scopes(const ControlUiPolicy& ui, MissingDevice decision, std::string_view auth_method,
                   bool trusted_proxy_ui, bool keeps_scopes) {
  if (decision != MissingDevice::allow) return true;
  if (ui.allow_bypass || keeps_scopes) return false;
  return auth_method == "token" || auth_method == "password" || auth_method == "trusted-proxy" ||
         trusted_proxy_ui;
}

bool is_local_tool(const protocol::ClientInfo& client, bool local, bool has_origin) {
  const bool tool = (client.id == "cli" && client.mode == "cli") ||
                    (client.id == "gateway-client" && client.mode == "backend");
  return tool && local && !has_origin;
}

std::string_view pairing_reason(PairingNeed need) {
  switch (need) {
    case PairingNeed::none:
      return "";
    case PairingNeed::not_paired:
      return "not-paired";
    case PairingNeed::metadata_upgrade:
      return "metadata-upgrade";
    case PairingNeed::role_upgrade:
      return "role-upgrade";
    case PairingNeed::scope_upgrade:
      return "scope-upgrade";
  }
  return "";
}

PairingNeed pairing_need_from(std::string_view reason) {
  for (const auto need : {PairingNeed::not_paired, PairingNeed::metadata_upgrade, PairingNeed::role_upgrade,
                          PairingNeed::scope_upgrade}) {
    if (pairing_reason(need) == reason) return need;
  }
  return PairingNeed::none;
}

bool pairs_silently(const SilentFacts& f) {
  if (!f.local) return false;
  if (f.browser_origin && !f.is_operator_ui && !f.is_webchat) return false;
  if (f.node && !(f.by_secret && f.auto_approve_nodes)) return false;
  switch (f.need) {
    case PairingNeed::none:
      return false;
    case PairingNeed::not_paired:
    case PairingNeed::role_upgrade:
      return true;
    case PairingNeed::scope_upgrade:
      return f.by_secret;
    case PairingNeed::metadata_upgrade:
      return f.by_secret && f.native_app;
  }
  return false;
}

BrowserContext browser_context(std::string_view origin, const std::string& client_ip) {
  BrowserContext out;
  out.browser = !base::trim(origin).empty();
  out.limit_key =
      out.browser && net::is_loopback_ip(client_ip) ? std::string(kLoopbackBrowserKey) : client_ip;
  return out;
}

PinnedMetadata pinned_metadata(std::string_view claimed_platform, std::string_view paired_platform,
                               std::string_view claimed_family, std::string_view paired_family) {
  PinnedMetadata out;
  const std::string platform = comparable_platform(paired_platform),
                    family = base::lower_ascii(base::trim(paired_family));
  const std::string claimed = base::lower_ascii(base::trim(claimed_family));
  out.platform_mismatch = !platform.empty() && comparable_platform(claimed_platform) != platform;
  out.family_mismatch = !family.empty() && !claimed.empty() && claimed != family;
  if (!platform.empty()) out.platform = base::trim(paired_platform);
  if (!family.empty()) out.family = base::trim(paired_family);
  return out;
}

CredentialDecision decide_credential(const CredentialInput& in,
                                     const std::function<TokenCheck()>& verify_bootstrap,
                                     const std::function<TokenCheck()>& verify_device_token) {
  CredentialDecision out;
  out.ok = in.shared.ok;
  out.method = in.shared.ok ? in.shared.method : in.default_method;
  out.reason = in.shared.ok ? std::string() : in.shared.reason;
  out.retry_after_ms = in.shared.retry_after_ms;
  if (in.has_device && !in.bootstrap_token.empty()) {
    const TokenCheck check = verify_bootstrap();
    if (check.ok) {
      out.ok = true;
      out.method = "bootstrap-token";
      out.reason.clear();
    } else if (!out.ok) {
      out.reason = check.reason.empty() ? "bootstrap_token_invalid" : check.reason;
    }
  }
  if (out.ok || !in.has_device || in.device_token.empty()) return out;
  const bool counted = in.limiter && !in.limit_key.empty();
  if (counted) {
    const auto check = in.limiter->check(in.limit_key, kScopeDeviceToken, in.now_ms);
    if (!check.allowed) {
      out.reason = "rate_limited";
      out.retry_after_ms = check.retry_after_ms;
      return out;
    }
  }
  const TokenCheck check = verify_device_token();
  if (check.ok) {
    out.ok = true;
    out.method = "device-token";
    out.reason.clear();
    out.retry_after_ms.reset();
    if (counted) in.limiter->reset(in.limit_key, kScopeDeviceToken);
    return out;
  }
  if (in.device_token_explicit) {
    out.reason = check.reason.empty() ? "device_token_mismatch" : check.reason;
    out.retry_after_ms.reset();
    // A text in the token field is counted as a guess at the shared secret.
    if (counted) in.limiter->fail(in.limit_key, kScopeDeviceToken, in.now_ms);
  } else if (out.reason.empty()) {
    out.reason = "device_token_mismatch";
  }
  return out;
}

}  // namespace openclaw::auth
