// Why a connect was refused, in the words of the wire (OpenClaw protocol 4.5, 4.6, 5.2). Pure.
#pragma once
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::protocol {

// Who the client is, as far as texts depend on it.
struct RefusedClient {
  std::string_view id, mode;
};

// What a client presented, by rank: "password", "token", "bootstrap-token", "device-token" or "none".
std::string_view auth_provided(bool password, bool token, bool bootstrap_token, bool device_token);

// error.details.code of a credential refusal; an empty reason means that none is known ("AUTH_REQUIRED").
std::string_view auth_detail_code(std::string_view reason);
// error.details.code of a refused device proof, by its details.reason.
std::string_view device_detail_code(std::string_view reason);

// May the client try once more with its stored device token?
bool can_retry_with_device_token(std::string_view reason, bool has_device, std::string_view provided,
                                 bool device_token_sent);
std::string_view recommended_next_step(std::string_view reason, bool can_retry);

struct AuthRefusalText {
  std::string_view code, next_step;
  std::string message;
};
// `reason` is the authReason of protocol 5.2 ("token_mismatch"), `auth_mode` the gateway's mode and `provided` the
// word of auth_provided(). `next_step` is the one for a client that cannot retry with a device token.
// `local_cli_v4`: a CLI on loopback that speaks protocol 4, which gets a hint of its own.
AuthRefusalText auth_refusal(std::string_view reason, RefusedClient client, std::string_view auth_mode,
                             std::string_view provided, bool local_cli_v4 = false);

// As a client reads error.details, which may be anything.
std::optional<std::string> read_detail_code(const json::Value& details);
struct AuthAdvice {
  std::optional<bool> can_retry_with_device_token;
  std::optional<std::string> recommended_next_step;  // one of the five words of protocol 4.6, else absent
};
AuthAdvice read_auth_advice(const json::Value& details);
// The scope a refusal asks for: details.missingScope (protocol 4) or the text "missing scope: <s>"; empty = none.
std::string missing_scope_of(const json::Value& details, std::string_view message);

}  // namespace openclaw::protocol
