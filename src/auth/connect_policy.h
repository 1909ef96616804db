// Who gets in: the decision about one connect request, in the order of OpenClaw protocol 3.4. It reads the device book
// and changes nothing but the counters of the limiter it is handed. On the loop's thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "auth/connect_policy_rules.h"
#include "auth/devices.h"
#include "auth/fair_limiter.h"
#include "auth/origin.h"
#include "auth/server_auth.h"
#include "protocol/connect.h"
#include "protocol/errors.h"

namespace openclaw::auth {

struct ConnectFacts {
  RequestFacts request;          // of the upgrade
  std::string nonce;             // of this socket's challenge
  std::int64_t now = 0;          // Unix ms
  std::int64_t steady_now = 0;
  OriginRule origins;
  ControlUiConfig control_ui;
  bool auto_approve_nodes = true;
  std::optional<WhoisIdentity> whois;  // of whois_address(), when it names one
  FairLimiter* limiter = nullptr;      // nullptr: no limit
  std::string origin() const { return header_value(request.headers, "origin").value_or(""); }
  std::string host() const { return header_value(request.headers, "host").value_or(""); }
};

struct Admission {
  int protocol = 3;
  std::string role;
  protocol::Scopes scopes;      // what this connection may do
  std::string method;           // token, password, none, device-token, bootstrap-token, tailscale, trusted-proxy
  std::string user;             // of tailscale and trusted-proxy
  std::string device_id;        // empty without a device
  std::string public_key;       // canonical base64url
  bool local = false;           // local-direct
  bool skips_pairing = false;   // an operator UI that needs none; it gets no device token that it does not have
  PairingNeed need = PairingNeed::none;
  bool silent = false;          // the need may be met without asking anybody
  std::string bootstrap_id;     // the bootstrap token that let it in: to be bound, or consumed when silent
  // Protocol 4: further roles a setup code pairs the device for; their tokens go out as auth.deviceTokens.
  std::vector<std::string> extra_roles;
  protocol::Scopes extra_scopes;
  // Pinned at pairing; they replace what the client claimed. Empty = not pinned.
  std::string platform, device_family;
};

struct Refusal {
  protocol::WireError error;
  std::uint16_t close_code = 1008;
  std::string close_reason;     // before it is cut to 120 bytes
  std::int64_t delay_ms = 0;    // hold the answer back so long
  std::string note;             // for the log: what was expected, and from where
};

// Protocol, role and origin: what is judged before any credential. The version to speak.
tl::expected<int, Refusal> check_opening(const protocol::ConnectParams& params, const ConnectFacts& facts);
// Everything, check_opening() included.
tl::expected<Admission, Refusal> judge_connect(const protocol::ConnectParams& params, const ConnectFacts& facts,
                                               const ServerAuth& auth, const DeviceBook& book);

// What a client is told that must wait for an operator. `device`: what is paired already, if anything.
Refusal pairing_refusal(const Admission& admission, const std::string& request_id, const PairedDevice* device);
Refusal handshake_refusal(std::string_view code, std::string message, json::Value details = nullptr, std::uint16_t close = 1008);

}  // namespace openclaw::auth
