// Our policy on wrong secrets (decision 14), for every credential of the gateway. A key is a kind of
// credential and whose it is: the client's address, or the device for device tokens, so that strangers never
// lock a paired client out. Ten failures in a minute block a key for five minutes, refused before the secret
// is compared. Loopback is never blocked: its failed answers are delayed, and a right secret is answered at
// once. Pure: the clock is passed in, the caller waits. On the loop's thread. Bounded like Limiter.
#pragma once
#include "auth/rate_limit.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::auth {

class FairLimiter {
 public:
  static constexpr std::int64_t kFirstDelayMs = 250, kLongestDelayMs = 5'000;
  static constexpr std::size_t kMaxWaiting = 4;  // delayed answers of one key at a time

  // With config.exempt_loopback false (set by the user) loopback is blocked like any other address.
  explicit FairLimiter(RateLimitConfig config = {});

  struct Judgement {
    bool refuse_now = false;          // answer rate_limited at once
    std::int64_t retry_after_ms = 0;  // with refuse_now
    std::int64_t delay_ms = 0;        // wait so long before the refusal is sent
  };
  // `kind`: kScopeSharedSecret ...; `key`: address_key(client ip), or the device id.
  // before: may the secret be compared at all? failed: it was wrong. succeeded: it was right.
  Judgement before(std::string_view kind, std::string_view key, bool loopback, std::int64_t now_ms);
  Judgement failed(std::string_view kind, std::string_view key, bool loopback, std::int64_t now_ms);
  void succeeded(std::string_view kind, std::string_view key);
  std::size_t size() const { return limiter_.size() + delayed_.size(); }

 private:
  struct Delayed {
    int failures = 0;
    std::int64_t last_failure = 0;
    std::vector<std::int64_t> answers_at;  // the delayed answers that are still to be sent
  };
  using Id = std::pair<std::string, std::string>;
  bool only_delays(std::string_view key, bool loopback) const;
  Delayed& delayed_for(Id id, std::int64_t now_ms);
  RateLimitConfig config_;
  Limiter limiter_;
  std::map<Id, Delayed> delayed_;
};

// The key of a client address: itself, for IPv6 its /64, which one household or host owns whole; "unknown"
// for none.
std::string address_key(std::string_view client_ip);

// A FairLimiter as the Limiter that authorize() takes, for one judgement.
class FairGate final : public Limiter {
 public:
  FairGate(FairLimiter& fair, bool loopback) : fair_(fair), loopback_(loopback) {}
  Check check(std::string_view client_ip, std::string_view scope, std::int64_t now_ms) override;
  void fail(std::string_view client_ip, std::string_view scope, std::int64_t now_ms) override;
  void reset(std::string_view client_ip, std::string_view scope) override;
  // What the failure, if there was one, means for the answer: refuse_now turns the reason into rate_limited.
  const FairLimiter::Judgement& judgement() const { return judgement_; }

 private:
  FairLimiter& fair_;
  bool loopback_;
  FairLimiter::Judgement judgement_;
};

}  // namespace openclaw::auth
