// Who gets in: the decision about one connect request, in the order of OpenClaw protocol 3.4. Pure: it reads the
// device book and changes nothing.
#pragma once
#include <string>
#include <vector>

#include "auth/devices.h"
#include "auth/server_auth.h"
#include "protocol/connect.h"
#include "protocol/errors.h"

namespace openclaw::auth {

struct ConnectFacts {
  bool local_direct = false;     // loopback peer and no forwarding header (protocol 5.7)
  bool has_origin = false;
  std::string origin, host;      // headers of the upgrade
  std::string nonce;             // of this socket's challenge
  std::int64_t now = 0;          // Unix ms
  std::vector<std::string> allowed_origins;  // gateway.controlUi.allowedOrigins
  bool host_header_origin = false;           // ...dangerouslyAllowHostHeaderOriginFallback
};

enum class PairingNeed { none, not_paired, metadata_upgrade, role_upgrade, scope_upgrade };
std::string_view pairing_reason(PairingNeed need);  // "not-paired" ...

struct Admission {
  int protocol = 3;
  std::string role;
  protocol::Scopes scopes;
  std::string method;           // token, password, none, device-token
  std::string device_id;        // empty without a device
  std::string public_key;       // canonical base64url
  PairingNeed need = PairingNeed::none;
  bool silent = false;          // the need may be met without asking anybody
};

struct Refusal {
  protocol::WireError error;
  std::uint16_t close_code = 1008;
  std::string close_reason;     // before it is cut to 120 bytes
};

tl::expected<Admission, Refusal> judge_connect(const protocol::ConnectParams& params, const ConnectFacts& facts,
                                               const ServerAuth& auth, const DeviceBook& book);

Refusal pairing_refusal(PairingNeed need, const std::string& request_id, const std::string& role);
// Does a forwarding header, or a peer that is not loopback, make the connection non-local?
bool is_forwarding_header(std::string_view lower_name);

}  // namespace openclaw::auth
