// From settings to an open gateway: target, credentials, identity, handshake, the one retry with a stored
// device token. Every command that talks to a gateway comes through here; so may anything else that wants the
// same rules.
#pragma once
#include "auth/credentials.h"
#include "base/env.h"
#include "base/task.h"
#include "client/gateway_client.h"
#include "client/target.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::client {

// admin, read, write, approvals, pairing: the order that official clients sign.
const std::vector<std::string>& operator_scopes();

struct CallSettings {
  // What they point to outlives the call.
  const base::Env* env = nullptr;
  const json::Value* config = nullptr;
  std::string config_path, state_dir;
  // Typed values; blank = absent. The labels name them in texts ("--token-file").
  std::string url, token, password, tls_fingerprint;
  std::string token_label = "--token", password_label = "--password";
  auth::Surface surface = auth::Surface::call;
  bool local_only = false;  // this machine's gateway whatever gateway.mode says
  bool overview = false;    // remote mode without a URL tries the local fallback instead of refusing
  int timeout_ms = 10'000;  // up to hello-ok
  // The id this gateway must have, and the setting that says so; empty = any.
  std::string gateway_id, gateway_id_source;
  // Client id, mode, role, scopes, caps and so on; URL, credentials and identity are filled in here.
  ConnectOptions connect;
};

// As a failure is shown: error.message one line, error.hint the lines after it.
struct CallFailure {
  base::Error error;
  std::optional<protocol::WireError> refusal;
};

struct Gateway {
  std::unique_ptr<GatewayClient> client;
  Hello hello;
  Target target;
  auth::Credentials credentials;  // sources are for texts; credentials.warning for probes
  bool used_device_token = false;
  std::int64_t connect_ms = 0;
};

base::Task<tl::expected<Gateway, CallFailure>> open_gateway(base::Loop& loop, CallSettings settings);

// The parts of it, for tests and for callers with a loop of their own.
Target target_of(const CallSettings& settings);
base::Result<auth::Credentials> credentials_of(const CallSettings& settings, const Target& target);
// Adds what a person needs: sources of the credentials, the remedy, the connection details block.
base::Error explained(const LinkFailure& failure, const CallSettings& settings, const Target& target,
                      const auth::Credentials& credentials, bool used_device_token);
// A token mismatch may be answered once by adding the stored device token, only where no stranger can be
// listening.
bool may_retry_with_device_token(const LinkFailure& failure, const ConnectOptions& options);

}  // namespace openclaw::client
