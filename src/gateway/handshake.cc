// From the challenge to the welcome: one connect request is read, judged, and what it changes is committed
// before it is answered (OpenClaw protocol 3.4). A known device waits for nothing.
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "gateway/connection.h"
#include "gateway/methods/pairing.h"
#include "gateway/whois.h"
#include "net/address.h"
#include "net/interfaces.h"
#include "protocol/frame.h"
#include "store/records.h"

namespace openclaw::gateway {
namespace {

constexpr std::int64_t kUseSpacingMs = 60'000;  // how often the last use of a token is written

auth::Refusal store_refusal() {
  return auth::handshake_refusal(protocol::kUnavailable, "the pairing store cannot be written");
}

std::optional<json::Object> bootstrap_record(State& state, const auth::Admission& admission,
                                             std::int64_t now) {
  if (admission.bootstrap_id.empty()) return std::nullopt;
  const auto* token =
      state.devices.bootstrap().bind(admission.bootstrap_id, admission.device_id, admission.public_key, now);
  return token ? std::optional(token->to_json()) : std::nullopt;
}

bool by_secret(const auth::Admission& admission) {
  return admission.method == "token" || admission.method == "password" || admission.method == "none";
}

// Requests of the device that its pairing has settled.
std::vector<std::string> settle_requests(State& state, const auth::PairedDevice& device, std::int64_t now) {
  std::vector<std::string> out;
  for (const auto* request : state.devices.pending(now)) {
    if (request->device_id != device.device_id || request->commands_only) continue;
    bool met = protocol::covers(protocol::kRoleOperator, device.approved_scopes, request->scopes);
    for (const auto& role : request->roles) met = met && protocol::has(device.roles, role);
    if (met) out.push_back(request->request_id);
  }
  for (const auto& id : out) state.devices.reject(id, now);
  return out;
}

}  // namespace

std::string Connection::challenge_json() const {
  const auto& log = state_.hub.log();
  std::string out = fmt::format(R"({{"nonce":"{}","ts":{})", upgrade_->nonce, state_.clock.wall_ms());
  if (!state_.gateway_id.empty()) {
    out += fmt::format(R"(,"gateway":{{"id":{},"label":{}}})", protocol::quote(state_.gateway_id),
                       protocol::quote(host_name()));
  }
  out += fmt::format(R"(,"resume":{{"v":1,"epoch":{},"oldest":{},"newest":{}}}}})",
                     protocol::quote(log.epoch()), log.oldest(), log.newest());
  return out;
}

auth::ConnectFacts Connection::connect_facts() const {
  const auto& s = state_.settings;
  auth::ConnectFacts facts;
  facts.request = upgrade_->request;
  facts.nonce = upgrade_->nonce;
  facts.now = state_.clock.wall_ms();
  facts.steady_now = state_.clock.steady_ms();
  facts.origins.allowed = s.allowed_origins;
  facts.origins.host_header_fallback = s.host_header_origin;
  facts.origins.port = s.port;
  facts.control_ui = s.control_ui;
  facts.auto_approve_nodes = s.auto_approve_nodes;
  facts.limiter = &state_.limiter;
  if (facts.origin().empty()) return facts;
  for (const auto& host : s.hosts) {
    if (host == "0.0.0.0" || host == "::") {
      for (const auto& address : net::list_interfaces())
        facts.origins.own_addresses.push_back(address.address);
    } else if (!net::is_loopback_ip(host)) {
      facts.origins.own_addresses.push_back(host);
    }
  }
  return facts;
}

void Connection::on_connect_frame(std::string_view text) {
  protocol::IncomingFrame frame(text, protocol::FrameRule::by_offer);
  if (!frame.is_json()) {
    phase_ = Phase::ended;
    return socket_->close(1000, "");
  }
  if (!frame.request()) {
    phase_ = Phase::ended;
    return socket_->close(1008, "invalid request frame");
  }
  const std::string id(frame.request()->id);
  if (frame.request()->method != "connect") {
    return refuse(id, auth::handshake_refusal(protocol::kInvalidRequest,
                                              "invalid handshake: first request must be connect"));
  }
  // The frame's memory is gone when the coroutine runs: the parameters move to memory of their own.
  json::Value given = frame.request()->params
                          ? json::Value(*frame.request()->params, boost::json::storage_ptr{})
                          : json::Value(nullptr);
  const auto check = protocol::check_connect(given);
  if (!check.problem.empty()) {
    return refuse(
        id, auth::handshake_refusal(protocol::kInvalidRequest, "invalid connect params: " + check.problem));
  }
  if (!check.ignored.empty())
    base::log_debug("gateway", "connect fields not known here: " + base::join(check.ignored, ", "));
  auto params = protocol::read_connect(given);
  phase_ = Phase::admitting;
  // A device token can be judged only with the device book, and a tailnet identity only with what tailscale
  // says. The handshake timer bounds the wait.
  const bool tailnet = auth::whois_address(state_.settings.auth, upgrade_->request).has_value();
  if (state_.store_ready.is_set() && !tailnet) return decide(id, std::move(params), std::nullopt);
  base::spawn(state_.loop, prepare(id, std::move(params)), "handshake");
}

base::Task<void> Connection::prepare(std::string request_id, protocol::ConnectParams params) {
  auto self = shared_from_this();
  if (!state_.store_ready.is_set()) {
    co_await state_.store_ready.wait();
    if (ends_in_handshake()) co_return;
  }
  std::optional<auth::WhoisIdentity> identity;
  const auto address = auth::whois_address(state_.settings.auth, upgrade_->request);
  if (address && auth::check_opening(params, connect_facts())) {
    if (!state_.whois) state_.whois = std::make_shared<Whois>(state_.loop, state_.clock, state_.env);
    auto whois = state_.whois;
    auto answer = co_await whois->ask(*address);
    if (ends_in_handshake()) co_return;
    identity = std::move(answer);
  }
  decide(request_id, std::move(params), std::move(identity));
}

void Connection::decide(const std::string& request_id, protocol::ConnectParams params,
                        std::optional<auth::WhoisIdentity> whois) {
  auto facts = connect_facts();
  facts.whois = std::move(whois);
  auto verdict = auth::judge_connect(params, facts, state_.settings.auth, state_.devices);
  if (!verdict) {
    log_refusal(params, verdict.error());
    return refuse(request_id, verdict.error());
  }
  if (!needs_store(*verdict)) return admit(request_id, std::move(params), *verdict);
  // The coroutine owns this connection for as long as it runs.
  base::spawn(state_.loop, pair_then_welcome(request_id, std::move(params), std::move(*verdict)),
              "handshake");
}

bool Connection::needs_store(const auth::Admission& admission) const {
  if (admission.need != auth::PairingNeed::none || !admission.bootstrap_id.empty()) return true;
  if (admission.device_id.empty() || admission.skips_pairing) return false;
  return state_.devices.usable_token(admission.device_id, admission.role, admission.scopes) == nullptr;
}

void Connection::log_refusal(const protocol::ConnectParams& params, const auth::Refusal& refusal) const {
  base::log_warn("gateway",
                 fmt::format("refused {} ({}) from {}: {}{}{}", params.client.id, params.role, remote_ip_,
                             refusal.error.message, refusal.note.empty() ? "" : "; ", refusal.note));
}

void Connection::refuse(std::string_view request_id, const auth::Refusal& refusal) {
  std::string answer = protocol::error_text(request_id, refusal.error);
  if (refusal.delay_ms <= 0) {
    phase_ = Phase::ended;
    socket_->send({nullptr, std::move(answer)});
    return socket_->close(refusal.close_code, refusal.close_reason);
  }
  // Held back: guessing costs time. The socket stays in the budget of unauthenticated ones meanwhile.
  phase_ = Phase::admitting;
  upgrade_->timer.expires_after(base::Millis(refusal.delay_ms));
  upgrade_->timer.async_wait([weak = weak_from_this(), answer = std::move(answer), code = refusal.close_code,
                              reason = refusal.close_reason](const boost::system::error_code& ec) {
    auto self = weak.lock();
    if (!self || ec || self->phase_ != Phase::admitting) return;
    self->phase_ = Phase::ended;
    self->socket_->send({nullptr, answer});
    self->socket_->close(code, reason);
  });
}

auth::PendingDevice Connection::wanted_device(const protocol::ConnectParams& params,
                                              const auth::Admission& admission) const {
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
    if (!params.client.model_identifier.empty()) out.node["modelIdentifier"] = params.client.model_identifier;
    out.node["caps"] = json::strings(params.caps);
    out.node["commands"] = json::strings(params.commands);
    if (!params.permissions.empty()) out.node["permissions"] = params.permissions;
  }
  return out;
}

base::Task<base::Result<>> Connection::store_device(std::string device_id) {
  auto stored = co_await store_paired(state_, std::move(device_id));
  co_return stored;
}

base::Task<void> Connection::pair_then_welcome(std::string request_id, protocol::ConnectParams params,
                                               auth::Admission admission) {
  auto self = shared_from_this();
  if (admission.need != auth::PairingNeed::none && !admission.silent) {
    co_await ask_operator(std::move(request_id), std::move(params), std::move(admission));
    co_return;
  }
  const bool done = co_await pair_silently(params, admission);
  if (ends_in_handshake()) co_return;
  if (!done) {
    refuse(request_id, store_refusal());
    co_return;
  }
  admit(request_id, std::move(params), admission);
}

base::Task<void> Connection::ask_operator(std::string request_id, protocol::ConnectParams params,
                                          auth::Admission admission) {
  const std::int64_t now = state_.clock.wall_ms();
  auto saved = state_.devices.save(admission.device_id);
  auto requested = state_.devices.request(wanted_device(params, admission), now);
  const std::string pending_id = requested.request.request_id;
  const auto bootstrap = bootstrap_record(state_, admission, now);
  if (requested.created || bootstrap) {
    auto write_job = [body = requested.request.to_json(), removed = requested.removed_ids, pending_id,
                      bootstrap, bootstrap_id = admission.bootstrap_id](store::Db& db) -> base::Result<> {
      for (const auto& id : removed) OC_TRY(store::delete_record(db, "device-pending", id));
      if (bootstrap) OC_TRY(store::put_record(db, "bootstrap", bootstrap_id, *bootstrap));
      return store::put_record(db, "device-pending", pending_id, body);
    };
    auto written = co_await state_.store.write(std::move(write_job));
    if (!written) {
      state_.devices.restore(std::move(saved));
      if (!ends_in_handshake()) refuse(request_id, store_refusal());
      co_return;
    }
  }
  const bool node = params.role == protocol::kRoleNode;
  if (requested.created) {
    base::log_info("gateway",
                   fmt::format("{} {} from {} waits for approval ({}): openclaw {} approve {}", params.role,
                               params.client.id, remote_ip_, auth::pairing_reason(admission.need),
                               node ? "nodes" : "devices", pending_id));
    state_.hub.broadcast("device.pair.requested", json::write(requested.request.to_public_json()));
    if (node)
      state_.hub.broadcast("node.pair.requested",
                           json::write(auth::NodesView::pending_json(requested.request)));
  }
  if (ends_in_handshake()) co_return;
  refuse(request_id, auth::pairing_refusal(admission, pending_id, state_.devices.find(admission.device_id)));
}

// Pairs or widens without asking, or makes the token the hello carries. False: not stored, and undone.
base::Task<bool> Connection::pair_silently(protocol::ConnectParams params, auth::Admission admission) {
  const std::int64_t now = state_.clock.wall_ms();
  auto saved = state_.devices.save(admission.device_id);
  const bool pairs = admission.need != auth::PairingNeed::none;
  std::vector<std::string> settled;
  if (pairs) {
    auto wanted = wanted_device(params, admission);
    wanted.roles = protocol::merged(wanted.roles, admission.extra_roles);
    wanted.scopes = protocol::merged(wanted.scopes, admission.extra_scopes);
    auto& device = state_.devices.admit(wanted, now);
    if (params.role == protocol::kRoleNode && by_secret(admission))
      auth::approve_commands(device, params.commands, now);
    settled = settle_requests(state_, device, now);
  }
  bool changed = pairs;
  if (!admission.skips_pairing) {
    bool made = false;
    state_.devices.token_for(admission.device_id, admission.role, admission.scopes, now, made);
    changed = changed || made;
  }
  const bool consumed = pairs && !admission.bootstrap_id.empty();
  const auto bootstrap = consumed ? std::nullopt : bootstrap_record(state_, admission, now);
  std::optional<json::Object> body;
  if (const auto* device = changed ? state_.devices.find(admission.device_id) : nullptr)
    body = device->to_json();
  auto write_job = [body = std::move(body), settled, bootstrap, consumed,
                    bootstrap_id = admission.bootstrap_id,
                    device_id = admission.device_id](store::Db& db) -> base::Result<> {
    for (const auto& id : settled) OC_TRY(store::delete_record(db, "device-pending", id));
    if (consumed) OC_TRY(store::delete_record(db, "bootstrap", bootstrap_id));
    if (bootstrap) OC_TRY(store::put_record(db, "bootstrap", bootstrap_id, *bootstrap));
    return body ? store::put_record(db, "device", device_id, *body) : base::Result<>{};
  };
  if (consumed) state_.devices.bootstrap().remove(admission.bootstrap_id);
  auto written = co_await state_.store.write(std::move(write_job));
  if (!written) {
    state_.devices.restore(std::move(saved));
    base::log_error("gateway", "pairing not stored: " + written.error().message);
    co_return false;
  }
  if (pairs) {
    const std::string id = settled.empty() ? base::uuid4() : settled.front();
    announce_resolved(state_, id, admission.device_id, true, params.role == protocol::kRoleNode);
  }
  co_return true;
}

// What is pinned replaces what the client claims; then the hello.
void Connection::admit(const std::string& request_id, protocol::ConnectParams params,
                       const auth::Admission& admission) {
  if (!admission.platform.empty()) params.client.platform = admission.platform;
  if (!admission.device_family.empty()) params.client.device_family = admission.device_family;
  caller_.protocol = admission.protocol;
  note_use(params, admission);
  welcome(request_id, params, admission);
  session_->protocol = admission.protocol;
  if (admission.role != protocol::kRoleNode) return;
  const std::string platform = nodes::platform_of(params.client.platform, params.client.device_family);
  reconcile_node(state_, admission.device_id, state_.settings.node_policy.filter(platform, params.commands),
                 admission.local && by_secret(admission) && state_.settings.auto_approve_nodes);
}

void Connection::note_use(const protocol::ConnectParams& params, const auth::Admission& admission) {
  auto* device = admission.device_id.empty() ? nullptr : state_.devices.edit(admission.device_id);
  if (!device || device->public_key != admission.public_key) return;
  const std::int64_t now = state_.clock.wall_ms();
  const std::string remote = remote_is_local_ ? std::string() : remote_ip_;
  bool changed = false;
  const auto note = [&changed](std::string& kept, const std::string& seen) {
    if (kept == seen) return;
    kept = seen;
    changed = true;
  };
  const bool renamed = !json::get_string_or(device->node, "renamed", "").empty();
  if (!renamed && !params.client.display_name.empty()) note(device->display_name, params.client.display_name);
  note(device->client_id, params.client.id);
  note(device->client_mode, params.client.mode);
  note(device->remote_ip, remote);
  const auto token = device->tokens.find(admission.role);
  if (admission.method == "device-token" && token != device->tokens.end()) {
    changed = changed || now - token->second.last_used_at.value_or(0) >= kUseSpacingMs;
    token->second.last_used_at = now;
  }
  if (!changed) return;
  // May be a moment late on disk; nothing waits for it.
  auto store_later = [](std::shared_ptr<Connection> self, std::string id) -> base::Task<void> {
    auto written = co_await self->store_device(std::move(id));
    if (!written) base::log_warn("gateway", "device record not stored: " + written.error().message);
  };
  base::spawn(state_.loop, store_later(shared_from_this(), admission.device_id), "store device");
}

}  // namespace openclaw::gateway
