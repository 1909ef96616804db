// Limits on wrong secrets (OpenClaw protocol 5.12 and decision 14): a sliding window of failures per (key,
// scope), then a lockout. Missing credentials do not count. The clock is passed in. Bounded: at most kMaxKeys
// keys; the one that was touched longest ago goes first, a key that is not locked before one that is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::auth {

inline constexpr std::string_view kScopeSharedSecret = "shared-secret";
inline constexpr std::string_view kScopeDeviceToken = "device-token";
inline constexpr std::string_view kScopeHookAuth = "hook-auth";

struct RateLimitConfig {
  int max_attempts = 10;
  std::int64_t window_ms = 60'000;
  std::int64_t lockout_ms = 300'000;
  bool exempt_loopback = true;
};

class Limiter {
 public:
  static constexpr std::size_t kMaxKeys = 4096;
  explicit Limiter(RateLimitConfig config = {});
  virtual ~Limiter() = default;

  struct Check {
    bool allowed = true;
    int remaining = 0;
    std::int64_t retry_after_ms = 0;
  };
  virtual Check check(std::string_view key, std::string_view scope, std::int64_t now_ms);
  virtual void fail(std::string_view key, std::string_view scope, std::int64_t now_ms);
  virtual void reset(std::string_view key, std::string_view scope);
  void prune(std::int64_t now_ms);
  std::size_t size() const;

 private:
  struct Bucket {
    std::vector<std::int64_t> failures;  // times inside the window
    std::int64_t locked_until = 0;
    std::int64_t touched = 0;
  };
  bool exempt(const std::string& key) const;
  void settle(Bucket& bucket, std::int64_t now_ms) const;  // forgets what lies outside the window
  void make_room(std::int64_t now_ms);
  RateLimitConfig config_;
  std::map<std::pair<std::string, std::string>, Bucket> buckets_;
};

}  // namespace openclaw::auth
