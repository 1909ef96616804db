#include "gateway/connection.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "protocol/frame.h"
#include "store/records.h"

namespace openclaw::gateway {

using protocol::WireError;

bool PreauthBudget::full(const std::string& ip) const {
  const auto it = open_.find(ip);
  return it != open_.end() && it->second >= limit_;
}

void PreauthBudget::take(const std::string& ip) { ++open_[ip]; }

void PreauthBudget::give(const std::string& ip) {
  const auto it = open_.find(ip);
  if (it != open_.end() && --it->second <= 0) open_.erase(it);
}

Connection::Connection(State& state, PreauthBudget& budget, std::shared_ptr<net::WsConnection> socket, net::HttpRequest upgrade)
    : state_(state), budget_(budget), socket_(std::move(socket)), remote_ip_(upgrade.peer.address), connection_id_(base::uuid4()) {
  upgrade_ = std::unique_ptr<Upgrade>(new Upgrade{base::uuid4(), {}, {}, false, upgrade.peer.loopback, boost::asio::steady_timer(state.loop)});
  for (const auto& [name, value] : upgrade.headers) {
    if (auth::is_forwarding_header(name)) upgrade_->local_direct = false;
    if (name == "origin") upgrade_->origin = value, upgrade_->has_origin = true;
    if (name == "host") upgrade_->host = value;
  }
  remote_is_local_ = upgrade_->local_direct;
  budget_.take(remote_ip_);
}

Connection::~Connection() { leave_preauth(); }

void Connection::leave_preauth() {
  if (!in_budget_) return;
  in_budget_ = false;
  budget_.give(remote_ip_);
}

void Connection::on_open() {
  const std::string payload = fmt::format(R"({{"nonce":"{}","ts":{}}})", upgrade_->nonce, state_.clock.wall_ms());
  socket_->send({protocol::event_head("connect.challenge", payload), "}"});
  upgrade_->timer.expires_after(base::Millis(state_.settings.handshake_timeout_ms));
  upgrade_->timer.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
    auto self = weak.lock();
    if (!self || ec || self->phase_ == Phase::ready) return;
    base::log_warn("gateway", "handshake timeout from " + self->remote_ip_);
    self->socket_->close(1000, "");
  });
}

void Connection::on_message(std::string_view text) {
  switch (phase_) {
    case Phase::connecting: return on_connect_frame(text);
    case Phase::admitting: {
      phase_ = Phase::ended;
      return socket_->close(1008, "invalid handshake: first request must be connect");
    }
    case Phase::ready: return on_request(text);
    case Phase::ended: return;
  }
}

auth::ConnectFacts Connection::connect_facts() const {
  auth::ConnectFacts facts;
  facts.local_direct = upgrade_->local_direct;
  facts.has_origin = upgrade_->has_origin;
  facts.origin = upgrade_->origin;
  facts.host = upgrade_->host;
  facts.nonce = upgrade_->nonce;
  facts.now = state_.clock.wall_ms();
  facts.allowed_origins = state_.settings.allowed_origins;
  facts.host_header_origin = state_.settings.host_header_origin;
  return facts;
}

void Connection::on_connect_frame(std::string_view text) {
  protocol::IncomingFrame frame(text);
  if (!frame.is_json()) {
    phase_ = Phase::ended;
    return socket_->close(1000, "");
  }
  if (!frame.request()) {
    phase_ = Phase::ended;
    return socket_->close(1008, "invalid request frame");
  }
  const std::string id(frame.request()->id);
  auth::Refusal refusal;
  if (frame.request()->method != "connect") {
    refusal.error = WireError{std::string(protocol::kInvalidRequest), "invalid handshake: first request must be connect", nullptr, {}, {}};
    refusal.close_reason = refusal.error.message;
    return refuse(id, refusal);
  }
  const json::Value nothing = nullptr;
  const json::Value& given = frame.request()->params ? *frame.request()->params : nothing;
  const std::string problem = protocol::validate(protocol::connect_schema(), given);
  if (!problem.empty()) {
    refusal.error = WireError{std::string(protocol::kInvalidRequest), "invalid connect params: " + problem, nullptr, {}, {}};
    refusal.close_reason = refusal.error.message;
    return refuse(id, refusal);
  }
  auto params = protocol::read_connect(given);
  if (!state_.store_ready.is_set()) {
    // A device token can be judged only with the device book. The handshake timer bounds the wait.
    phase_ = Phase::admitting;
    return base::spawn(state_.loop, pair_then_welcome(id, std::move(params), auth::Admission{}), "handshake");
  }
  auto verdict = auth::judge_connect(params, connect_facts(), state_.settings.auth, state_.devices);
  if (!verdict) {
    base::log_warn("gateway", fmt::format("refused {} ({}) from {}: {}", params.client.id, params.role, remote_ip_, verdict.error().error.message));
    return refuse(id, verdict.error());
  }
  phase_ = Phase::admitting;
  if (verdict->need == auth::PairingNeed::none) {
    const auto* device = verdict->device_id.empty() ? nullptr : state_.devices.find(verdict->device_id);
    const bool has_token = device && device->tokens.contains(verdict->role) && !device->tokens.at(verdict->role).revoked_at &&
                           (verdict->role == protocol::kRoleNode || protocol::covers(verdict->role, device->tokens.at(verdict->role).scopes, verdict->scopes));
    // Nothing to store: the hello goes out without a coroutine.
    if (!device || has_token) return welcome(id, params, *verdict);
  }
  // The coroutine owns this connection for as long as it runs.
  base::spawn(state_.loop, pair_then_welcome(id, std::move(params), std::move(*verdict)), "handshake");
}

void Connection::refuse(std::string_view request_id, const auth::Refusal& refusal) {
  phase_ = Phase::ended;
  socket_->send({nullptr, protocol::error_text(request_id, refusal.error)});
  socket_->close(refusal.close_code, refusal.close_reason);
}

auth::PendingDevice Connection::wanted_device(const protocol::ConnectParams& params, const auth::Admission& admission) const {
  auth::PendingDevice out;
  out.device_id = admission.device_id;
  out.public_key = admission.public_key;
  out.display_name = params.client.display_name;
  out.platform = params.client.platform;
  out.device_family = params.client.device_family;
  out.client_id = params.client.id;
  out.client_mode = params.client.mode;
  if (!remote_is_local_) out.remote_ip = remote_ip_;
  out.role = params.role;
  out.roles = {params.role};
  out.scopes = params.scopes;
  out.silent = admission.silent;
  if (params.role == protocol::kRoleNode) {
    out.node["version"] = params.client.version;
    out.node["caps"] = json::strings(params.caps);
    out.node["commands"] = json::strings(params.commands);
  }
  return out;
}

base::Task<base::Result<>> Connection::store_device(std::string device_id) {
  const auto* device = state_.devices.find(device_id);
  if (!device) co_return base::Result<>{};
  auto body = device->to_json();
  auto written_job = [device_id, body = std::move(body)](store::Db& db) {
    return store::put_record(db, "device", device_id, body);
  };
  auto written = co_await state_.store.write(std::move(written_job));
  co_return written;
}

base::Task<void> Connection::pair_then_welcome(std::string request_id, protocol::ConnectParams params, auth::Admission admission) {
  auto self = shared_from_this();
  if (!state_.store_ready.is_set()) {
    co_await state_.store_ready.wait();
    if (phase_ != Phase::admitting || !upgrade_) co_return;
    auto verdict = auth::judge_connect(params, connect_facts(), state_.settings.auth, state_.devices);
    if (!verdict) {
      refuse(request_id, verdict.error());
      co_return;
    }
    admission = *verdict;
  }
  const std::int64_t now = state_.clock.wall_ms();
  auth::Refusal failed;
  failed.error = WireError{std::string(protocol::kUnavailable), "the pairing store cannot be written", nullptr, {}, {}};
  failed.close_reason = failed.error.message;
  if (admission.need != auth::PairingNeed::none && !admission.silent) {
    auto requested = state_.devices.request(wanted_device(params, admission), now);
    const auto body = requested.request.to_json();
    const auto replaced = requested.replaced_id;
    const std::string pending_id = requested.request.request_id;
    auto written_job = [body, replaced, pending_id](store::Db& db) -> base::Result<> {
      if (replaced) OC_TRY(store::delete_record(db, "device-pending", *replaced));
      return store::put_record(db, "device-pending", pending_id, body);
    };
    auto written = co_await state_.store.write(std::move(written_job));
    if (phase_ != Phase::admitting) co_return;
    if (!written) {
      refuse(request_id, failed);
      co_return;
    }
    base::log_info("gateway", fmt::format("{} {} waits for approval: openclaw {} approve {}", params.role, params.client.id,
                                          params.role == protocol::kRoleNode ? "nodes" : "devices", pending_id));
    if (requested.created) {
      state_.hub.broadcast("device.pair.requested", json::write(body));
      if (params.role == protocol::kRoleNode) state_.hub.broadcast("node.pair.requested", json::write(body));
    }
    refuse(request_id, auth::pairing_refusal(admission.need, pending_id, params.role));
    co_return;
  }
  bool changed = false;
  if (admission.need != auth::PairingNeed::none) {
    auth::PendingDevice wanted = wanted_device(params, admission);
    state_.devices.admit(wanted, now);
    changed = true;
    json::Object resolved;
    resolved["requestId"] = base::uuid4();
    resolved["deviceId"] = admission.device_id;
    resolved["decision"] = "approved";
    resolved["ts"] = now;
    state_.hub.broadcast("device.pair.resolved", json::write(resolved));
  } else if (!admission.device_id.empty()) {
    state_.devices.token_for(admission.device_id, admission.role, admission.scopes, now, changed);
  }
  if (changed) {
    auto written = co_await store_device(admission.device_id);
    if (phase_ != Phase::admitting) co_return;
    if (!written) {
      refuse(request_id, failed);
      co_return;
    }
  }
  welcome(request_id, params, admission);
}

void Connection::on_request(std::string_view text) {
  protocol::IncomingFrame frame(text);
  if (!frame.is_json()) return;
  if (!frame.request()) {
    const WireError error{std::string(protocol::kInvalidRequest), "invalid request frame: " + frame.problem(), nullptr, {}, {}};
    return socket_->send({nullptr, protocol::error_text_for(frame.answer_id_json(), error)});
  }
  const auto& request = *frame.request();
  std::string id_json = protocol::quote(request.id);
  if (request.method == "connect") {
    return answer(id_json, protocol::invalid_request("connect is only valid as the first request"));
  }
  if (request.method == "agent") {
    CallContext caller = caller_;
    caller.interim = [socket = socket_, id = std::string(request.id)](const json::Value& payload) {
      socket->send({nullptr, protocol::response_text(id, json::write(payload))});
    };
    return dispatch(state_, caller, request.method, request.params, [self = shared_from_this(), id_json](MethodResult result) {
      self->answer(id_json, std::move(result));
    });
  }
  dispatch(state_, caller_, request.method, request.params,
           [self = shared_from_this(), id_json = std::move(id_json)](MethodResult result) { self->answer(id_json, std::move(result)); });
}

void Connection::answer(const std::string& id_json, MethodResult result) {
  if (result) {
    unauthorized_in_row_ = 0;
    std::string head = R"({"type":"res","id":)" + id_json + R"(,"ok":true,"payload":)";
    if (result->text) {
      head += *result->text;
      head += '}';
    } else {
      head += json::write(result->value);
      head += '}';
    }
    return socket_->send({nullptr, std::move(head)});
  }
  socket_->send({nullptr, protocol::error_text_for(id_json, result.error())});
  if (!result.error().message.starts_with("unauthorized role:")) {
    unauthorized_in_row_ = 0;
  } else if (++unauthorized_in_row_ > base::kMaxUnauthorizedInRow) {
    socket_->close(1008, "repeated unauthorized calls");
  }
}

void Connection::on_closed(std::uint16_t code, std::string_view reason) {
  leave_preauth();
  if (upgrade_) upgrade_->timer.cancel();
  const bool was_ready = phase_ == Phase::ready;
  phase_ = Phase::ended;
  if (!was_ready || !session_) return;
  base::log_debug("gateway", fmt::format("{} {} closed ({}) {}", session_->client.id, connection_id_, code, reason));
  state_.hub.remove(connection_id_);
  if (session_->role == protocol::kRoleNode) state_.nodes.remove(session_->device_id, connection_id_);
  if (!presence_key_.empty() && !state_.stopping) {
    state_.presence.disconnected(presence_key_, state_.clock.wall_ms());
    announce_presence(state_);
  }
}

}  // namespace openclaw::gateway
