#include "auth/fair_limiter.h"

#include "net/address.h"

#include <algorithm>

namespace openclaw::auth {
namespace {

RateLimitConfig strict(RateLimitConfig config) {
  config.exempt_loopback = false;  // what loopback is, the caller says
  return config;
}

std::int64_t delay_of(int failures) {
  const int doublings = std::min(failures - 1, 10);
  return std::min(FairLimiter::kFirstDelayMs << doublings, FairLimiter::kLongestDelayMs);
}

}  // namespace

FairLimiter::FairLimiter(RateLimitConfig config) : config_(config), limiter_(strict(config)) {}

bool FairLimiter::only_delays(std::string_view key, bool loopback) const {
  return config_.exempt_loopback && (loopback || net::is_loopback_ip(key));
}

FairLimiter::Judgement FairLimiter::before(std::string_view kind, std::string_view key, bool loopback,
                                           std::int64_t now_ms) {
  Judgement out;
  if (only_delays(key, loopback)) return out;
  const auto check = limiter_.check(key, kind, now_ms);
  out.refuse_now = !check.allowed;
  out.retry_after_ms = check.retry_after_ms;
  return out;
}

FairLimiter::Judgement FairLimiter::failed(std::string_view kind, std::string_view key, bool loopback,
                                           std::int64_t now_ms) {
  Judgement out;
  if (!only_delays(key, loopback)) {
    limiter_.fail(key, kind, now_ms);
    return out;
  }
  Delayed& entry = delayed_for({std::string(kind), std::string(key)}, now_ms);
  auto& answers = entry.answers_at;
  std::erase_if(answers, [&](std::int64_t at) { return at <= now_ms; });
  if (answers.empty() && now_ms - entry.last_failure >= config_.window_ms) entry.failures = 0;
  entry.last_failure = now_ms;
  if (answers.size() >= kMaxWaiting) {
    out.refuse_now = true;
    out.retry_after_ms = *std::min_element(answers.begin(), answers.end()) - now_ms;
    return out;
  }
  ++entry.failures;
  out.delay_ms = delay_of(entry.failures);
  answers.push_back(now_ms + out.delay_ms);
  return out;
}

void FairLimiter::succeeded(std::string_view kind, std::string_view key) {
  limiter_.reset(key, kind);
  // Answers that are waiting keep their places: they are still open sockets.
  const auto found = delayed_.find({std::string(kind), std::string(key)});
  if (found != delayed_.end()) found->second.failures = 0;
}

FairLimiter::Delayed& FairLimiter::delayed_for(Id id, std::int64_t now_ms) {
  if (!delayed_.contains(id) && delayed_.size() >= Limiter::kMaxKeys) {
    std::erase_if(delayed_,
                  [&](const auto& entry) { return now_ms - entry.second.last_failure >= config_.window_ms; });
  }
  if (!delayed_.contains(id) && delayed_.size() >= Limiter::kMaxKeys) {
    delayed_.erase(std::min_element(delayed_.begin(), delayed_.end(), [](const auto& a, const auto& b) {
      return a.second.last_failure < b.second.last_failure;
    }));
  }
  return delayed_[std::move(id)];
}

std::string address_key(std::string_view client_ip) {
  const std::string ip = net::normalize_ip(client_ip);
  if (ip.empty()) return "unknown";
  return net::is_loopback_ip(ip) ? ip : net::network_of(ip, 64);
}

Limiter::Check FairGate::check(std::string_view client_ip, std::string_view scope, std::int64_t now_ms) {
  const auto judged = fair_.before(scope, address_key(client_ip), loopback_, now_ms);
  return {!judged.refuse_now, judged.refuse_now ? 0 : 1, judged.retry_after_ms};
}

void FairGate::fail(std::string_view client_ip, std::string_view scope, std::int64_t now_ms) {
  judgement_ = fair_.failed(scope, address_key(client_ip), loopback_, now_ms);
}

void FairGate::reset(std::string_view client_ip, std::string_view scope) {
  fair_.succeeded(scope, address_key(client_ip));
}

}  // namespace openclaw::auth
