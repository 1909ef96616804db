// The connect request (OpenClaw protocol 3). Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"
#include "protocol/schema.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

// Versions we speak. Protocol 4 is negotiated for clients that offer a range, but its additions are not served yet.
inline constexpr int kProtocolMin = 3;
inline constexpr int kProtocolMax = 3;

struct ClientInfo {
  std::string id, version, platform, mode;
  std::string display_name, device_family, model_identifier, instance_id;  // empty = absent
  bool is_operator_ui() const { return id == "openclaw-control-ui" || id == "openclaw-tui"; }
  bool is_webchat() const { return mode == "webchat" || id == "webchat-ui"; }
};

struct DeviceProof {
  std::string id, public_key, signature, nonce;
  std::int64_t signed_at = 0;
};

struct ConnectParams {
  int min_protocol = 0, max_protocol = 0;
  ClientInfo client;
  std::vector<std::string> caps, commands;
  json::Object permissions;
  std::string path_env;
  std::string role;  // "operator" when absent; not checked here
  Scopes scopes;
  std::optional<DeviceProof> device;
  // Credentials, blank = absent.
  std::string token, device_token, bootstrap_token, password;
  // What a signature covers: the first present of the three tokens, untrimmed.
  std::string signed_token;
};

const Schema& connect_schema();
// `value` must have passed connect_schema().
ConnectParams read_connect(const json::Value& value);
// The params object a client sends.
json::Object write_connect(const ConnectParams& params);

}  // namespace openclaw::protocol
