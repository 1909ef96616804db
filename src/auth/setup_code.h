// Setup codes: what a phone scans to find the gateway and to pair with it (OpenClaw protocol 5.11). A code
// carries a short-lived bootstrap token, never the shared secret. Pure; addresses and secrets are handed in.
#pragma once
#include "auth/credentials.h"
#include "base/env.h"
#include "base/result.h"
#include "json/json.h"
#include "net/interfaces.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::auth {

struct SetupCode {
  std::string url;  // ws[s]://host[:port]
  std::string bootstrap_token;
};

std::string encode_setup_payload(const json::Object& payload);  // base64url without padding of compact JSON
std::string encode_setup_code(const SetupCode& code);
// From outside: bounded. Errors (invalid) say what the text is not.
base::Result<SetupCode> decode_setup_code(std::string_view text);

struct SetupRequest {
  const base::Env* env = nullptr;
  const json::Value* config = nullptr;
  int port = 18789;                // the gateway's
  std::string public_url;          // plugins.entries.device-pair.config.publicUrl or a flag; blank = none
  bool prefer_remote_url = false;  // gateway.remote.url before everything but public_url
  bool force_secure = false;       // wss even without gateway.tls
  std::vector<net::InterfaceAddress> interfaces;
  std::optional<std::string>
      tailnet_host;        // parse_tailnet_host(); needed for gateway.tailscale.mode serve and funnel
  SecretResolver resolve;  // for references in gateway.auth
};

struct SetupTarget {
  std::string url;         // for SetupCode
  std::string auth_label;  // "token" or "password": what the gateway asks of everybody else
  std::string url_source;  // the setting the URL comes from
};

// Where a phone would find this gateway. Errors (config) name the setting that is missing.
base::Result<SetupTarget> resolve_setup(const SetupRequest& request);

struct BindUrl {
  std::string url, source;
};
// The network URL of a bind mode; nothing for loopback and auto. Errors: no such address.
base::Result<std::optional<BindUrl>> bind_url(std::string_view bind, std::string_view custom_host,
                                              std::string_view scheme, int port,
                                              const std::optional<std::string>& tailnet_ip,
                                              const std::optional<std::string>& lan_ip);

}  // namespace openclaw::auth
