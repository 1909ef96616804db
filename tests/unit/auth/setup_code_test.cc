#include "auth/setup_code.h"

#include "auth/tailscale_identity.h"
#include "base/encoding.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

std::string refusal(std::string_view text) {
  const auto code = decode_setup_code(text);
  return code ? "accepted " + code->url : code.error().message;
}
std::string coded(std::string_view text) { return base::base64url_encode(text); }

TEST(SetupCode, ThereAndBack) {
  const auto code = decode_setup_code(" " + encode_setup_code({"wss://gw.example:8443", "a-token"}) + "\n");
  ASSERT_TRUE(code);
  EXPECT_EQ(code->url, "wss://gw.example:8443");
  EXPECT_EQ(code->bootstrap_token, "a-token");
}

TEST(SetupCode, WhatIsNoneIsRefusedWithAReason) {
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
  EXPECT_NE(refusal("not base64 !").find("base64url"), std::string::npos);
  EXPECT_NE(refusal(coded("[1]")).find("JSON object"), std::string::npos);
  EXPECT_NE(refusal(coded(R"({"url":"ws://a"})")).find("bootstrapToken"), std::string::npos);
  EXPECT_NE(refusal(coded(R"({"url":"ftp://a","bootstrapToken":"t"})")).find("url"), std::string::npos);
  EXPECT_NE(refusal(std::string(5000, 'A')).find("too long"), std::string::npos);
  EXPECT_EQ(refusal(coded(R"({"url":"http://A.example/x?y","bootstrapToken":"t"})")),
            "accepted ws://a.example");
}

SetupRequest request(const base::Env& env, const json::Value& config) {
  SetupRequest out;
  out.env = &env;
  out.config = &config;
  return out;
}

TEST(ResolveSetup, LoopbackOnlyIsRefused) {
  const base::Env env;
  const json::Value config = json::parse(R"({"gateway":{"auth":{"token":"t"}}})").value();
  const auto target = resolve_setup(request(env, config));
  ASSERT_FALSE(target);
  EXPECT_NE(target.error().message.find("only bound to loopback"), std::string::npos);
}

TEST(ResolveSetup, PublicUrlWins) {
  const base::Env env;
  const json::Value config =
      json::parse(R"({"gateway":{"auth":{"token":"t"},"remote":{"url":"wss://r.example"}}})").value();
  SetupRequest in = request(env, config);
  in.prefer_remote_url = true;
  in.public_url = "https://Gw.Example/ui";
  EXPECT_EQ(resolve_setup(in)->url, "wss://gw.example");
  in.public_url = "gw.example";
  EXPECT_EQ(resolve_setup(in)->url, "ws://gw.example");
  in.force_secure = true;
  EXPECT_EQ(resolve_setup(in)->url, "wss://gw.example");
}

TEST(ResolveSetup, ServeWithoutANameIsRefused) {
  base::Env env;
  env.set("OPENCLAW_GATEWAY_TOKEN", "t");
  const json::Value config = json::parse(R"({"gateway":{"tailscale":{"mode":"serve"}}})").value();
  const auto target = resolve_setup(request(env, config));
  ASSERT_FALSE(target);
  EXPECT_NE(target.error().message.find("gateway.tailscale.mode is serve"), std::string::npos);
}

TEST(ResolveSetup, AReferenceCountsWhenItResolves) {
  const base::Env env;
  const json::Value config =
      json::parse(
          R"({"gateway":{"bind":"custom","customBindHost":"h","auth":{"token":{"source":"env","provider":"default","id":"GT"}}}})")
          .value();
  SetupRequest in = request(env, config);
  EXPECT_FALSE(resolve_setup(in));
  in.resolve = [](const SecretRef& ref) { return std::optional("value of " + ref.id); };
  const auto target = resolve_setup(in);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->auth_label, "token");
  EXPECT_EQ(target->url, "ws://h:18789");
}

TEST(TailscaleIdentity, WhoisInItsSpellings) {
  EXPECT_EQ(parse_whois(R"(x {"UserProfile":{"LoginName":" p@e.com ","DisplayName":"P"}} y)")->login,
            "p@e.com");
  EXPECT_EQ(parse_whois(R"({"userProfile":{"login":"p","displayName":"P"}})")->name, "P");
  EXPECT_EQ(parse_whois(R"({"User":{"Login":"p2","Name":"N"}})")->login, "p2");
  for (const char* bad :
       {"", "no", "{", "}{", R"({"Node":{}})", R"({"UserProfile":{"LoginName":"  "}})", "[{}]"}) {
    EXPECT_FALSE(parse_whois(bad)) << bad;
  }
}

TEST(TailscaleIdentity, HostOfTheStatus) {
  EXPECT_EQ(parse_tailnet_host("warning: version\n{\"Self\":{\"DNSName\":\"n.ts.net.\"}} done"), "n.ts.net");
  EXPECT_EQ(parse_tailnet_host(R"({"Self":{"DNSName":"","TailscaleIPs":["100.3.3.3"]}})"), "100.3.3.3");
  EXPECT_EQ(parse_tailnet_host(R"({"Self":{"TailscaleIPs":["100.2.2.2"]}})"), "100.2.2.2");
  EXPECT_EQ(parse_tailnet_host(R"({"Self":{"DNSName":"x.ts.net.."}})"), "x.ts.net.");
  for (const char* bad : {"not json", R"({"Self":)", R"({"Self":{"DNSName":5,"TailscaleIPs":["100.4.4.4"]}})",
                          R"({"Self":{}})"}) {
    EXPECT_FALSE(parse_tailnet_host(bad)) << bad;
  }
}

}  // namespace
}  // namespace openclaw::auth
