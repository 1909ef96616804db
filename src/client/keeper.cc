#include "client/keeper.h"

#include "base/log.h"
#include "base/random.h"
#include "client/connect_params.h"
#include "client/device_tokens.h"

#include <utility>

namespace openclaw::client {
namespace {

constexpr int kSliceMs = 1000;  // how soon a wake-up is noticed

base::Task<void> close_quietly(std::shared_ptr<GatewayClient> client) { co_await client->close(); }

base::Task<void> watch_end(std::shared_ptr<GatewayClient> client, std::shared_ptr<std::optional<LinkFailure>> slot,
                           std::shared_ptr<base::Event> ended) {
  auto failure = co_await client->wait_closed();
  slot->emplace(std::move(failure));
  ended->set();
}

LinkFailure stopped() {
  LinkFailure failure;
  failure.error = base::Error{base::ErrorKind::cancelled, "stopped", {}, 0};
  return failure;
}

LinkFailure lost_while_asleep() {
  LinkFailure failure;
  failure.error = base::Error{base::ErrorKind::closed, "no answer after the computer slept", {}, 0};
  failure.close_reason = "no answer after sleep";
  failure.close_code = 1006;
  return failure;
}

}  // namespace

Keeper::Keeper(base::Loop& loop, KeeperOptions options, KeeperHooks hooks)
    : loop_(loop),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      clock_(options_.clock ? *options_.clock : base::SystemClock::instance()),
      stop_(loop) {
  // One instance over all its connections: a gateway that lets events be resumed knows it again by this.
  if (options_.connect.instance_id.empty()) options_.connect.instance_id = base::uuid4();
}

base::Task<LinkFailure> Keeper::run(std::shared_ptr<Keeper> self, base::CancelToken cancel) {
  const auto registration = cancel.on_cancel([raw = self.get()] {
    raw->stop_.set();
    if (raw->waiting_) raw->waiting_->set();
  });
  while (!self->stop_.is_set()) {
    std::optional<LinkFailure> ended = co_await one(self);
    if (ended) co_return std::move(*ended);
  }
  co_return stopped();
}

ConnectOptions Keeper::next_options() const {
  ConnectOptions options = options_.connect;
  options.identity = &options_.identity;
  use_stored_token(options, options_.state_dir);
  options.add_device_token = retry_pending_;
  return options;
}

void Keeper::welcomed(const Hello& hello, const ConnectOptions& used) {
  retry_pending_ = retry_used_ = false;
  if (auto kept = keep_device_tokens(options_.state_dir, used, hello, clock_.wall_ms()); !kept) {
    base::log_warn("client", "cannot keep the device token: " + kept.error().message);
  }
}

bool Keeper::mend(const LinkFailure& failure, const ConnectOptions& used) {
  retry_pending_ = false;
  const bool trusted = is_trusted_endpoint(used.url, used.tls_fingerprint);
  const json::Value details = failure.refusal ? failure.refusal->details : json::Value(nullptr);
  if (should_retry_with_device_token(details, auth_sources(used), {false, retry_used_, trusted})) {
    retry_pending_ = retry_used_ = true;
    return true;
  }
  if (refused_stored_token(failure, used)) {
    (void)auth::drop_device_token(options_.state_dir, options_.identity.device_id, used.role);
  }
  return false;
}

bool Keeper::stands(const LinkFailure& failure) const {
  if (failure.wrong_gateway) return true;
  const bool trusted = is_trusted_endpoint(options_.connect.url, options_.connect.tls_fingerprint);
  return is_stop_code(failure.detail_code(), {retry_pending_, retry_used_, trusted});
}

// Keeps the keeper alive: the options point to its identity, and a handshake may outlive a stop.
base::Task<void> Keeper::connect_into(std::shared_ptr<Keeper> self, std::shared_ptr<GatewayClient> client,
                                      ConnectOptions options, std::shared_ptr<std::optional<Connected>> slot,
                                      std::shared_ptr<base::Event> done) {
  auto result = co_await client->connect(std::move(options));
  slot->emplace(std::move(result));
  done->set();
  (void)self;
}

// Absent when the stop came first.
base::Task<std::optional<Keeper::Connected>> Keeper::connect(std::shared_ptr<Keeper> self,
                                                             std::shared_ptr<GatewayClient> client,
                                                             ConnectOptions options) {
  auto slot = std::make_shared<std::optional<Connected>>();
  auto done = std::make_shared<base::Event>(self->loop_);
  self->waiting_ = done;
  base::spawn(self->loop_, connect_into(self, std::move(client), std::move(options), slot, done), "gateway connect");
  co_await done->wait();
  self->waiting_ = nullptr;
  co_return std::move(*slot);
}

base::Task<LinkFailure> Keeper::serve(std::shared_ptr<Keeper> self, std::shared_ptr<GatewayClient> client) {
  auto slot = std::make_shared<std::optional<LinkFailure>>();
  auto ended = std::make_shared<base::Event>(self->loop_);
  self->waiting_ = ended;
  base::spawn(self->loop_, watch_end(client, slot, ended), "gateway link end");
  (void)self->woke();
  while (!ended->is_set() && !self->stop_.is_set()) {
    co_await ended->wait_for(base::Millis(kSliceMs));
    if (ended->is_set() || !self->woke()) continue;
    auto alive = co_await client->call("health", json::Value(json::Object()), kWakeAnswerMs);
    if (alive || alive.error().code != "LINK" || ended->is_set()) continue;
    base::log_info("client", "no answer from the gateway after a sleep; connecting anew");
    self->waiting_ = nullptr;
    base::spawn(self->loop_, close_quietly(client), "gateway link close");
    co_return lost_while_asleep();
  }
  self->waiting_ = nullptr;
  if (*slot) co_return std::move(**slot);
  co_await client->close();
  co_return stopped();
}

// Waits for the next try; less when the machine slept meanwhile.
base::Task<void> Keeper::wait(std::shared_ptr<Keeper> self, int delay_ms) {
  const std::int64_t until = self->clock_.steady_ms() + delay_ms;
  (void)self->woke();
  while (!self->stop_.is_set()) {
    const std::int64_t left = until - self->clock_.steady_ms();
    if (left <= 0) co_return;
    co_await self->stop_.wait_for(base::Millis(std::min<std::int64_t>(left, kSliceMs)));
    if (self->woke()) co_return;
  }
}

base::Task<std::optional<LinkFailure>> Keeper::one(std::shared_ptr<Keeper> self) {
  auto client = std::make_shared<GatewayClient>(self->loop_);
  ConnectOptions options = self->next_options();
  if (self->hooks_.prepare) self->hooks_.prepare(client, options);
  ConnectOptions used = options;
  std::optional<Connected> connected = co_await connect(self, client, std::move(options));
  if (self->stop_.is_set() || !connected) co_return std::nullopt;
  LinkFailure failure;
  const bool up = connected->has_value();
  if (up) {
    self->welcomed(**connected, used);
    if (self->hooks_.up) self->hooks_.up(**connected);
    const std::int64_t since = self->clock_.steady_ms();
    failure = co_await serve(self, client);
    if (self->stop_.is_set()) co_return std::nullopt;
    self->retry_.link_ended(self->clock_.steady_ms() - since);
  } else {
    failure = std::move(connected->error());
    if (self->mend(failure, used)) {
      co_await self->stop_.wait_for(base::Millis(kDeviceTokenRetryMs));
      co_return std::nullopt;
    }
    if (self->options_.give_up && self->stands(failure)) co_return std::move(failure);
  }
  const int delay = self->retry_.after_failure(failure, static_cast<double>(base::random_below(1000)) / 1000.0);
  if (self->hooks_.down) self->hooks_.down(failure, classify(failure), delay, up);
  co_await wait(self, delay);
  co_return std::nullopt;
}

}  // namespace openclaw::client
