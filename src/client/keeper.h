// Keeps a long-lived command connected to its gateway: connects, waits for the end, waits a while, connects again. The
// device token is read before and stored after each connect, a refused shared token is tried once more with it, and a
// machine that slept finds out at once whether its connection still lives. Loop thread.
#pragma once
#include "base/clock.h"
#include "client/gateway_client.h"
#include "client/retry.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::client {

struct KeeperOptions {
  ConnectOptions connect;        // without identity and stored token: these are the keeper's
  auth::DeviceIdentity identity;
  std::string state_dir;
  // A refusal that stands until a person acts (OpenClaw protocol 9) ends it. Without, it is asked again, slowly.
  bool give_up = false;
  const base::Clock* clock = nullptr;  // null = the system's
};

// All optional; called on the loop.
struct KeeperHooks {
  // The client of the next connection, and its options, before it connects. Sets the client's handlers.
  std::function<void(const std::shared_ptr<GatewayClient>&, ConnectOptions&)> prepare;
  std::function<void(const Hello&)> up;
  // A connect failed, or (`was_up`) a connection ended; the next try is in `delay_ms`.
  std::function<void(const LinkFailure&, FailureClass, int delay_ms, bool was_up)> down;
};

class Keeper {
 public:
  Keeper(base::Loop& loop, KeeperOptions options, KeeperHooks hooks);
  // Until `cancel` fires (kind cancelled), or, with give_up, until a refusal that stands.
  static base::Task<LinkFailure> run(std::shared_ptr<Keeper> self, base::CancelToken cancel);

  static constexpr int kDeviceTokenRetryMs = 250;
  static constexpr int kWakeAnswerMs = 1500;  // what a gateway has to show after a sleep that it is there

 private:
  using Connected = tl::expected<Hello, LinkFailure>;

  ConnectOptions next_options() const;
  void welcomed(const Hello& hello, const ConnectOptions& used);
  // A credential problem that this side can mend by itself: true = try again at once.
  bool mend(const LinkFailure& failure, const ConnectOptions& used);
  bool stands(const LinkFailure& failure) const;
  bool woke() { return wake_.step(clock_.wall_ms(), clock_.steady_ms()); }

  static base::Task<std::optional<LinkFailure>> one(std::shared_ptr<Keeper> self);
  static base::Task<std::optional<Connected>> connect(std::shared_ptr<Keeper> self,
                                                      std::shared_ptr<GatewayClient> client, ConnectOptions options);
  static base::Task<void> connect_into(std::shared_ptr<Keeper> self, std::shared_ptr<GatewayClient> client,
                                       ConnectOptions options, std::shared_ptr<std::optional<Connected>> slot,
                                       std::shared_ptr<base::Event> done);
  static base::Task<LinkFailure> serve(std::shared_ptr<Keeper> self, std::shared_ptr<GatewayClient> client);
  static base::Task<void> wait(std::shared_ptr<Keeper> self, int delay_ms);

  base::Loop& loop_;
  KeeperOptions options_;
  KeeperHooks hooks_;
  const base::Clock& clock_;
  base::Event stop_;
  // Of the connection in progress, so that a stop ends its waits.
  std::shared_ptr<base::Event> waiting_;
  RetryPolicy retry_;
  WakeDetector wake_;
  bool retry_pending_ = false, retry_used_ = false;
};

}  // namespace openclaw::client
