// The running gateway: listeners, timers, signals, start of the parts and the orderly end. On the loop's thread.
#pragma once
#include <memory>

#include "gateway/connection.h"
#include "gateway/state.h"
#include "net/server.h"

namespace openclaw::gateway {

class ServerLoop {
 public:
  explicit ServerLoop(State& state);
  // Opens the listeners. Errors: busy (port taken), io.
  base::Result<> listen();
  // Starts store, runtime, channels, ticks; returns when a signal has ended the gateway and everything is closed.
  void run();
  std::string addresses() const;  // "ws://127.0.0.1:18789, ws://[::1]:18789"

 private:
  base::Task<void> start_parts();
  base::Task<void> ticks();
  base::Task<void> stop(std::string reason);
  State& state_;
  PreauthBudget budget_;
  net::Server server_;
  std::vector<std::string> listening_;
};

}  // namespace openclaw::gateway
