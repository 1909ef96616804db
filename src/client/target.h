// Which gateway a command talks to, and whether it may (OpenClaw remote 3 and 5). Pure.
#pragma once
#include "auth/credentials.h"
#include "base/env.h"
#include "base/result.h"
#include "json/json.h"
#include "net/address.h"

#include <string>

namespace openclaw::client {

struct TargetRequest {
  std::string url;              // --url; blank = absent
  std::string tls_fingerprint;  // --tls-fingerprint; blank = absent
  const base::Env* env = nullptr;
  const json::Value* config = nullptr;
  std::string config_path;
  std::string local_cert_fingerprint;  // of this machine's gateway certificate, when it serves TLS
  bool local_only = false;             // gateway status: this machine's gateway whatever the mode
};

struct Target {
  std::string url;     // as shown to people
  std::string source;  // "cli --url", "local loopback", ...
  std::string config_path;
  std::string bind;     // gateway.bind; only when the target is this machine's gateway
  std::string warning;  // remote mode without a URL
  std::string tls_fingerprint;
  auth::UrlOverride url_override = auth::UrlOverride::none;
  bool misconfigured = false;      // remote mode without a URL; `url` is the local fallback
  bool private_plaintext = false;  // OPENCLAW_ALLOW_INSECURE_PRIVATE_WS is 1
};

// OPENCLAW_GATEWAY_PORT (digits, host:port, [v6]:port; junk is ignored), gateway.port, 18789.
int gateway_port(const base::Env* env, const json::Value* config);

Target pick_target(const TargetRequest& request);

// Refuses remote mode without a URL, a URL that does not parse, and plaintext beyond the rule. Kind config.
base::Result<net::Url> checked_url(const Target& target);
// The same, but the local fallback of a misconfigured remote mode counts as a target (overviews).
base::Result<net::Url> checked_overview_url(const Target& target);

// "Gateway target: ...", "Source: ...", "Config: ..." and what else applies; no final newline.
std::string connection_details(const Target& target);

// "gateway closed (1006 abnormal closure (no close frame)): no close reason"
std::string closed_text(int code, const std::string& reason);

}  // namespace openclaw::client
