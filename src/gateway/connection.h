// One socket of the gateway, from the challenge to the close. Lives as long as its WebSocket; everything others
// need of it afterwards is in Session. On the loop's thread. connection.cc has the frames, handshake.cc what happens
// between the challenge and the welcome, welcome.cc the hello.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "auth/connect_policy.h"
#include "auth/flood_guard.h"
#include "auth/preauth_budget.h"
#include "gateway/dispatch.h"
#include "gateway/hub.h"
#include "gateway/state.h"
#include "net/server.h"

namespace openclaw::gateway {

using auth::PreauthBudget;

// The address unauthenticated sockets are counted under: the client's, as far as it is known.
std::string budget_key(const State& state, const net::HttpRequest& upgrade);

class Connection final : public net::WsHandler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(State& state, PreauthBudget& budget, std::shared_ptr<net::WsConnection> socket, net::HttpRequest upgrade);
  ~Connection() override;

  void on_open() override;
  void on_message(std::string_view text) override;
  void on_closed(std::uint16_t code, std::string_view reason) override;

 private:
  // admitting: a connect is being judged, or its answer waits.
  enum class Phase { connecting, admitting, ready, ended };

  // handshake.cc
  void on_connect_frame(std::string_view text);
  void challenge();
  std::string challenge_json() const;
  auth::ConnectFacts connect_facts() const;
  bool ends_in_handshake() const { return phase_ != Phase::admitting || !upgrade_; }
  base::Task<void> prepare(std::string request_id, protocol::ConnectParams params);
  void decide(const std::string& request_id, protocol::ConnectParams params, std::optional<auth::WhoisIdentity> whois);
  bool needs_store(const auth::Admission& admission) const;
  base::Task<void> pair_then_welcome(std::string request_id, protocol::ConnectParams params, auth::Admission admission);
  base::Task<void> ask_operator(std::string request_id, protocol::ConnectParams params, auth::Admission admission);
  base::Task<bool> pair_silently(protocol::ConnectParams params, auth::Admission admission);
  void admit(const std::string& request_id, protocol::ConnectParams params, const auth::Admission& admission);
  void note_use(const protocol::ConnectParams& params, const auth::Admission& admission);
  void refuse(std::string_view request_id, const auth::Refusal& refusal);
  void log_refusal(const protocol::ConnectParams& params, const auth::Refusal& refusal) const;
  auth::PendingDevice wanted_device(const protocol::ConnectParams& params, const auth::Admission& admission) const;
  base::Task<base::Result<>> store_device(std::string device_id);

  // welcome.cc
  void welcome(const std::string& request_id, const protocol::ConnectParams& params, const auth::Admission& admission);
  void join_nodes(const protocol::ConnectParams& params);

  void on_request(std::string_view text);
  void answer(const std::string& id_json, MethodResult result);
  void leave_preauth();

  State& state_;
  PreauthBudget& budget_;
  std::shared_ptr<net::WsConnection> socket_;
  struct Upgrade {  // what the handshake needs of the HTTP request; dropped afterwards
    std::string nonce;
    auth::RequestFacts request;
    boost::asio::steady_timer timer;
  };
  std::unique_ptr<Upgrade> upgrade_;
  std::string remote_ip_, budget_key_, presence_key_, connection_id_;
  bool remote_is_local_ = false, in_budget_ = true;
  Phase phase_ = Phase::connecting;
  auth::FloodGuard flood_;
  std::shared_ptr<Session> session_;
  CallContext caller_;
};

}  // namespace openclaw::gateway
