#include "base/env_number.h"
#include "base/limits.h"
#include "client/select_auth.h"
#include "client/target.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

// Where a case is silent, the gateway is on this machine.
bool trusted_endpoint(const json::Object& in) {
  const auto url = net::parse_url(json::get_string_or(in, "url", "ws://127.0.0.1:18789"));
  return url && client::is_trusted_endpoint(*url, text_of(in, "tlsFingerprint"));
}

client::AuthSources sources_of(const json::Object& in) {
  client::AuthSources out;
  out.token = text_of(in, "token");
  out.password = text_of(in, "password");
  out.device_token = text_of(in, "deviceToken");
  out.bootstrap_token = text_of(in, "bootstrapToken");
  out.stored_token = text_of(in, "storedToken");
  out.retrying = flag_of(in, "retrying");
  return out;
}

Outcome select_auth(const json::Object& in) {
  const auto selected = client::select_auth(sources_of(in), trusted_endpoint(in));
  json::Object auth;
  auth["token"] = text_or_null(selected.token);
  auth["bootstrapToken"] = text_or_null(selected.bootstrap_token);
  auth["deviceToken"] = text_or_null(selected.device_token);
  auth["password"] = text_or_null(selected.password);
  const bool none = selected.token.empty() && selected.bootstrap_token.empty() && selected.password.empty();
  json::Object out;
  out["auth"] = none ? json::Value(nullptr) : json::Value(std::move(auth));
  out["signatureToken"] = text_or_null(selected.signature_token);
  return got(std::move(out));
}

Outcome pause_reconnect(const json::Object& in) {
  const client::RetryState state{flag_of(in, "retryPending"), flag_of(in, "retryUsed"), trusted_endpoint(in)};
  return got(one("pause", client::is_stop_code(text_of(in, "code"), state)));
}

Outcome retry_with_device_token(const json::Object& in) {
  client::AuthSources sources = sources_of(in);
  sources.device_token = text_of(in, "resolvedDeviceToken");
  const auto* details = json::find(in, "details");
  const client::RetryState state{false, flag_of(in, "retryUsed"), trusted_endpoint(in)};
  return got(one("retry", client::should_retry_with_device_token(details ? *details : json::Value(nullptr), sources,
                                                                 state)));
}

Outcome start_check(const json::Object& in) {
  const base::Env env;
  const json::Value config = json::Object();
  client::TargetRequest request;
  request.url = text_of(in, "url");
  request.tls_fingerprint = text_of(in, "tlsFingerprint");
  request.env = &env;
  request.config = &config;
  const auto url = client::checked_url(client::pick_target(request));
  json::Object out;
  out["ok"] = url.has_value();
  if (!url) out["error"] = url.error().message + "\n" + url.error().hint;
  return got(std::move(out));
}

Outcome challenge_timeout(const json::Object& in) {
  auto wanted = json::get_int(in, "connectChallengeTimeoutMs");
  if (!wanted) wanted = json::get_int(in, "connectDelayMs");
  return got(one("timeoutMs", client::challenge_timeout_ms(wanted)));
}

Outcome handshake_timeout(const json::Object& in) {
  return got(one("timeoutMs", base::positive_number(env_of(in), "OPENCLAW_HANDSHAKE_TIMEOUT_MS",
                                                    base::kHandshakeTimeoutMs)));
}

const Area kArea("client-connect", {{"select_auth", select_auth},
                                    {"pause_reconnect", pause_reconnect},
                                    {"retry_with_device_token", retry_with_device_token},
                                    {"start_check", start_check},
                                    {"challenge_timeout", challenge_timeout},
                                    {"handshake_timeout", handshake_timeout}});

}  // namespace
}  // namespace openclaw::vectors
