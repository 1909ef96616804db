// The gateway client that the command line, the node host and probes share. One connection; reconnecting is the
// caller's (node host) or nobody's (CLI).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/identity.h"
#include "base/result.h"
#include "base/task.h"
#include "json/json.h"
#include "net/address.h"
#include "protocol/errors.h"

namespace openclaw::client {

struct ConnectOptions {
  net::Url url;
  std::string tls_fingerprint;
  // Shared credentials; empty = none. Sources are names for error texts, never values.
  std::string token, password, token_source, password_source;
  // Device identity; null = connect without one.
  const auth::DeviceIdentity* identity = nullptr;
  std::string device_token;            // stored for this role; used when there is no shared credential
  bool add_device_token = false;       // send device_token beside the shared token (the one retry)
  std::string client_id = "cli", client_mode = "cli", display_name, instance_id;
  std::string role = "operator";
  std::vector<std::string> scopes;
  std::vector<std::string> caps, commands;
  json::Object permissions;
  std::string path_env;
  int connect_timeout_ms = 10'000;     // up to hello-ok
};

struct Hello {
  json::Object payload;                // the whole hello-ok
  int protocol = 0;
  std::optional<std::string> device_token;  // to be stored
};

// Why a connection could not be made or ended.
struct LinkFailure {
  base::Error error;                             // kind: unreachable, timeout, auth, closed, invalid
  std::optional<protocol::WireError> refusal;    // what the gateway answered to connect
  int close_code = 0;
  std::string close_reason;
  std::string detail_code() const;               // refusal->details.code or ""
};

class GatewayClient {
 public:
  using EventHandler = std::function<void(const std::string& event, const json::Value& payload)>;

  explicit GatewayClient(base::Loop& loop);
  ~GatewayClient();
  GatewayClient(const GatewayClient&) = delete;

  void on_event(EventHandler handler);           // set before connect
  base::Task<tl::expected<Hello, LinkFailure>> connect(ConnectOptions options);
  // A call. timeout_ms 0 = none. `expect_final`: skip responses with payload.status "accepted".
  // Link failures appear as WireError code "LINK" with the text of LinkFailure.error.
  base::Task<protocol::WireResult<>> call(std::string method, json::Value params, int timeout_ms, bool expect_final = false);
  // Sends a request and does not wait.
  void post(std::string method, json::Value params);
  // Resumes when the connection has ended, with the reason.
  base::Task<LinkFailure> wait_closed();
  base::Task<void> close();
  bool connected() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace openclaw::client
