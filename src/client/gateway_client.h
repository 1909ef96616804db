// The gateway client that the command line, the node host and probes share. One connection; Keeper (keeper.h) makes one
// after another. Loop thread.
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

// A place in the events of one gateway process. Numbers are the gateway's, not this connection's.
struct ResumePoint {
  std::string epoch;  // another one after a restart of the gateway
  std::int64_t eid = 0;
};

struct ConnectOptions {
  net::Url url;
  std::string tls_fingerprint;
  // Shared credentials; empty = none. Sources are names for error texts, never values.
  std::string token, password, token_source, password_source;
  std::string bootstrap_token;         // of a setup code; used when there is nothing better
  // Device identity; null = connect without one.
  const auth::DeviceIdentity* identity = nullptr;
  std::string device_token;            // stored for this role; used when there is no shared credential
  std::vector<std::string> device_token_scopes;  // what it holds, as far as known
  bool add_device_token = false;       // send device_token beside the shared token (the one retry)
  std::string client_id = "cli", client_mode = "cli", display_name, instance_id;
  std::string role = "operator";
  std::vector<std::string> scopes;
  std::vector<std::string> caps, commands;
  json::Object permissions;
  std::string path_env;
  int connect_timeout_ms = 10'000;     // up to hello-ok
  std::optional<int> challenge_timeout_ms;  // of these, up to the challenge (select_auth.h)
  // The id the gateway must have; another one, or none, is refused before a credential is sent. Empty = any.
  std::string gateway_id, gateway_id_source;
  // Numbered events, on a gateway that offers them: from here on, or what was missed since `resume_after`.
  bool resumable = false;
  std::optional<ResumePoint> resume_after;
};

struct GatewayName {
  std::string id, label;  // empty = the gateway does not say
};

struct Hello {
  json::Object payload;                // the whole hello-ok
  int protocol = 0;
  std::optional<std::string> device_token;  // to be stored
  GatewayName gateway;
  // The place that events start after, when they are numbered.
  std::optional<ResumePoint> resume_from;
  bool resume_gap = false;             // what was missed is no longer to be had: read the state anew
  // Is the method there? By the announced list; a gateway that announces none is asked.
  bool offers(std::string_view method) const;
};

// Why a connection could not be made or ended.
struct LinkFailure {
  base::Error error;                             // kind: unreachable, timeout, auth, closed, invalid, config
  std::optional<protocol::WireError> refusal;    // what the gateway answered to connect
  int close_code = 0;
  std::string close_reason;
  bool wrong_gateway = false;                    // not the pinned one; nothing was sent
  std::string detail_code() const;               // refusal->details.code or ""
  // The pairing request a person has to approve: from the details, else from the close reason; "" = not named.
  std::string request_id() const;
  std::string missing_scope() const;             // "" = not what it is about
  // The gateway is starting or busy: worth another try after retry_after_ms().
  bool is_passing() const;
  std::optional<std::int64_t> retry_after_ms() const;
};

struct EventInfo {
  std::optional<std::int64_t> eid;  // its number, when events are numbered
};

class GatewayClient {
 public:
  using EventHandler = std::function<void(const std::string& event, const json::Value& payload)>;
  using NumberedHandler =
      std::function<void(const std::string& event, const json::Value& payload, const EventInfo& info)>;
  using HelloHandler = std::function<void(const Hello& hello)>;

  explicit GatewayClient(base::Loop& loop);
  ~GatewayClient();
  GatewayClient(const GatewayClient&) = delete;

  void on_event(EventHandler handler);           // set before connect
  void on_numbered_event(NumberedHandler handler);  // the same with numbers; one of the two
  // Called before connect() returns and before any event that follows hello-ok.
  void on_hello(HelloHandler handler);
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
