// The three measurements of Client.
#include "bench/load/client.h"

#include <algorithm>
#include <cstdio>

namespace openclaw::bench {
namespace {

constexpr double kHandshakeLimitSeconds = 120;

}  // namespace

int Client::run() {
  switch (options_.mode) {
    case Mode::rpc:
      return run_rpc();
    case Mode::conn:
      return run_conn();
    case Mode::idle:
      return run_idle();
  }
  return 2;
}

void Client::handshake_all(long total, bool keep) {
  keep_after_hello_ = keep;
  const long at_once = keep ? options_.ramp : options_.connections;
  long started = 0;
  const double limit = now_seconds() + kHandshakeLimitSeconds;
  const long begun_failures = counters_.failures, begun_handshakes = counters_.handshakes;
  const auto finished = [&] {
    return counters_.handshakes - begun_handshakes + counters_.failures - begun_failures;
  };
  while (finished() < total && now_seconds() < limit) {
    while (shaking_ < at_once && started < total) {
      Connection* slot = nullptr;
      // Without keeping, a dead connection's place is taken again; epoll holds pointers, so places never
      // move.
      if (!keep && static_cast<long>(connections_.size()) >= at_once) {
        const auto dead = std::find_if(connections_.begin(), connections_.end(),
                                       [](const auto& c) { return c->state == Connection::State::dead; });
        if (dead == connections_.end()) break;
        slot = dead->get();
      } else {
        slot = connections_.emplace_back(std::make_unique<Connection>()).get();
      }
      open_one(*slot, static_cast<std::size_t>(started++));
    }
    poll_once(20);
  }
}

int Client::run_rpc() {
  handshake_all(options_.connections, true);
  if (counters_.handshakes == 0) return 1;
  asking_ = true;
  const auto measure_for = [this](double seconds) {
    const double end = now_seconds() + seconds;
    while (now_seconds() < end) poll_once(20);
  };
  for (auto& connection : connections_) {
    if (connection->state != Connection::State::ready) continue;
    for (int i = 0; i < options_.depth; ++i) request(*connection);
    flush(*connection);
  }
  measure_for(std::min(1.0, options_.seconds / 4));  // warm caches and allocators
  latencies_.clear();
  const long base = counters_.responses;
  const double begin = now_seconds();
  measure_for(options_.seconds);
  const double elapsed = now_seconds() - begin;
  const auto done = counters_.responses - base;
  std::printf(R"({"connections":%ld,"depth":%d,"responses":%ld,"errors":%ld,"failures":%ld,"events":%ld,)"
              R"("rate":%.0f,"p50_ms":%.4f,"p99_ms":%.4f})"
              "\n",
              counters_.handshakes, options_.depth, done, counters_.errors, counters_.failures,
              counters_.events, static_cast<double>(done) / elapsed, latencies_.milliseconds_at(.5),
              latencies_.milliseconds_at(.99));
  return counters_.failures || counters_.errors ? 1 : 0;
}

int Client::run_conn() {
  // Each identity pairs once beforehand: the first connect of a device writes to the store, the others do
  // not.
  if (greeter_.identities() != 0) handshake_all(static_cast<long>(greeter_.identities()), false);
  latencies_.clear();
  const auto before = counters_;
  const double begin = now_seconds();
  handshake_all(options_.total, false);
  const double elapsed = now_seconds() - begin;
  const long done = counters_.handshakes - before.handshakes;
  std::printf(
      R"({"handshakes":%ld,"failures":%ld,"at_once":%d,"identities":%zu,"rate":%.0f,"p50_ms":%.4f,"p99_ms":%.4f})"
      "\n",
      done, counters_.failures, options_.connections, greeter_.identities(),
      static_cast<double>(done) / elapsed, latencies_.milliseconds_at(.5), latencies_.milliseconds_at(.99));
  return counters_.failures ? 1 : 0;
}

int Client::run_idle() {
  handshake_all(options_.connections, true);
  std::printf(R"({"ready":%ld,"failures":%ld})"
              "\n",
              counters_.handshakes, counters_.failures);
  std::fflush(stdout);
  const double end = now_seconds() + options_.seconds;
  while (now_seconds() < end) poll_once(50);
  std::printf(R"({"held":%ld,"failures":%ld,"events":%ld})"
              "\n",
              counters_.handshakes, counters_.failures, counters_.events);
  return counters_.failures ? 1 : 0;
}

}  // namespace openclaw::bench
