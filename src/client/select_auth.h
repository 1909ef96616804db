// Which credentials go into a connect, and what to do after a refusal (OpenClaw protocol 5.10 and 9). Pure.
#pragma once
#include "json/json.h"
#include "net/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::client {

// What is known before a connect; blank = absent.
struct AuthSources {
  std::string token, password;  // shared with the gateway
  std::string device_token;     // given by the caller
  std::string bootstrap_token;  // of a setup code
  std::string stored_token;     // kept from an earlier hello-ok for this device and role
  bool retrying = false;        // the one retry of may_retry_with_device_token() is due
};

// As it is sent; empty = absent.
struct SelectedAuth {
  std::string token, bootstrap_token, device_token, password;
  std::string signature_token;  // what the device proof covers
  bool uses_stored = false;     // the stored token alone decides
};

// Shared credentials as given; without any, the device's own token in both fields; without that, the bootstrap token.
SelectedAuth select_auth(const AuthSources& sources, bool trusted_endpoint);

// May a second secret be shown there? Only where no stranger can be listening: loopback, or TLS with a pin.
bool is_trusted_endpoint(const net::Url& url, std::string_view tls_fingerprint);

struct RetryState {
  bool pending = false;  // a retry with the stored token is about to happen
  bool used = false;     // it has happened since the last hello-ok
  bool trusted_endpoint = false;
};
// Is a refused shared token worth one more try together with the stored device token? `details` are the refusal's.
bool should_retry_with_device_token(const json::Value& details, const AuthSources& sources, const RetryState& state);

// Would trying again only repeat the refusal until a person acts? `code` is details.code.
bool is_stop_code(std::string_view code, const RetryState& state);

// 250 ms to 10 s; without a wish 10 s.
int challenge_timeout_ms(std::optional<std::int64_t> wanted);
// A wait that a timer can hold: 1 ms to 2^31-1 ms.
int timer_ms(std::int64_t wanted);

}  // namespace openclaw::client
