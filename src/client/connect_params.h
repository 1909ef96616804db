// The pure part of the handshake on the client's side (OpenClaw protocol 3, 4, 5.10, 9).
#pragma once
#include "client/gateway_client.h"
#include "client/select_auth.h"

#include <optional>
#include <string>

namespace openclaw::client {

// What a gateway offers to who wants to go on where it stopped.
struct ResumeOffer {
  std::string epoch;
  std::int64_t oldest = 0, newest = 0;
};

struct Challenge {
  std::string nonce;
  std::int64_t ts = 0;  // 0 = none
  GatewayName gateway;
  std::optional<ResumeOffer> resume;
};
// Absent when the payload has no nonce.
std::optional<Challenge> parse_challenge(const json::Value* payload);

// Does the gateway that sent the challenge have the pinned id? The error names both, the address and the way out.
base::Result<> check_gateway(const ConnectOptions& options, const GatewayName& gateway);

// The place to ask for in connect: the caller's, else the gateway's present end. Absent: not asked for or not offered.
std::optional<ResumePoint> resume_point(const ConnectOptions& options, const Challenge& challenge);

// What the options know about credentials, and what goes out.
AuthSources auth_sources(const ConnectOptions& options);
SelectedAuth selected_auth(const ConnectOptions& options);
// The scopes that are asked for. A stored device token answers only for scopes it holds: with it, those are dropped
// that it does not hold.
std::vector<std::string> requested_scopes(const ConnectOptions& options, bool uses_stored_token);

// The params of `connect`: protocols 3 to 4 are offered, only fields of protocol 3 are sent, so that either
// release accepts them; `resume` only to a gateway that offered it. With an identity the proof is signed as v3, dated
// with the gateway's clock when that is within ten minutes of `now_ms` and with `now_ms` otherwise.
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
