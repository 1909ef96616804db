// Area connect-policy: the decisions of the handshake.
#include "auth/connect_policy_rules.h"
#include "protocol/auth_errors.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

auth::ControlUiPolicy policy_of(const json::Object& in) {
  auth::ControlUiConfig config;
  if (const auto* ui = json::get_object(in, "controlUi")) {
    config.allow_insecure_auth = flag_of(*ui, "allowInsecureAuth");
    config.disable_device_auth = flag_of(*ui, "dangerouslyDisableDeviceAuth");
  }
  return auth::control_ui_policy(flag_of(in, "isControlUi"), config);
}

Outcome control_ui_policy(const json::Object& in) {
  const auto policy = policy_of(in);
  json::Object out;
  out["allowBypass"] = policy.allow_bypass;
  out["allowInsecureAuth"] = policy.allow_insecure_auth;
  out["deviceUsed"] = in.contains("device") && !policy.allow_bypass;
  return got(std::move(out));
}

constexpr std::pair<auth::MissingDevice, const char*> kDecisions[] = {
    {auth::MissingDevice::allow, "allow"},
    {auth::MissingDevice::reject_control_ui, "reject-control-ui-insecure-auth"},
    {auth::MissingDevice::reject_unauthorized, "reject-unauthorized"},
    {auth::MissingDevice::reject_device_required, "reject-device-required"},
};

Outcome missing_device(const json::Object& in) {
  auth::MissingDeviceFacts facts;
  const std::string role = json::get_string_or(in, "role", "operator");
  facts.ui = policy_of(in);
  facts.has_device = flag_of(in, "hasDeviceIdentity");
  facts.role = role;
  facts.shared_auth_ok = flag_of(in, "sharedAuthOk", true);
  facts.auth_ok = flag_of(in, "authOk", true);
  facts.has_shared_auth = flag_of(in, "hasSharedAuth", true);
  facts.trusted_proxy_ui = flag_of(in, "trustedProxyAuthOk");
  facts.local = flag_of(in, "isLocalClient");
  const auto decision = auth::judge_missing_device(facts);
  for (const auto& [value, name] : kDecisions) {
    if (value == decision) return got(one("decision", name));
  }
  return got(one("decision", nullptr));
}

Outcome skip_pairing(const json::Object& in) {
  return got(one("skip", auth::skips_pairing(policy_of(in), text_of(in, "role"),
                                             flag_of(in, "trustedProxyAuthOk"), text_of(in, "authMode"))));
}

Outcome trusted_proxy_ui(const json::Object& in) {
  return got(one("trusted", auth::is_trusted_proxy_ui(flag_of(in, "isControlUi"), text_of(in, "role"),
                                                      text_of(in, "authMode"), flag_of(in, "authOk"),
                                                      text_of(in, "authMethod"))));
}

Outcome clear_unbound_scopes(const json::Object& in) {
  auto decision = auth::MissingDevice::allow;
  for (const auto& [value, name] : kDecisions) {
    if (text_of(in, "decision") == name) decision = value;
  }
  return got(one("clearScopes", auth::clears_scopes(policy_of(in), decision, text_of(in, "authMethod"),
                                                    flag_of(in, "trustedProxyAuthOk"),
                                                    flag_of(in, "preserveInsecureLocal"))));
}

Outcome silent_local_pairing(const json::Object& in) {
  auth::SilentFacts facts;
  facts.need = auth::pairing_need_from(text_of(in, "reason"));
  facts.local = flag_of(in, "isLocalClient", true);
  facts.browser_origin = flag_of(in, "hasBrowserOriginHeader");
  facts.is_operator_ui = flag_of(in, "isControlUi");
  facts.is_webchat = flag_of(in, "isWebchat");
  return got(one("silent", auth::pairs_silently(facts)));
}

Outcome browser_context(const json::Object& in) {
  const auto context = auth::browser_context(text_of(in, "origin"), text_of(in, "clientIp"));
  json::Object out;
  out["browser"] = context.browser;
  out["enforceOriginCheck"] = context.browser;
  out["rateLimitIp"] = context.limit_key;
  // One limiter counts both kinds of clients here, apart by their keys.
  out["limiter"] = context.browser && flag_of(in, "hasBrowserLimiter") ? "browser" : "plain";
  return got(std::move(out));
}

// Records what is asked of it; allows or blocks as the case says.
class TracingLimiter final : public auth::Limiter {
 public:
  explicit TracingLimiter(const json::Object& answer) : answer_(answer) {}
  Check check(std::string_view key, std::string_view scope, std::int64_t) override {
    note("check", key, scope);
    return {flag_of(answer_, "allowed", true), 1, json::get_int(answer_, "retryAfterMs").value_or(0)};
  }
  void fail(std::string_view key, std::string_view scope, std::int64_t) override { note("fail", key, scope); }
  void reset(std::string_view key, std::string_view scope) override { note("reset", key, scope); }
  json::Array trace;

 private:
  void note(const char* what, std::string_view key, std::string_view scope) {
    trace.emplace_back(json::Array{json::Value(what), json::Value(key), json::Value(scope)});
  }
  const json::Object& answer_;
};

Outcome auth_decision(const json::Object& in) {
  json::Object state, shared;
  if (const auto* given = json::get_object(in, "state")) state = *given;
  if (const auto* given = json::get_object(state, "authResult")) shared = *given;
  auth::CredentialInput input;
  input.shared.ok = flag_of(shared, "ok");
  input.shared.method = text_of(shared, "method");
  if (!input.shared.ok) input.shared.reason = json::get_string_or(shared, "reason", "token_mismatch");
  input.default_method = "token";
  input.has_device = flag_of(in, "hasDeviceIdentity", true);
  input.bootstrap_token = text_of(state, "bootstrapTokenCandidate");
  // It came in the token field; where no token came at all, there is none.
  if (input.shared.reason != "token_missing") input.device_token = "a device token";
  input.limit_key = text_of(in, "clientIp");
  const auto* limits = json::get_object(in, "limiter");
  std::optional<TracingLimiter> limiter;
  if (limits) input.limiter = &limiter.emplace(*limits);
  bool asked_device = false, asked_bootstrap = false;
  const auto decision = auth::decide_credential(
      input,
      [&]() -> auth::TokenCheck {
        asked_bootstrap = true;
        return {flag_of(in, "bootstrapValid"), text_of(in, "bootstrapReason")};
      },
      [&]() -> auth::TokenCheck {
        asked_device = true;
        return {flag_of(in, "deviceTokenValid"), {}};
      });
  json::Object out;
  out["authOk"] = decision.ok;
  out["authMethod"] = decision.method;
  out["reason"] = text_or_null(decision.reason);
  out["retryAfterMs"] =
      decision.retry_after_ms ? json::Value(*decision.retry_after_ms) : json::Value(nullptr);
  out["deviceTokenChecked"] = asked_device;
  out["bootstrapChecked"] = asked_bootstrap;
  out["limiter"] = limiter ? json::Value(limiter->trace) : json::Value(nullptr);
  return got(std::move(out));
}

Outcome unauthorized_advice(const json::Object& in) {
  json::Object sent;
  if (const auto* given = json::get_object(in, "auth")) sent = *given;
  const auto provided =
      protocol::auth_provided(sent.contains("password"), sent.contains("token"),
                              sent.contains("bootstrapToken"), sent.contains("deviceToken"));
  const std::string reason = text_of(in, "reason");
  const bool retry = protocol::can_retry_with_device_token(reason, flag_of(in, "hasDevice"), provided,
                                                           sent.contains("deviceToken"));
  json::Object out;
  out["authProvided"] = provided;
  out["canRetryWithDeviceToken"] = retry;
  out["recommendedNextStep"] = protocol::recommended_next_step(reason, retry);
  return got(std::move(out));
}

Outcome pinned_metadata(const json::Object& in) {
  const auto pinned =
      auth::pinned_metadata(text_of(in, "claimedPlatform"), text_of(in, "pairedPlatform"),
                            text_of(in, "claimedDeviceFamily"), text_of(in, "pairedDeviceFamily"));
  json::Object out;
  out["platformMismatch"] = pinned.platform_mismatch;
  out["deviceFamilyMismatch"] = pinned.family_mismatch;
  out["pinnedPlatform"] = text_or_null(pinned.platform);
  out["pinnedDeviceFamily"] = text_or_null(pinned.family);
  return got(std::move(out));
}

Outcome client_kind(const json::Object& in) {
  protocol::ClientInfo client;
  if (const auto* given = json::get_object(in, "client")) {
    client.id = text_of(*given, "id");
    client.mode = text_of(*given, "mode");
  }
  json::Object out;
  out["cli"] = client.is_cli();
  out["operatorUi"] = client.is_operator_ui();
  out["browserUi"] = client.is_browser_ui();
  out["webchat"] = client.is_webchat();
  return got(std::move(out));
}

const Area kArea("connect-policy", {{"control_ui_policy", control_ui_policy},
                                    {"missing_device", missing_device},
                                    {"skip_pairing", skip_pairing},
                                    {"trusted_proxy_ui", trusted_proxy_ui},
                                    {"clear_unbound_scopes", clear_unbound_scopes},
                                    {"silent_local_pairing", silent_local_pairing},
                                    {"browser_context", browser_context},
                                    {"auth_decision", auth_decision},
                                    {"unauthorized_advice", unauthorized_advice},
                                    {"pinned_metadata", pinned_metadata},
                                    {"client_kind", client_kind}});

}  // namespace
}  // namespace openclaw::vectors
