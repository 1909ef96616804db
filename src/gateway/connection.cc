#include "gateway/connection.h"

#include "base/log.h"
#include "base/random.h"
#include "protocol/frame.h"

namespace openclaw::gateway {

using protocol::WireError;

namespace {

bool answers_twice(std::string_view method) {
  return method == "agent" || method.ends_with(".approval.request");
}

}  // namespace

std::string budget_key(const State& state, const net::HttpRequest& upgrade) {
  auto facts = auth::request_facts(upgrade.peer.address, upgrade.headers, state.settings.auth);
  return facts.client_ip.value_or(upgrade.peer.address);
}

Connection::Connection(State& state, PreauthBudget& budget, std::shared_ptr<net::WsConnection> socket,
                       net::HttpRequest upgrade)
    : state_(state), budget_(budget), socket_(std::move(socket)), connection_id_(base::uuid4()) {
  auto facts = auth::request_facts(upgrade.peer.address, std::move(upgrade.headers), state.settings.auth);
  remote_ip_ = facts.client_ip.value_or(upgrade.peer.address);
  budget_key_ = remote_ip_;
  remote_is_local_ = facts.local_direct;
  upgrade_ = std::unique_ptr<Upgrade>(
      new Upgrade{base::uuid4(), std::move(facts), boost::asio::steady_timer(state.loop)});
  budget_.take(budget_key_);
}

Connection::~Connection() { leave_preauth(); }

void Connection::leave_preauth() {
  if (!in_budget_) return;
  in_budget_ = false;
  budget_.give(budget_key_);
}

void Connection::on_open() {
  upgrade_->timer.expires_after(base::Millis(state_.settings.handshake_timeout_ms));
  upgrade_->timer.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
    auto self = weak.lock();
    if (!self || ec || self->phase_ == Phase::ready) return;
    base::log_warn("gateway", "handshake timeout from " + self->remote_ip_);
    self->phase_ = Phase::ended;
    self->socket_->close(1000, "");
  });
  if (state_.store_ready.is_set()) return challenge();
  // The challenge names the gateway, and its name is in the store. The timer bounds the wait.
  auto when_ready = [](std::shared_ptr<Connection> self) -> base::Task<void> {
    co_await self->state_.store_ready.wait();
    self->challenge();
  };
  base::spawn(state_.loop, when_ready(shared_from_this()), "challenge");
}

void Connection::challenge() {
  if (!upgrade_) return;
  state_.hub.expect_client();
  socket_->send({protocol::event_head("connect.challenge", challenge_json()), "}"});
}

void Connection::on_message(std::string_view text) {
  switch (phase_) {
    case Phase::connecting:
      return on_connect_frame(text);
    case Phase::admitting: {
      phase_ = Phase::ended;
      return socket_->close(1008, "invalid handshake: first request must be connect");
    }
    case Phase::ready:
      return on_request(text);
    case Phase::ended:
      return;
  }
}

void Connection::on_request(std::string_view text) {
  const bool open = session_->protocol >= 4;
  protocol::IncomingFrame frame(text, open ? protocol::FrameRule::open : protocol::FrameRule::closed);
  if (!frame.is_json()) return;
  if (!frame.request()) {
    const WireError error{
        std::string(protocol::kInvalidRequest), "invalid request frame: " + frame.problem(), nullptr, {}, {}};
    return socket_->send({nullptr, protocol::error_text_for(frame.answer_id_json(), error)});
  }
  const auto& request = *frame.request();
  std::string id_json = protocol::quote(request.id);
  if (request.method == "connect") {
    return answer(id_json, protocol::invalid_request("connect is only valid as the first request"));
  }
  if (!answers_twice(request.method)) {
    return dispatch(state_, caller_, request.method, request.params,
                    [self = shared_from_this(), id_json](MethodResult result) {
                      self->answer(id_json, std::move(result));
                    });
  }
  CallContext caller = caller_;
  caller.interim = [socket = socket_, id = std::string(request.id)](const json::Value& payload) {
    socket->send({nullptr, protocol::response_text(id, json::write(payload))});
  };
  dispatch(state_, caller, request.method, request.params,
           [self = shared_from_this(), id_json = std::move(id_json)](MethodResult result) {
             self->answer(id_json, std::move(result));
           });
}

void Connection::answer(const std::string& id_json, MethodResult result) {
  if (result) {
    flood_.reset();
    std::string head = R"({"type":"res","id":)" + id_json + R"(,"ok":true,"payload":)";
    head += result->text ? *result->text : json::write(result->value);
    head += '}';
    return socket_->send({nullptr, std::move(head)});
  }
  socket_->send({nullptr, protocol::error_text_for(id_json, result.error())});
  if (!auth::is_unauthorized_role_error(result.error().code, result.error().message)) return flood_.reset();
  const auto hit = flood_.hit();
  if (hit.should_log) {
    base::log_warn("gateway", fmt::format("unauthorized call {} in a row from {} ({} not logged)", hit.count,
                                          remote_ip_, hit.suppressed_since_last_log));
  }
  if (hit.should_close) socket_->close(1008, "repeated unauthorized calls");
}

void Connection::on_closed(std::uint16_t code, std::string_view reason) {
  leave_preauth();
  if (upgrade_) upgrade_->timer.cancel();
  const bool was_ready = phase_ == Phase::ready;
  phase_ = Phase::ended;
  if (!was_ready || !session_) return;
  base::log_debug("gateway",
                  fmt::format("{} {} closed ({}) {}", session_->client.id, connection_id_, code, reason));
  state_.hub.remove(connection_id_);
  if (session_->role == protocol::kRoleNode) state_.nodes.remove(session_->device_id, connection_id_);
  if (!presence_key_.empty() && !state_.stopping) {
    state_.presence.disconnected(presence_key_, state_.clock.wall_ms());
    announce_presence(state_);
  }
}

}  // namespace openclaw::gateway
