#include "client/gateway_client.h"

#include "base/clock.h"
#include "base/version.h"
#include "client/connect_params.h"
#include "client/target.h"
#include "net/ws_client.h"

namespace openclaw::client {
namespace {

using base::ErrorKind;
using protocol::WireError;

constexpr char kLinkCode[] = "LINK";
constexpr int kCloseGraceMs = 250;  // how long a polite close may hold up the end of a command

struct Pending {
  explicit Pending(base::Loop& loop) : done(loop) {}
  base::Event done;
  bool expect_final = false, is_connect = false;
  protocol::WireResult<> result = tl::unexpected(WireError{kLinkCode, "no answer", nullptr, {}, {}});
};

bool is_accepted(const json::Value& payload) {
  const auto* object = payload.if_object();
  return object && json::get_string_or(*object, "status", "") == "accepted";
}

base::Task<void> close_socket(std::shared_ptr<net::WsClient> ws, std::uint16_t code, std::string reason) {
  co_await ws->close(code, std::move(reason));
}

std::int64_t steady_ms() { return base::SystemClock::instance().steady_ms(); }

}  // namespace

struct GatewayClient::Impl : std::enable_shared_from_this<GatewayClient::Impl> {
  explicit Impl(base::Loop& l) : loop(l), challenged(l), closed(l) {}

  base::Loop& loop;
  std::shared_ptr<net::WsClient> ws;
  NumberedHandler on_event;
  HelloHandler on_hello;
  std::map<std::string, std::shared_ptr<Pending>, std::less<>> pending;
  std::uint64_t next_id = 0;
  base::Event challenged, closed;
  Challenge challenge;
  std::optional<ResumePoint> asked_resume;
  base::Result<Hello> hello = base::fail(ErrorKind::invalid, "no hello-ok");
  LinkFailure failure;
  bool up = false;  // hello-ok has arrived
  std::int64_t last_frame_ms = 0;

  // Ends the link once; every waiting call gets the reason.
  void fail(LinkFailure why) {
    if (closed.is_set()) return;
    failure = std::move(why);
    up = false;
    auto waiting = std::move(pending);
    pending.clear();
    for (auto& [id, call] : waiting) {
      call->result = tl::unexpected(link_error());
      call->done.set();
    }
    challenged.set();
    closed.set();
  }

  WireError link_error() const { return WireError{kLinkCode, failure.error.message, nullptr, {}, {}}; }

  // Before anything that follows hello-ok is looked at, so that no event comes between.
  void greet(const json::Value& payload) {
    hello = parse_hello(payload);
    if (!hello || closed.is_set()) return;
    if (hello->gateway.id.empty()) hello->gateway = challenge.gateway;
    hello->resume_from = asked_resume;
    if (hello->resume_gap && challenge.resume) {
      hello->resume_from = ResumePoint{challenge.resume->epoch, challenge.resume->newest};
    }
    up = true;
    if (on_hello) on_hello(*hello);
  }

  void on_response(const json::Object& frame) {
    const auto it = pending.find(json::get_string_or(frame, "id", ""));
    if (it == pending.end()) return;
    const auto ok = json::get_bool(frame, "ok");
    if (!ok) return;
    const json::Value* payload = json::find(frame, "payload");
    if (*ok && it->second->expect_final && payload && is_accepted(*payload)) return;
    auto call = it->second;
    pending.erase(it);
    if (*ok && call->is_connect) greet(payload ? *payload : json::Value(nullptr));
    if (*ok) {
      call->result = payload ? *payload : json::Value(nullptr);
    } else {
      const auto* error = json::get_object(frame, "error");
      call->result = tl::unexpected(protocol::wire_error_from(error ? *error : json::Object()));
    }
    call->done.set();
  }

  void on_frame(std::string_view text) {
    auto value = json::parse(text);
    const json::Object* frame = value ? value->if_object() : nullptr;
    if (!frame) return;
    const auto type = json::get_string_or(*frame, "type", "");
    if (type == "res") {
      last_frame_ms = steady_ms();
      on_response(*frame);
      return;
    }
    const auto event = json::get_string_or(*frame, "event", "");
    if (type != "event" || event.empty()) return;
    last_frame_ms = steady_ms();
    const json::Value* payload = json::find(*frame, "payload");
    if (event == "connect.challenge" && !challenged.is_set()) {
      if (auto parsed = parse_challenge(payload)) {
        challenge = std::move(*parsed);
        challenged.set();
      }
    }
    static const json::Value kNothing(nullptr);
    const EventInfo info{json::get_int(*frame, "eid")};
    if (on_event) on_event(event, payload ? *payload : kNothing, info);
  }

  static base::Task<void> read_frames(std::shared_ptr<Impl> self, std::shared_ptr<net::WsClient> ws) {
    for (;;) {
      auto message = co_await ws->read();
      if (!message) {
        self->fail(closed_failure(message.error().code, message.error().message, self->up));
        co_return;
      }
      self->on_frame(*message);
    }
  }

  // Silence for twice the announced tick means a dead link that TCP has not noticed.
  static base::Task<void> watch_silence(std::shared_ptr<Impl> self, std::shared_ptr<net::WsClient> ws,
                                        int tick_ms) {
    for (;;) {
      const bool ended = co_await self->closed.wait_for(base::Millis(tick_ms));
      if (ended) co_return;
      if (steady_ms() - self->last_frame_ms <= 2LL * tick_ms) continue;
      self->fail(closed_failure(4000, "tick timeout", true));
      base::spawn(self->loop, close_socket(ws, 4000, "tick timeout"), "gateway client close");
      co_return;
    }
  }

  std::shared_ptr<Pending> send(const std::string& method, json::Value params, bool expect_final) {
    auto call = std::make_shared<Pending>(loop);
    call->expect_final = expect_final;
    std::string id = "c" + std::to_string(++next_id);
    json::Object frame;
    frame["type"] = "req";
    frame["id"] = id;
    frame["method"] = method;
    if (!params.is_null()) frame["params"] = std::move(params);
    pending.emplace(std::move(id), call);
    ws->send(json::write(frame));
    return call;
  }

  void forget(const std::shared_ptr<Pending>& call) {
    std::erase_if(pending, [&](const auto& entry) { return entry.second == call; });
  }

  void drop() {
    if (ws) ws->abort();
    fail(closed_failure(1006, "closed by this client", true));
  }
};

GatewayClient::GatewayClient(base::Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}
GatewayClient::~GatewayClient() {
  impl_->on_event = nullptr;
  impl_->on_hello = nullptr;
  impl_->drop();
}

void GatewayClient::on_event(EventHandler handler) {
  impl_->on_event = nullptr;
  if (!handler) return;
  impl_->on_event = [handler = std::move(handler)](const std::string& event, const json::Value& payload,
                                                   const EventInfo&) { handler(event, payload); };
}
void GatewayClient::on_numbered_event(NumberedHandler handler) { impl_->on_event = std::move(handler); }
void GatewayClient::on_hello(HelloHandler handler) { impl_->on_hello = std::move(handler); }
bool GatewayClient::connected() const { return impl_->up; }

base::Task<tl::expected<Hello, LinkFailure>> GatewayClient::connect(ConnectOptions options) {
  auto self = impl_;
  const std::int64_t started = steady_ms();
  const int limit = options.connect_timeout_ms;
  const auto remaining = [started, limit] { return base::Millis(timer_ms(started + limit - steady_ms())); };
  net::WsClientOptions socket;
  socket.url = options.url;
  socket.connect_timeout_ms = limit;
  socket.tls_fingerprint = options.tls_fingerprint;
  auto ws = co_await net::WsClient::connect(self->loop, std::move(socket));
  if (!ws) {
    LinkFailure failure = open_failure(std::move(ws.error()), limit);
    self->fail(failure);
    co_return tl::unexpected(std::move(failure));
  }
  self->ws = *ws;
  self->last_frame_ms = steady_ms();
  base::spawn(self->loop, Impl::read_frames(self, *ws), "gateway client reader");

  const int patience = challenge_timeout_ms(options.challenge_timeout_ms);
  const bool heard = co_await self->challenged.wait_for(std::min(remaining(), base::Millis(patience)));
  if (!heard) self->fail(timeout_failure(std::min(limit, patience)));
  if (self->closed.is_set()) {
    self->ws->abort();
    co_return tl::unexpected(self->failure);
  }
  if (auto right = check_gateway(options, self->challenge.gateway); !right) {
    self->fail(LinkFailure{std::move(right.error()), {}, 0, {}, true});
    base::spawn(self->loop, close_socket(self->ws, 1000, {}), "gateway client close");
    co_return tl::unexpected(self->failure);
  }
  json::Object params = connect_params(options, self->challenge, base::SystemClock::instance().wall_ms());
  self->asked_resume = resume_point(options, self->challenge);
  auto call = self->send("connect", json::Value(std::move(params)), false);
  call->is_connect = true;
  const bool answered = co_await call->done.wait_for(remaining());
  if (!answered) self->fail(timeout_failure(limit));
  if (self->closed.is_set() && !call->result) {
    self->ws->abort();
    co_return tl::unexpected(self->failure);
  }
  if (!call->result) {
    self->fail(refusal_failure(call->result.error()));
    base::spawn(self->loop, close_socket(self->ws, 1000, {}), "gateway client close");
    co_return tl::unexpected(self->failure);
  }
  if (!self->hello) {
    self->fail(LinkFailure{std::move(self->hello.error()), {}, 0, {}});
    self->ws->abort();
    co_return tl::unexpected(self->failure);
  }
  if (self->up) {
    base::spawn(self->loop, Impl::watch_silence(self, self->ws, tick_interval_ms(*self->hello)),
                "gateway client watchdog");
  }
  co_return std::move(*self->hello);
}

base::Task<protocol::WireResult<>> GatewayClient::call(std::string method, json::Value params, int timeout_ms,
                                                       bool expect_final) {
  auto self = impl_;
  if (!self->up) {
    WireError error =
        self->closed.is_set() ? self->link_error() : WireError{kLinkCode, "not connected", nullptr, {}, {}};
    co_return tl::unexpected(std::move(error));
  }
  auto call = self->send(method, std::move(params), expect_final);
  if (timeout_ms <= 0) {
    co_await call->done.wait();
  } else {
    const bool answered = co_await call->done.wait_for(base::Millis(timeout_ms));
    if (!answered) {
      self->forget(call);
      WireError late{kLinkCode, fmt::format("gateway timeout after {}ms", timeout_ms), nullptr, {}, {}};
      co_return tl::unexpected(std::move(late));
    }
  }
  co_return std::move(call->result);
}

void GatewayClient::post(std::string method, json::Value params) {
  if (!impl_->up) return;
  impl_->forget(impl_->send(method, std::move(params), false));
}

base::Task<LinkFailure> GatewayClient::wait_closed() {
  auto self = impl_;
  co_await self->closed.wait();
  co_return self->failure;
}

base::Task<void> GatewayClient::close() {
  auto self = impl_;
  if (!self->ws || self->closed.is_set()) co_return;
  base::spawn(self->loop, close_socket(self->ws, 1005, {}), "gateway client close");
  const bool ended = co_await self->closed.wait_for(base::Millis(kCloseGraceMs));
  if (!ended) self->drop();
}

}  // namespace openclaw::client
