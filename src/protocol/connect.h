// The connect request (OpenClaw protocol 3). Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/json.h"
#include "protocol/schema.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {

// Versions a gateway of ours speaks: 3 (2026.4.2) and 4 (2026.9.6).
inline constexpr int kProtocolMin = 3;
inline constexpr int kProtocolMax = 4;
// The version to speak with a client that offers [min, max]; nothing when it offers none of ours.
std::optional<int> negotiate(int min, int max);

struct ClientInfo {
  std::string id, version, platform, mode;
  std::string display_name, device_family, model_identifier, instance_id;  // empty = absent
  bool is_cli() const { return mode == "cli"; }
  bool is_browser_ui() const { return id == "openclaw-control-ui"; }
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
  json::Object resume;  // our extension: {v, epoch, after}; empty = absent
};

const Schema& connect_schema(int protocol = 3);

struct ConnectCheck {
  std::string problem;               // empty, or the validation text
  std::vector<std::string> ignored;  // what a client that offers protocol 4 sent and we do not know; removed
};
// Clients that offer protocol 4 may send what a later release knows; protocol 3 is closed.
ConnectCheck check_connect(json::Value& value);
// `value` must have passed check_connect().
ConnectParams read_connect(const json::Value& value);
// The params object a client sends.
json::Object write_connect(const ConnectParams& params);

}  // namespace openclaw::protocol
