// The pure part of the handshake on the client's side (OpenClaw protocol 3, 4, 5.10, 9).
#pragma once
#include "client/gateway_client.h"

#include <optional>
#include <string>

namespace openclaw::client {

struct Challenge {
  std::string nonce;
  std::int64_t ts = 0;
};
// Absent when the payload has no nonce.
std::optional<Challenge> parse_challenge(const json::Value* payload);

// The params of `connect`: protocols 3 to 4 are offered, only fields of protocol 3 are sent, so that either
// release accepts them. With an identity the proof is signed as v3, dated with the gateway's clock when that
// is within ten minutes of `now_ms` and with `now_ms` otherwise.
json::Object connect_params(const ConnectOptions& options, const Challenge& challenge, std::int64_t now_ms);

base::Result<Hello> parse_hello(json::Value payload);
int tick_interval_ms(const Hello& hello);

// How a link ends, in words.
LinkFailure open_failure(base::Error error, int timeout_ms);
LinkFailure timeout_failure(int timeout_ms);
LinkFailure refusal_failure(protocol::WireError refusal);
// `established`: hello-ok had arrived. Before that a close without a refusal counts as unreachable.
LinkFailure closed_failure(int code, const std::string& reason, bool established);

}  // namespace openclaw::client
