// The single decisions of the handshake (OpenClaw protocol 5.5-5.9 and decisions 14-18), one function each;
// connect_policy.h puts them in order. Pure but for the limiter that is handed in.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authorize.h"
#include "protocol/connect.h"

namespace openclaw::auth {

// gateway.controlUi, as far as it loosens the rules for operator UIs.
struct ControlUiConfig {
  bool allow_insecure_auth = false;     // allowInsecureAuth
  bool disable_device_auth = false;     // dangerouslyDisableDeviceAuth
};
struct ControlUiPolicy {
  bool is_ui = false;               // an operator UI
  bool allow_bypass = false;        // its device is ignored
  bool allow_insecure_auth = false;
};
ControlUiPolicy control_ui_policy(bool is_operator_ui, const ControlUiConfig& config);

// What a connection without a device may do.
enum class MissingDevice : std::uint8_t { allow, reject_control_ui, reject_unauthorized, reject_device_required };
struct MissingDeviceFacts {
  ControlUiPolicy ui;
  bool has_device = false;
  std::string_view role = protocol::kRoleOperator;
  bool shared_auth_ok = false;      // by a shared token or password, or through the trusted proxy
  bool auth_ok = false;
  bool has_shared_auth = false;     // a token or password was sent
  bool trusted_proxy_ui = false;    // is_trusted_proxy_ui()
  bool local = false;
};
MissingDevice judge_missing_device(const MissingDeviceFacts& facts);

// An operator UI whose user a trusted proxy has named.
bool is_trusted_proxy_ui(bool is_operator_ui, std::string_view role, std::string_view auth_mode, bool auth_ok,
                         std::string_view auth_method);
bool skips_pairing(const ControlUiPolicy& ui, std::string_view role, bool trusted_proxy_ui, std::string_view auth_mode);

// Does a connection without device lose the scopes it asked for? `keeps_scopes`: a rule lets it keep them.
bool clears_scopes(const ControlUiPolicy& ui, MissingDevice decision, std::string_view auth_method, bool trusted_proxy_ui,
                   bool keeps_scopes);
// Tools of the gateway's own host keep their scopes when they know the secret (protocol 4, and useful on 3).
bool is_local_tool(const protocol::ClientInfo& client, bool local, bool has_origin);

enum class PairingNeed : std::uint8_t { none, not_paired, metadata_upgrade, role_upgrade, scope_upgrade };
std::string_view pairing_reason(PairingNeed need);  // "not-paired" ...
PairingNeed pairing_need_from(std::string_view reason);

struct SilentFacts {
  PairingNeed need = PairingNeed::none;
  bool local = false;             // local-direct
  bool browser_origin = false;    // an Origin header was sent
  bool is_operator_ui = false, is_webchat = false;
  bool by_secret = false;         // shared token or password, or a gateway without one
  bool native_app = false;        // protocol 4: an app of the platform, whose version string may change
  bool node = false;
  bool auto_approve_nodes = true;  // gateway.nodes.pairing.autoApproveLocal
};
// May the need be met without asking anybody?
bool pairs_silently(const SilentFacts& facts);

// A connection with an Origin comes from a browser: its origin is always checked, and its failures are counted apart
// from those of programs on the same host.
struct BrowserContext {
  bool browser = false;
  std::string limit_key;  // the address failures are counted under
};
BrowserContext browser_context(std::string_view origin, const std::string& client_ip);

// Claimed platform and family against those pinned at pairing. darwin = macos, win32 = windows; an absent family is
// "not claimed".
struct PinnedMetadata {
  bool platform_mismatch = false, family_mismatch = false;
  std::string platform, family;  // what counts from now on; empty = not pinned
};
PinnedMetadata pinned_metadata(std::string_view claimed_platform, std::string_view paired_platform,
                               std::string_view claimed_family, std::string_view paired_family);

// Which credential lets the connection in (protocol 5.5).
struct CredentialInput {
  AuthVerdict shared;               // of the shared secret
  std::string default_method;       // said of a refusal: "token" or "password"
  bool has_device = false;          // present and proved
  std::string bootstrap_token, device_token;
  bool device_token_explicit = false;  // it came in auth.deviceToken
  // Device tokens are counted under this key; an empty one is not counted.
  std::string limit_key;
  Limiter* limiter = nullptr;
  std::int64_t now_ms = 0;  // steady
};
struct TokenCheck {
  bool ok = false;
  std::string reason;
};
struct CredentialDecision {
  bool ok = false;
  std::string method, reason;
  std::optional<std::int64_t> retry_after_ms;
};
CredentialDecision decide_credential(const CredentialInput& input, const std::function<TokenCheck()>& verify_bootstrap,
                                     const std::function<TokenCheck()>& verify_device_token);

}  // namespace openclaw::auth
