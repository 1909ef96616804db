// One socket of the gateway, from the challenge to the close. Lives as long as its WebSocket; everything others
// need of it afterwards is in Session. On the loop's thread.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "auth/connect_policy.h"
#include "gateway/dispatch.h"
#include "gateway/hub.h"
#include "gateway/state.h"
#include "net/server.h"

namespace openclaw::gateway {

// Unauthenticated sockets by client address (protocol 1.3).
class PreauthBudget {
 public:
  explicit PreauthBudget(int limit) : limit_(limit) {}
  bool full(const std::string& ip) const;
  void take(const std::string& ip);
  void give(const std::string& ip);

 private:
  int limit_;
  std::map<std::string, int> open_;
};

class Connection final : public net::WsHandler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(State& state, PreauthBudget& budget, std::shared_ptr<net::WsConnection> socket, net::HttpRequest upgrade);
  ~Connection() override;

  void on_open() override;
  void on_message(std::string_view text) override;
  void on_closed(std::uint16_t code, std::string_view reason) override;

 private:
  enum class Phase { connecting, admitting, ready, ended };
  void on_connect_frame(std::string_view text);
  auth::ConnectFacts connect_facts() const;
  void on_request(std::string_view text);
  void refuse(std::string_view request_id, const auth::Refusal& refusal);
  base::Task<void> pair_then_welcome(std::string request_id, protocol::ConnectParams params, auth::Admission admission);
  base::Task<base::Result<>> store_device(std::string device_id);
  void welcome(const std::string& request_id, const protocol::ConnectParams& params, const auth::Admission& admission);
  void join_nodes(const protocol::ConnectParams& params);
  void leave_preauth();
  auth::PendingDevice wanted_device(const protocol::ConnectParams& params, const auth::Admission& admission) const;
  void answer(const std::string& id_json, MethodResult result);

  State& state_;
  PreauthBudget& budget_;
  std::shared_ptr<net::WsConnection> socket_;
  struct Upgrade {  // what the handshake needs of the HTTP request; dropped afterwards
    std::string nonce, origin, host;
    bool has_origin = false, local_direct = false;
    boost::asio::steady_timer timer;
  };
  std::unique_ptr<Upgrade> upgrade_;
  std::string remote_ip_, presence_key_, connection_id_;
  bool remote_is_local_ = false, in_budget_ = true;
  Phase phase_ = Phase::connecting;
  int unauthorized_in_row_ = 0;
  std::shared_ptr<Session> session_;
  CallContext caller_;
};

}  // namespace openclaw::gateway
