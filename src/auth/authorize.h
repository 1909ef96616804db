// Is a shared credential good (OpenClaw protocol 5.1-5.4, 5.8, 5.12)? For WebSocket connects and HTTP
// requests alike. Pure but for the limiter it is given; on the loop's thread.
#pragma once
#include "auth/rate_limit.h"
#include "auth/server_auth.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::auth {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names lower case

// Where a request comes from, worked out once from its peer and headers.
struct RequestFacts {
  std::string remote_address;  // of the TCP peer
  Headers headers;
  bool local_direct = false;             // loopback peer and no forwarding header (protocol 5.7)
  std::optional<std::string> client_ip;  // protocol 5.8; nothing = unknown
};
RequestFacts request_facts(std::string remote_address, Headers headers, const ServerAuth& auth);
// Is the client itself on this host, as far as is known? A stranger behind a trusted proxy of ours is not,
// though its peer address is loopback: this, and not the peer, is what a FairGate is told.
bool client_is_loopback(const RequestFacts& facts);

struct Presented {
  std::string token, password;  // blank = absent
  bool either_field = false;    // protocol 4: the secret may stand in either field (decisions 15)
};

// What `tailscale whois` says of an address.
struct WhoisIdentity {
  std::string login, name;
};

// The address to ask `tailscale whois` about, when these headers claim a Tailscale identity that could count;
// nothing otherwise. The caller asks (asynchronously, cached) and hands the answer to authorize().
std::optional<std::string> whois_address(const ServerAuth& auth, const RequestFacts& facts);

// Named apart from auth::Surface, which is the client's side of credentials.
enum class RequestSurface : std::uint8_t { http, websocket };

struct AuthVerdict {
  bool ok = false;
  std::string method;  // none, token, password, tailscale, trusted-proxy; when ok
  std::string reason;  // token_missing ... (protocol 5.2), rate_limited; when not
  std::string user;    // of trusted-proxy and tailscale
  std::optional<std::int64_t> retry_after_ms;
};

struct AuthorizeInput {
  RequestSurface surface = RequestSurface::http;
  std::optional<WhoisIdentity> whois;
  // Applies when an Origin header is present in mode trusted-proxy over HTTP (protocol 5.3).
  bool browser_origin_allowed = true;
  Limiter* limiter = nullptr;  // nullptr: no limit
  std::string_view limit_scope = kScopeSharedSecret;
  std::int64_t now_ms = 0;  // steady
};
AuthVerdict authorize(const ServerAuth& auth, const Presented& presented, const RequestFacts& facts,
                      const AuthorizeInput& input);

// The value of a header, repeated ones joined by ", "; nothing when absent.
std::optional<std::string> header_value(const Headers& headers, std::string_view lower_name);
// Loopback peer and none of the forwarding headers (protocol 5.7).
bool is_local_direct(std::string_view remote_address, const Headers& headers);

}  // namespace openclaw::auth
