#include "auth/origin.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

OriginRule ours() {
  OriginRule rule;
  rule.port = 18789;
  rule.own_addresses = {"192.168.1.5", "fd12::5"};
  rule.serve_name = "gw.tail.ts.net";
  return rule;
}

std::string match(std::string_view origin, bool local_direct = false, OriginRule rule = ours()) {
  const auto verdict = check_origin(origin, "anything", local_direct, rule);
  return std::string(verdict.ok ? verdict.matched_by : verdict.reason);
}

TEST(Origin, OwnOnesNeedNoSetting) {
  EXPECT_EQ(match("http://localhost:18789"), "own-loopback");
  EXPECT_EQ(match("http://127.0.0.1:18789"), "own-loopback");
  EXPECT_EQ(match("http://[::1]:18789"), "own-loopback");
  EXPECT_EQ(match("http://192.168.1.5:18789"), "own-address");
  EXPECT_EQ(match("http://[fd12::5]:18789"), "own-address");
  EXPECT_EQ(match("https://gw.tail.ts.net"), "tailscale-serve");
}

TEST(Origin, NothingNearThemIsAllowed) {
  for (const char* origin :
       {"http://localhost:5173", "http://localhost", "http://192.168.1.6:18789", "http://192.168.1.5",
        "http://gw.tail.ts.net", "https://gw.tail.ts.net:8443", "https://gw.tail.ts.net.evil.com",
        "http://localhost.evil.com:18789", "https://evil.example@localhost.evil.com:18789"}) {
    EXPECT_EQ(match(origin), "origin not allowed") << origin;
  }
  EXPECT_EQ(match("http://localhost:18789", false, {}), "origin not allowed");
}

TEST(Origin, OriginEqualToHostIsNoReason) {
  EXPECT_FALSE(check_origin("http://gw.example:18789", "gw.example:18789", false, ours()).ok);
}

TEST(Origin, LocalDirectMayComeFromAnyLoopbackPort) {
  EXPECT_EQ(match("http://localhost:5173", true), "local-loopback");
  EXPECT_EQ(match("http://192.168.1.6:5173", true), "origin not allowed");
}

TEST(Origin, AllowlistEntriesMayBeWrittenLoosely) {
  OriginRule rule;
  rule.allowed = {" HTTPS://Control.Example.com:443/ "};
  EXPECT_EQ(match("https://control.example.com", false, rule), "allowlist");
  EXPECT_EQ(match("http://control.example.com", false, rule), "origin not allowed");
}

TEST(Origin, InvalidOnes) {
  for (const char* origin : {"", "  ", "null", "NULL", "localhost", "http://", "http://a b", "://x"}) {
    EXPECT_EQ(match(origin, true), "origin missing or invalid") << origin;
  }
  OriginRule any;
  any.allowed = {"*"};
  EXPECT_EQ(match("null", true, any), "origin missing or invalid");
  EXPECT_EQ(match("chrome-extension://abc", false, any), "allowlist");
  EXPECT_EQ(match("chrome-extension://abc", true), "origin not allowed");
}

}  // namespace
}  // namespace openclaw::auth
