// May a browser page of this origin connect (OpenClaw protocol 1.6 and decision 20)? Pure; what the gateway
// knows about itself is handed in.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::auth {

struct OriginRule {
  std::vector<std::string> allowed;   // gateway.controlUi.allowedOrigins; "*" = any
  bool host_header_fallback = false;  // gateway.controlUi.dangerouslyAllowHostHeaderOriginFallback
  // Origins of our own, allowed without a setting. Port 0 switches the first two off.
  std::uint16_t port = 0;                  // ours: loopback origins on it
  std::vector<std::string> own_addresses;  // interface addresses we listen on: origins with them and our port
  std::string serve_name;  // the Tailscale Serve name we set up ("host.tailnet.ts.net"), https only
};

struct OriginVerdict {
  bool ok = false;
  // allowlist, host-header-fallback, local-loopback, own-loopback, own-address, tailscale-serve; when ok.
  std::string_view matched_by;
  std::string_view reason;  // "origin missing or invalid" or "origin not allowed"; when not
  std::string origin;       // "scheme://host[:port]", lower case; empty when it could not be read
};

// `request_host` is the Host header; `local_direct` as in protocol 5.7.
OriginVerdict check_origin(std::string_view origin, std::string_view request_host, bool local_direct,
                           const OriginRule& rule);

}  // namespace openclaw::auth
