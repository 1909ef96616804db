// The first checks of a connect request, and the words of its refusals that are not about credentials.
#include "auth/connect_policy.h"
#include "base/strings.h"

namespace openclaw::auth {
namespace {

using protocol::ConnectParams;

json::Object detail(std::string_view code) {
  json::Object out;
  out["code"] = code;
  return out;
}

tl::expected<void, Refusal> judge_origin(const ConnectParams& p, const ConnectFacts& f) {
  const std::string origin = f.origin();
  const bool applies = !base::trim(origin).empty() || p.client.is_browser_ui() || p.client.is_webchat();
  if (!applies) return {};
  const auto verdict = check_origin(origin, f.host(), f.request.local_direct, f.origins);
  if (verdict.ok) return {};
  json::Object details = detail("CONTROL_UI_ORIGIN_NOT_ALLOWED");
  details["reason"] = verdict.reason;
  if (!verdict.origin.empty()) {
    details["remediationHint"] =
        "openclaw config set gateway.controlUi.allowedOrigins '[\"" + verdict.origin + "\"]'";
  }
  auto out = handshake_refusal(protocol::kInvalidRequest,
                               "origin not allowed (open the Control UI from the gateway host or allow it in "
                               "gateway.controlUi.allowedOrigins)",
                               std::move(details));
  out.note = "origin " + (verdict.origin.empty() ? std::string("missing or unreadable") : verdict.origin);
  return tl::unexpected(std::move(out));
}

std::string_view requirement(PairingNeed need) {
  switch (need) {
    case PairingNeed::none:
      return "";
    case PairingNeed::not_paired:
      return "device is not approved yet";
    case PairingNeed::role_upgrade:
      return "device is asking for a higher role than currently approved";
    case PairingNeed::scope_upgrade:
      return "device is asking for more scopes than currently approved";
    case PairingNeed::metadata_upgrade:
      return "device identity changed and must be re-approved";
  }
  return "";
}

}  // namespace

Refusal handshake_refusal(std::string_view code, std::string message, json::Value details,
                          std::uint16_t close) {
  Refusal refusal;
  refusal.close_reason = message;
  refusal.close_code = close;
  refusal.error.code = code;
  refusal.error.message = std::move(message);
  refusal.error.details = std::move(details);
  return refusal;
}

tl::expected<int, Refusal> check_opening(const ConnectParams& p, const ConnectFacts& f) {
  const auto version = protocol::negotiate(p.min_protocol, p.max_protocol);
  if (!version) {
    json::Object details = detail("PROTOCOL_MISMATCH");
    details["clientMinProtocol"] = p.min_protocol;
    details["clientMaxProtocol"] = p.max_protocol;
    details["expectedProtocol"] = protocol::kProtocolMax;
    details["minimumProbeProtocol"] = protocol::kProtocolMin;
    return tl::unexpected(
        handshake_refusal(protocol::kInvalidRequest, "protocol mismatch", std::move(details), 1002));
  }
  if (!protocol::parse_role(p.role))
    return tl::unexpected(handshake_refusal(protocol::kInvalidRequest, "invalid role"));
  if (auto origin = judge_origin(p, f); !origin) return tl::unexpected(std::move(origin).error());
  return *version;
}

Refusal pairing_refusal(const Admission& admission, const std::string& request_id,
                        const PairedDevice* device) {
  const char* command = admission.role == protocol::kRoleNode ? "nodes" : "devices";
  json::Object details = detail("PAIRING_REQUIRED");
  details["requestId"] = request_id;
  details["reason"] = pairing_reason(admission.need);
  details["remediationHint"] =
      fmt::format("Run on the gateway host: openclaw {} approve {}", command, request_id);
  details["deviceId"] = admission.device_id;
  details["requestedRole"] = admission.role;
  if (!admission.scopes.empty()) details["requestedScopes"] = json::strings(admission.scopes);
  if (device && admission.need != PairingNeed::not_paired) {
    details["approvedRoles"] = json::strings(device->roles);
    details["approvedScopes"] = json::strings(device->approved_scopes);
  }
  if (admission.method == "bootstrap-token") {
    details["recommendedNextStep"] = "wait_then_retry";
    details["retryable"] = true;
    details["pauseReconnect"] = false;
  }
  std::string message = "pairing required";
  if (admission.protocol >= 4) message += ": " + std::string(requirement(admission.need));
  Refusal refusal = handshake_refusal(protocol::kNotPaired, message, std::move(details));
  if (admission.protocol >= 4) refusal.close_reason += " (requestId: " + request_id + ")";
  return refusal;
}

}  // namespace openclaw::auth
