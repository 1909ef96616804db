#include "auth/flood_guard.h"
#include "auth/preauth_budget.h"
#include "auth/rate_limit.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

auth::RateLimitConfig limits_of(const json::Object& in) {
  auth::RateLimitConfig out;
  const auto* config = json::get_object(in, "config");
  if (!config) return out;
  out.max_attempts = static_cast<int>(json::get_int(*config, "maxAttempts").value_or(out.max_attempts));
  out.window_ms = json::get_int(*config, "windowMs").value_or(out.window_ms);
  out.lockout_ms = json::get_int(*config, "lockoutMs").value_or(out.lockout_ms);
  out.exempt_loopback = flag_of(*config, "exemptLoopback", true);
  return out;
}

json::Object check_result(const auth::Limiter::Check& check) {
  json::Object out;
  out["allowed"] = check.allowed;
  out["remaining"] = check.remaining;
  out["retryAfterMs"] = check.retry_after_ms;
  return out;
}

Outcome limiter_sequence(const json::Object& in) {
  auth::Limiter limiter(limits_of(in));
  std::int64_t now = 1'000'000;
  json::Array results;
  for (const auto& item : in.at("steps").as_array()) {
    const auto& step = item.as_object();
    const std::string op = text_of(step, "op"), ip = text_of(step, "ip");
    const std::string scope = json::get_string_or(step, "scope", auth::kScopeSharedSecret);
    if (op == "fail")
      limiter.fail(ip, scope, now);
    else if (op == "check")
      results.emplace_back(check_result(limiter.check(ip, scope, now)));
    else if (op == "reset")
      limiter.reset(ip, scope);
    else if (op == "advance")
      now += json::get_int(step, "ms").value_or(0);
    else if (op == "prune")
      limiter.prune(now);
    else if (op == "size")
      results.emplace_back(one("size", limiter.size()));
    else
      return skipped("unknown step " + op);
  }
  return got(one("results", json::Value(std::move(results))));
}

Outcome flood_guard(const json::Object& in) {
  auth::FloodConfig config;
  if (const auto* given = json::get_object(in, "config")) {
    config.close_after = static_cast<int>(json::get_int(*given, "closeAfter").value_or(config.close_after));
    config.log_every = static_cast<int>(json::get_int(*given, "logEvery").value_or(config.log_every));
  }
  auth::FloodGuard guard(config);
  json::Array results;
  for (const auto& step : in.at("steps").as_array()) {
    if (step.as_string() == "reset") {
      guard.reset();
      continue;
    }
    const auto hit = guard.hit();
    json::Object out;
    out["shouldClose"] = hit.should_close;
    out["shouldLog"] = hit.should_log;
    out["count"] = hit.count;
    out["suppressedSinceLastLog"] = hit.suppressed_since_last_log;
    results.emplace_back(std::move(out));
  }
  return got(one("results", json::Value(std::move(results))));
}

Outcome unauthorized_role_error(const json::Object& in) {
  const auto& error = in.at("error").as_object();
  return got(
      one("roleError", auth::is_unauthorized_role_error(text_of(error, "code"), text_of(error, "message"))));
}

Outcome preauth_budget(const json::Object& in) {
  auth::PreauthBudget budget(static_cast<int>(json::get_int(in, "limit").value_or(1)));
  json::Array results;
  for (const auto& item : in.at("steps").as_array()) {
    const auto& step = item.as_object();
    if (text_of(step, "op") == "acquire") {
      results.emplace_back(budget.acquire(text_of(step, "ip")));
    } else {
      budget.give(text_of(step, "ip"));
      results.emplace_back(nullptr);
    }
  }
  return got(one("results", json::Value(std::move(results))));
}

const Area kArea("auth-rate-limit", {{"limiter_sequence", limiter_sequence},
                                     {"flood_guard", flood_guard},
                                     {"unauthorized_role_error", unauthorized_role_error},
                                     {"preauth_budget", preauth_budget}});

}  // namespace
}  // namespace openclaw::vectors
