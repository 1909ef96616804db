#include "auth/authorize.h"

#include "auth/fair_limiter.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

ServerAuth token_auth() {
  ServerAuth out;
  out.token = "right";
  return out;
}

AuthVerdict judge(const ServerAuth& auth, Presented presented, std::string remote = "203.0.113.5",
                  Headers headers = {}, AuthorizeInput input = {}) {
  return authorize(auth, presented, request_facts(std::move(remote), std::move(headers), auth), input);
}

Headers serve_headers() {
  return {{"x-forwarded-for", "100.64.0.1"},
          {"x-forwarded-proto", "https"},
          {"x-forwarded-host", "gw.tail.ts.net"},
          {"tailscale-user-login", " Peter@Example.com "}};
}

TEST(Authorize, BlankCredentialsAreAbsent) {
  EXPECT_EQ(judge(token_auth(), {.token = "  "}).reason, "token_missing");
  EXPECT_EQ(judge(token_auth(), {.token = " right "}).method, "token");
  ServerAuth password;
  password.mode = "password";
  EXPECT_EQ(judge(password, {.password = "x"}).reason, "password_missing_config");
}

TEST(Authorize, EitherFieldOnProtocol4Only) {
  EXPECT_EQ(judge(token_auth(), {.password = "right"}).reason, "token_missing");
  EXPECT_TRUE(judge(token_auth(), {.password = "right", .either_field = true}).ok);
  EXPECT_TRUE(judge(token_auth(), {.token = "stale", .password = "right", .either_field = true}).ok);
  EXPECT_EQ(judge(token_auth(), {.token = "stale", .password = "other", .either_field = true}).reason,
            "token_mismatch");
}

TEST(Authorize, ALockedKeyIsRefusedBeforeTheSecretIsCompared) {
  Limiter limiter({.max_attempts = 2, .window_ms = 60'000, .lockout_ms = 10'000, .exempt_loopback = true});
  AuthorizeInput input;
  input.limiter = &limiter;
  EXPECT_EQ(judge(token_auth(), {}, "203.0.113.5", {}, input).reason, "token_missing");  // does not count
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(judge(token_auth(), {.token = "bad"}, "203.0.113.5", {}, input).reason, "token_mismatch");
  input.now_ms = 4'000;
  const auto locked = judge(token_auth(), {.token = "right"}, "203.0.113.5", {}, input);
  EXPECT_EQ(locked.reason, "rate_limited");
  EXPECT_EQ(locked.retry_after_ms, 6'000);
  EXPECT_TRUE(judge(token_auth(), {.token = "right"}, "203.0.113.6", {}, input).ok);
}

TEST(Authorize, BehindATrustedProxyTheClientIsCounted) {
  ServerAuth auth = token_auth();
  auth.trusted_proxies = {"10.0.0.0/24"};
  FairLimiter fair;
  for (int i = 0; i < 10; ++i) {
    FairGate gate(fair, false);
    AuthorizeInput input;
    input.limiter = &gate;
    judge(auth, {.token = "bad"}, "10.0.0.1", {{"x-forwarded-for", "198.51.100.7"}}, input);
  }
  FairGate gate(fair, false);
  AuthorizeInput input;
  input.limiter = &gate;
  EXPECT_EQ(judge(auth, {.token = "right"}, "10.0.0.1", {{"x-forwarded-for", "198.51.100.7"}}, input).reason,
            "rate_limited");
  EXPECT_TRUE(judge(auth, {.token = "right"}, "10.0.0.1", {{"x-forwarded-for", "198.51.100.8"}}, input).ok);
}

TEST(Authorize, TailscaleIdentityNeedsTheWholeChain) {
  ServerAuth auth = token_auth();
  auth.allow_tailscale = true;
  AuthorizeInput input;
  input.surface = RequestSurface::websocket;
  input.whois = WhoisIdentity{"peter@example.com", "Peter"};
  const auto good = judge(auth, {.token = "wrong"}, "127.0.0.1", serve_headers(), input);
  EXPECT_EQ(good.method, "tailscale");
  EXPECT_EQ(good.user, "peter@example.com");
  for (std::size_t i = 0; i < serve_headers().size(); ++i) {
    Headers headers = serve_headers();
    headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(judge(auth, {}, "127.0.0.1", headers, input).reason, "token_missing") << i;
  }
  EXPECT_FALSE(judge(auth, {}, "100.64.0.1", serve_headers(), input).ok);
  input.whois->login = "mallory";
  EXPECT_FALSE(judge(auth, {}, "127.0.0.1", serve_headers(), input).ok);
  input.whois.reset();
  EXPECT_FALSE(judge(auth, {}, "127.0.0.1", serve_headers(), input).ok);
}

TEST(Authorize, WhoisIsAskedOnlyWhenItCanCount) {
  ServerAuth auth = token_auth();
  const auto ask = [&](Headers headers) {
    return whois_address(auth, request_facts("127.0.0.1", std::move(headers), auth));
  };
  EXPECT_FALSE(ask(serve_headers()));
  auth.allow_tailscale = true;
  EXPECT_EQ(ask(serve_headers()), "100.64.0.1");
  EXPECT_FALSE(ask({}));
  Headers spoofed = serve_headers();
  spoofed[0].second = "100.64.0.99, 100.64.0.1, ::1";
  EXPECT_EQ(ask(spoofed), "100.64.0.1");
  auth.mode = "none";
  EXPECT_FALSE(ask(serve_headers()));
}

TEST(Authorize, TrustedProxyRefusesLoopbackAndIncompleteSettings) {
  ServerAuth auth;
  auth.mode = "trusted-proxy";
  const Headers headers = {{"x-user", "nick"}};
  EXPECT_EQ(judge(auth, {}, "10.0.0.1", headers).reason, "trusted_proxy_config_missing");
  auth.trusted_proxy = TrustedProxyAuth{"X-User", {}, {}};
  EXPECT_EQ(judge(auth, {}, "10.0.0.1", headers).reason, "trusted_proxy_no_proxies_configured");
  auth.trusted_proxies = {"10.0.0.1", "127.0.0.1"};
  EXPECT_EQ(judge(auth, {}, "127.0.0.1", headers).reason, "trusted_proxy_loopback_source");
  EXPECT_EQ(judge(auth, {}, "10.0.0.1", headers).user, "nick");
}

TEST(RequestFacts, EveryForwardingHeaderEndsLocalDirect) {
  for (const char* name :
       {"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "x-forwarded-host"}) {
    EXPECT_FALSE(is_local_direct("127.0.0.1", {{name, ""}})) << name;
  }
  EXPECT_TRUE(is_local_direct("127.0.0.1", {{"host", "evil.example"}, {"origin", "http://localhost"}}));
  EXPECT_FALSE(is_local_direct("10.0.0.1", {}));
  EXPECT_FALSE(is_local_direct("", {}));
}

TEST(RequestFacts, AStrangerBehindALocalProxyIsNotLoopback) {
  ServerAuth auth;
  const Headers headers = {{"x-forwarded-for", "203.0.113.7"}};
  EXPECT_TRUE(client_is_loopback(request_facts("127.0.0.1", headers, auth)));  // the proxy is not believed
  auth.trusted_proxies = {"127.0.0.1"};
  EXPECT_FALSE(client_is_loopback(request_facts("127.0.0.1", headers, auth)));
  EXPECT_TRUE(client_is_loopback(request_facts("127.0.0.1", {}, auth)));
}

TEST(RequestFacts, RepeatedHeadersAreOneList) {
  ServerAuth auth;
  auth.trusted_proxies = {"10.0.0.1"};
  const Headers twice = {{"x-forwarded-for", "1.2.3.4"}, {"x-forwarded-for", "5.6.7.8"}};
  EXPECT_EQ(request_facts("10.0.0.1", twice, auth).client_ip, "5.6.7.8");
  EXPECT_EQ(header_value(twice, "x-forwarded-for"), "1.2.3.4, 5.6.7.8");
}

}  // namespace
}  // namespace openclaw::auth
