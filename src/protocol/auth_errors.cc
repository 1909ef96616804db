#include "protocol/auth_errors.h"

#include <algorithm>
#include <array>

namespace openclaw::protocol {
namespace {

constexpr std::string_view kRetryWithDeviceToken = "retry_with_device_token";
constexpr std::string_view kUpdateConfiguration = "update_auth_configuration";
constexpr std::string_view kUpdateCredentials = "update_auth_credentials";
constexpr std::string_view kWaitThenRetry = "wait_then_retry";
constexpr std::string_view kReviewConfiguration = "review_auth_configuration";
constexpr std::array kSteps = {kRetryWithDeviceToken, kUpdateConfiguration, kUpdateCredentials, kWaitThenRetry,
                               kReviewConfiguration};

enum class Hint : std::uint8_t { none, token, password };

struct ReasonRow {
  std::string_view reason, code, next_step;
  std::string_view text;  // follows "unauthorized: "; a hint is appended in brackets
  Hint hint = Hint::none;
};

constexpr ReasonRow kReasons[] = {
    {"token_missing", "AUTH_TOKEN_MISSING", kUpdateConfiguration, "gateway token missing", Hint::token},
    {"token_mismatch", "AUTH_TOKEN_MISMATCH", kUpdateCredentials, "gateway token mismatch", Hint::token},
    {"token_missing_config", "AUTH_TOKEN_NOT_CONFIGURED", kUpdateConfiguration,
     "gateway token not configured on gateway (set gateway.auth.token)"},
    {"password_missing", "AUTH_PASSWORD_MISSING", kUpdateConfiguration, "gateway password missing", Hint::password},
    {"password_mismatch", "AUTH_PASSWORD_MISMATCH", kUpdateCredentials, "gateway password mismatch", Hint::password},
    {"password_missing_config", "AUTH_PASSWORD_NOT_CONFIGURED", kUpdateConfiguration,
     "gateway password not configured on gateway (set gateway.auth.password)"},
    {"bootstrap_token_invalid", "AUTH_BOOTSTRAP_TOKEN_INVALID", kReviewConfiguration,
     "bootstrap token invalid or expired (scan a fresh setup code)"},
    {"device_token_mismatch", "AUTH_DEVICE_TOKEN_MISMATCH", kUpdateCredentials,
     "device token mismatch (rotate/reissue device token)"},
    {"scope_mismatch", "AUTH_SCOPE_MISMATCH", kReviewConfiguration,
     "device token scope mismatch (re-pair or approve scope upgrade)"},
    {"rate_limited", "AUTH_RATE_LIMITED", kWaitThenRetry, "too many failed authentication attempts (retry later)"},
    {"tailscale_user_missing", "AUTH_TAILSCALE_IDENTITY_MISSING", kReviewConfiguration,
     "tailscale identity missing (use Tailscale Serve auth or gateway token/password)"},
    {"tailscale_proxy_missing", "AUTH_TAILSCALE_PROXY_MISSING", kReviewConfiguration,
     "tailscale proxy headers missing (use Tailscale Serve or gateway token/password)"},
    {"tailscale_whois_failed", "AUTH_TAILSCALE_WHOIS_FAILED", kReviewConfiguration,
     "tailscale identity check failed (use Tailscale Serve auth or gateway token/password)"},
    {"tailscale_user_mismatch", "AUTH_TAILSCALE_IDENTITY_MISMATCH", kReviewConfiguration,
     "tailscale identity mismatch (use Tailscale Serve auth or gateway token/password)"},
};

struct CodeRow {
  std::string_view reason, code;
};

constexpr CodeRow kDeviceReasons[] = {
    {"device-id-mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH"},
    {"device-signature-stale", "DEVICE_AUTH_SIGNATURE_EXPIRED"},
    {"device-nonce-missing", "DEVICE_AUTH_NONCE_REQUIRED"},
    {"device-nonce-mismatch", "DEVICE_AUTH_NONCE_MISMATCH"},
    {"device-signature", "DEVICE_AUTH_SIGNATURE_INVALID"},
    {"device-public-key", "DEVICE_AUTH_PUBLIC_KEY_INVALID"},
};

const ReasonRow* find_reason(std::string_view reason) {
  const auto* row = std::find_if(std::begin(kReasons), std::end(kReasons),
                                 [&](const ReasonRow& item) { return item.reason == reason; });
  return row == std::end(kReasons) ? nullptr : row;
}

bool is_ui(RefusedClient client) {
  return client.id == "openclaw-control-ui" || client.id == "openclaw-tui" || client.mode == "webchat" ||
         client.id == "webchat-ui";
}

std::string_view hint_text(Hint hint, RefusedClient client, bool local_cli_v4) {
  const bool token = hint == Hint::token;
  if (client.mode == "cli") {
    if (!token) return "set gateway.remote.password to match gateway.auth.password";
    return local_cli_v4 ? "use this gateway's gateway.auth.token or pair the device"
                        : "set gateway.remote.token to match gateway.auth.token";
  }
  if (is_ui(client)) {
    return token ? "open the dashboard URL and paste the token in Control UI settings"
                 : "enter the password in Control UI settings";
  }
  return token ? "provide gateway auth token" : "provide gateway auth password";
}

std::string unauthorized(const ReasonRow& row, RefusedClient client, bool local_cli_v4) {
  std::string out = "unauthorized: ";
  out += row.text;
  if (row.hint != Hint::none) {
    out += " (";
    out += hint_text(row.hint, client, local_cli_v4);
    out += ')';
  }
  return out;
}

// A reason that the table does not know is described by what was asked for and what came.
std::string message_without_reason(RefusedClient client, std::string_view auth_mode, std::string_view provided,
                                   bool local_cli_v4) {
  const auto text_of = [&](std::string_view reason) { return unauthorized(*find_reason(reason), client, local_cli_v4); };
  if (auth_mode == "token" && provided == "none") return text_of("token_missing");
  if (auth_mode == "token" && provided == "device-token") {
    return "unauthorized: device token rejected (pair/repair this device, or provide gateway token)";
  }
  if (provided == "bootstrap-token") return text_of("bootstrap_token_invalid");
  if (auth_mode == "password" && provided == "none") return text_of("password_missing");
  return "unauthorized";
}

}  // namespace

std::string_view auth_provided(bool password, bool token, bool bootstrap_token, bool device_token) {
  if (password) return "password";
  if (token) return "token";
  if (bootstrap_token) return "bootstrap-token";
  return device_token ? "device-token" : "none";
}

std::string_view auth_detail_code(std::string_view reason) {
  if (reason.empty()) return "AUTH_REQUIRED";
  const auto* row = find_reason(reason);
  return row ? row->code : "AUTH_UNAUTHORIZED";
}

std::string_view device_detail_code(std::string_view reason) {
  for (const auto& row : kDeviceReasons) {
    if (row.reason == reason) return row.code;
  }
  return "DEVICE_AUTH_INVALID";
}

bool can_retry_with_device_token(std::string_view reason, bool has_device, std::string_view provided,
                                 bool device_token_sent) {
  return reason == "token_mismatch" && has_device && provided == "token" && !device_token_sent;
}

std::string_view recommended_next_step(std::string_view reason, bool can_retry) {
  if (can_retry) return kRetryWithDeviceToken;
  const auto* row = find_reason(reason);
  return row ? row->next_step : kReviewConfiguration;
}

AuthRefusalText auth_refusal(std::string_view reason, RefusedClient client, std::string_view auth_mode,
                             std::string_view provided, bool local_cli_v4) {
  AuthRefusalText out;
  out.code = auth_detail_code(reason);
  out.next_step = recommended_next_step(reason, false);
  const auto* row = find_reason(reason);
  out.message = row ? unauthorized(*row, client, local_cli_v4)
                    : message_without_reason(client, auth_mode, provided, local_cli_v4);
  return out;
}

std::optional<std::string> read_detail_code(const json::Value& details) {
  const auto* object = details.if_object();
  auto code = object ? json::get_string(*object, "code") : std::nullopt;
  if (!code || code->find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
  return code;
}

AuthAdvice read_auth_advice(const json::Value& details) {
  AuthAdvice out;
  const auto* object = details.if_object();
  if (!object) return out;
  out.can_retry_with_device_token = json::get_bool(*object, "canRetryWithDeviceToken");
  if (auto step = json::get_string(*object, "recommendedNextStep")) {
    if (std::find(kSteps.begin(), kSteps.end(), *step) != kSteps.end()) out.recommended_next_step = std::move(step);
  }
  return out;
}

std::string missing_scope_of(const json::Value& details, std::string_view message) {
  if (const auto* object = details.if_object()) {
    if (auto scope = json::get_string(*object, "missingScope"); scope && !scope->empty()) return *scope;
  }
  constexpr std::string_view kText = "missing scope: ";
  if (!message.starts_with(kText)) return {};
  const std::string_view scope = message.substr(kText.size());
  return std::string(scope.substr(0, scope.find_first_of(" \t;,")));
}

}  // namespace openclaw::protocol
