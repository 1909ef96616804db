// The device token that a gateway issues with hello-ok, between connections (OpenClaw protocol 5.10): read before a
// connect, stored after it, dropped when the gateway no longer takes it. Blocks on one small file.
#pragma once
#include "client/gateway_client.h"

#include <cstdint>
#include <string>

namespace openclaw::client {

// Fills device_token and device_token_scopes from <state>/identity/device-auth.json, for the options' identity and role.
void use_stored_token(ConnectOptions& options, const std::string& state_dir);

// Stores what hello-ok brought; nothing is written when nothing changed. Tokens for further roles come with a setup code
// and are kept only from TLS or loopback.
base::Result<> keep_device_tokens(const std::string& state_dir, const ConnectOptions& used, const Hello& hello,
                                  std::int64_t now_ms);

// Did the gateway refuse the stored token that alone was shown? Then it is good for nothing and the next connect asks
// for a pairing without it.
bool refused_stored_token(const LinkFailure& failure, const ConnectOptions& used);

}  // namespace openclaw::client
