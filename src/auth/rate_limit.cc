#include "auth/rate_limit.h"

#include "net/address.h"

#include <algorithm>

namespace openclaw::auth {
namespace {

std::string normal_key(std::string_view key) {
  std::string out = net::normalize_ip(key);
  return out.empty() ? "unknown" : out;
}

}  // namespace

Limiter::Limiter(RateLimitConfig config) : config_(config) {}

bool Limiter::exempt(const std::string& key) const {
  return config_.exempt_loopback && net::is_loopback_ip(key);
}

void Limiter::settle(Bucket& bucket, std::int64_t now_ms) const {
  if (bucket.locked_until != 0) {
    if (now_ms < bucket.locked_until) return;
    bucket.locked_until = 0;
    bucket.failures.clear();
  }
  std::erase_if(bucket.failures, [&](std::int64_t at) { return at <= now_ms - config_.window_ms; });
}

Limiter::Check Limiter::check(std::string_view given_key, std::string_view scope, std::int64_t now_ms) {
  const std::string key = normal_key(given_key);
  const auto found = exempt(key) ? buckets_.end() : buckets_.find({key, std::string(scope)});
  if (found == buckets_.end()) return {true, config_.max_attempts, 0};
  Bucket& bucket = found->second;
  settle(bucket, now_ms);
  if (bucket.locked_until != 0) return {false, 0, bucket.locked_until - now_ms};
  const int remaining = std::max(0, config_.max_attempts - static_cast<int>(bucket.failures.size()));
  return {remaining > 0, remaining, 0};
}

void Limiter::fail(std::string_view given_key, std::string_view scope, std::int64_t now_ms) {
  const std::string key = normal_key(given_key);
  if (exempt(key)) return;
  const std::pair<std::string, std::string> id{key, std::string(scope)};
  if (!buckets_.contains(id)) make_room(now_ms);
  Bucket& bucket = buckets_[id];
  settle(bucket, now_ms);
  bucket.touched = now_ms;
  if (bucket.locked_until != 0) return;  // a failure during a lockout does not extend it
  bucket.failures.push_back(now_ms);
  if (static_cast<int>(bucket.failures.size()) >= config_.max_attempts)
    bucket.locked_until = now_ms + config_.lockout_ms;
}

void Limiter::reset(std::string_view key, std::string_view scope) {
  buckets_.erase({normal_key(key), std::string(scope)});
}

void Limiter::prune(std::int64_t now_ms) {
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    settle(it->second, now_ms);
    const bool idle = it->second.locked_until == 0 && it->second.failures.empty();
    it = idle ? buckets_.erase(it) : std::next(it);
  }
}

void Limiter::make_room(std::int64_t now_ms) {
  if (buckets_.size() < kMaxKeys) return;
  prune(now_ms);
  if (buckets_.size() < kMaxKeys) return;
  const auto first_to_go = [](const auto& a, const auto& b) {
    const bool a_locked = a.second.locked_until != 0, b_locked = b.second.locked_until != 0;
    return a_locked != b_locked ? b_locked : a.second.touched < b.second.touched;
  };
  buckets_.erase(std::min_element(buckets_.begin(), buckets_.end(), first_to_go));
}

std::size_t Limiter::size() const { return buckets_.size(); }

}  // namespace openclaw::auth
