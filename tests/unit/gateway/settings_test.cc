// What resolve_settings() makes of gateway.auth: which references it resolves, and what stops a start.
#include "gateway/settings.h"

#include <gtest/gtest.h>

namespace openclaw::gateway {
namespace {

base::Result<Settings> resolve(const std::string& text, const base::Env& env = {}) {
  RunOptions options;
  options.env = env;
  return resolve_settings(options, config::load_text("openclaw.json", text, env));
}

std::string refusal(const std::string& text, const base::Env& env = {}) {
  const auto settings = resolve(text, env);
  return settings ? "accepted" : settings.error().message;
}

base::Env with(const std::string& name, const std::string& value) {
  base::Env env;
  env.set(name, value);
  return env;
}

constexpr char kTokenRef[] =
    R"({"gateway":{"mode":"local","auth":{"mode":"token","token":{"source":"env","provider":"default","id":"MY_TOKEN"}}}})";

TEST(AuthSettings, AReferenceIsResolvedWhenItDecides) {
  EXPECT_EQ(resolve(kTokenRef, with("MY_TOKEN", "t"))->auth.token, "t");
  const std::string missing = refusal(kTokenRef);
  EXPECT_NE(missing.find("required secrets are unavailable"), std::string::npos) << missing;
  EXPECT_NE(missing.find("gateway.auth.token"), std::string::npos) << missing;
  EXPECT_EQ(resolve(kTokenRef, with("OPENCLAW_GATEWAY_TOKEN", "e"))->auth.token, "e");
}

TEST(AuthSettings, AnUnusedReferenceStopsNothing) {
  const auto settings = resolve(R"({"gateway":{"mode":"local","auth":{"mode":"token","token":"t",
      "password":{"source":"env","provider":"default","id":"NOT_SET"}}}})");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->auth.mode, "token");
}

TEST(AuthSettings, TailscaleNeedsLoopbackAndFunnelAPassword) {
  EXPECT_NE(refusal(R"({"gateway":{"bind":"lan","auth":{"token":"t"},"tailscale":{"mode":"serve"}}})")
                .find("loopback"),
            std::string::npos);
  EXPECT_NE(
      refusal(R"({"gateway":{"auth":{"token":"t"},"tailscale":{"mode":"funnel"}}})").find("mode=password"),
      std::string::npos);
  EXPECT_EQ(refusal(R"({"gateway":{"auth":{"password":"p"},"tailscale":{"mode":"funnel"}}})"), "accepted");
  EXPECT_TRUE(
      resolve(R"({"gateway":{"auth":{"token":"t"},"tailscale":{"mode":"serve"}}})")->auth.allow_tailscale);
}

TEST(AuthSettings, ProxySettingsArrive) {
  const auto settings =
      resolve(R"({"gateway":{"bind":"lan","allowRealIpFallback":true,"trustedProxies":["10.0.0.0/8"],
      "auth":{"mode":"trusted-proxy","trustedProxy":{"userHeader":"x-user","allowUsers":["nick"]},"rateLimit":{"maxAttempts":4}}}})");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->auth.trusted_proxies, std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_TRUE(settings->auth.allow_real_ip_fallback);
  EXPECT_EQ(settings->auth.trusted_proxy->allow_users, std::vector<std::string>{"nick"});
  EXPECT_EQ(settings->auth.rate_limit->max_attempts, 4);
}

}  // namespace
}  // namespace openclaw::gateway
