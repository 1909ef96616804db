// Who is behind a tailnet address: `tailscale whois --json <ip>` (OpenClaw protocol 5.4), asked at most once
// a minute for an address, once in five seconds when it failed. Callers that ask together share one child
// process. On the loop's thread; a call takes at most kWhoisTimeoutMs.
#pragma once
#include "auth/authorize.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/task.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace openclaw::gateway {

inline constexpr int kWhoisTimeoutMs = 5'000;

class Whois {
 public:
  Whois(base::Loop& loop, const base::Clock& clock, const base::Env& env)
      : loop_(loop), clock_(clock), env_(env) {}
  // Nothing when tailscale is not there, does not answer or does not know the address.
  base::Task<std::optional<auth::WhoisIdentity>> ask(std::string address);

 private:
  struct Entry {
    explicit Entry(base::Loop& loop) : done(loop) {}
    base::Event done;
    std::optional<auth::WhoisIdentity> identity;
    std::int64_t until = 0;  // steady ms
  };
  base::Loop& loop_;
  const base::Clock& clock_;
  const base::Env& env_;
  std::map<std::string, std::shared_ptr<Entry>> known_;
};

// Of what `tailscale whois --json` prints. Pure.
std::optional<auth::WhoisIdentity> parse_whois(std::string_view output);

}  // namespace openclaw::gateway
