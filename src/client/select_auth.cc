#include "client/select_auth.h"

#include "base/strings.h"
#include "protocol/auth_errors.h"

#include <algorithm>
#include <array>
#include <limits>

namespace openclaw::client {
namespace {

constexpr int kMinChallengeMs = 250;
constexpr int kMaxChallengeMs = 10'000;

// PAIRING_REQUIRED is none of them: an approval can come any minute, so it is asked for again, slowly.
constexpr std::array<std::string_view, 10> kStopCodes = {
    "AUTH_TOKEN_MISSING",   "AUTH_BOOTSTRAP_TOKEN_INVALID",        "AUTH_PASSWORD_MISSING",
    "AUTH_PASSWORD_MISMATCH", "AUTH_RATE_LIMITED",                 "CONTROL_UI_DEVICE_IDENTITY_REQUIRED",
    "DEVICE_IDENTITY_REQUIRED", "AUTH_SCOPE_MISMATCH",             "PROTOCOL_MISMATCH",
    "CLIENT_VERSION_MISMATCH"};

std::string trimmed(const std::string& text) { return std::string(base::trim(text)); }

}  // namespace

SelectedAuth select_auth(const AuthSources& sources, bool trusted_endpoint) {
  const std::string given = trimmed(sources.device_token), stored = trimmed(sources.stored_token);
  SelectedAuth out;
  out.token = trimmed(sources.token);
  out.password = trimmed(sources.password);
  const bool shared = !out.token.empty() || !out.password.empty();
  const bool retry = sources.retrying && trusted_endpoint && given.empty() && !out.token.empty();
  if (!given.empty()) {
    out.device_token = given;
  } else if (retry || !shared) {
    out.device_token = stored;
    out.uses_stored = !shared && !stored.empty();
  }
  if (out.token.empty()) out.token = out.device_token;
  if (out.token.empty()) out.bootstrap_token = trimmed(sources.bootstrap_token);
  out.signature_token = out.token.empty() ? out.bootstrap_token : out.token;
  return out;
}

bool is_trusted_endpoint(const net::Url& url, std::string_view tls_fingerprint) {
  return net::is_loopback_host(url.host) || (url.tls && !base::trim(tls_fingerprint).empty());
}

bool should_retry_with_device_token(const json::Value& details, const AuthSources& sources, const RetryState& state) {
  if (state.used || !state.trusted_endpoint) return false;
  if (!trimmed(sources.device_token).empty() || trimmed(sources.token).empty()) return false;
  if (trimmed(sources.stored_token).empty()) return false;
  const auto advice = protocol::read_auth_advice(details);
  return advice.can_retry_with_device_token == true || advice.recommended_next_step == "retry_with_device_token" ||
         protocol::read_detail_code(details) == "AUTH_TOKEN_MISMATCH";
}

bool is_stop_code(std::string_view code, const RetryState& state) {
  if (std::find(kStopCodes.begin(), kStopCodes.end(), code) != kStopCodes.end()) return true;
  if (code != "AUTH_TOKEN_MISMATCH" || state.pending) return false;
  return !state.trusted_endpoint || state.used;
}

int challenge_timeout_ms(std::optional<std::int64_t> wanted) {
  if (!wanted) return kMaxChallengeMs;
  return static_cast<int>(std::clamp<std::int64_t>(*wanted, kMinChallengeMs, kMaxChallengeMs));
}

int timer_ms(std::int64_t wanted) {
  return static_cast<int>(std::clamp<std::int64_t>(wanted, 1, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace openclaw::client
