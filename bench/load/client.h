// The load generator: one epoll loop, no library, so that the client is never what a comparison measures.
// Single-threaded.
#pragma once
#include "bench/load/greeting.h"
#include "bench/load/options.h"
#include "bench/load/stats.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::bench {

struct Connection {
  enum class State { upgrading, challenged, greeted, ready, dead };
  int fd = -1;
  State state = State::dead;
  std::size_t index = 0;  // which identity it uses
  bool writable_armed = false;
  std::string in, out;
  std::size_t sent = 0;      // bytes of `out` that the kernel has taken
  std::deque<double> asked;  // when each request in flight was sent
  double born = 0;
  long next_id = 2;  // 1 was connect
};

struct Counters {
  long handshakes = 0;
  long failures = 0;  // refused, reset or closed connections
  long responses = 0;
  long errors = 0;  // responses with ok:false
  long events = 0;
};

class Client {
 public:
  explicit Client(const Options& options);
  ~Client();
  Client(const Client&) = delete;
  // Runs the whole measurement and prints its result. The exit status of the program.
  int run();

 private:
  bool open_one(Connection& connection, std::size_t index);
  void drop(Connection& connection);
  void fail(Connection& connection, std::string_view why);
  void poll_once(int timeout_ms);
  void on_readable(Connection& connection);
  void on_frame(Connection& connection, std::string_view payload);
  void on_hello(Connection& connection, std::string_view payload);
  void on_response(Connection& connection, std::string_view payload);
  void request(Connection& connection);
  void flush(Connection& connection);
  void arm(Connection& connection, bool writable);

  void handshake_all(long total, bool keep);  // at most options_.ramp or connections at once
  int run_rpc();
  int run_conn();
  int run_idle();

  const Options options_;
  const Greeter greeter_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  Counters counters_;
  Latencies latencies_;
  bool keep_after_hello_ = true, asking_ = false;
  long shaking_ = 0;  // connections between connect() and hello-ok
  bool complained_ = false;
};

}  // namespace openclaw::bench
