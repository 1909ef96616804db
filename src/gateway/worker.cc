#include "gateway/worker.h"

#include <boost/asio/thread_pool.hpp>

#include <atomic>

namespace openclaw::gateway {
namespace {

constexpr int kMaxWaiting = 256;  // each is one request of a client; a disk that slow needs no more

std::atomic<int> g_waiting{0};

}  // namespace

bool worker_post(std::function<void()> job) {
  // Never destroyed: the process ends without unwinding (run_gateway).
  static auto* const pool = new boost::asio::thread_pool(1);
  if (g_waiting.fetch_add(1) >= kMaxWaiting) {
    g_waiting.fetch_sub(1);
    return false;
  }
  boost::asio::post(*pool, [run = std::move(job)] {
    run();
    g_waiting.fetch_sub(1);
  });
  return true;
}

}  // namespace openclaw::gateway
