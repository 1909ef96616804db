#include "auth/server_auth.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

json::Value config(std::string_view text) { return json::parse(text).value(); }

ServerAuthInput input(std::string_view text) {
  const json::Value value = config(text);
  ServerAuthInput in;
  const auto at = [&](const char* path) -> std::optional<std::string> {
    const auto* found = json::find_path(value, path);
    return found && found->is_string() ? std::optional(std::string(std::string_view(found->get_string())))
                                       : std::nullopt;
  };
  in.config_mode = at("gateway.auth.mode");
  in.config_token = at("gateway.auth.token");
  in.config_password = at("gateway.auth.password");
  in.extras = read_auth_extras(value);
  return in;
}

base::Result<ServerAuth> resolve(std::string_view text, const base::Env& env = {}) {
  return resolve_server_auth(input(text), env);
}

std::string refusal(std::string_view text, const base::Env& env = {}) {
  const auto result = resolve(text, env);
  return result ? "accepted" : result.error().message;
}

constexpr std::string_view kProxy =
    R"({"gateway":{"auth":{"mode":"trusted-proxy","trustedProxy":{"userHeader":"x-user"}},"trustedProxies":[" ","10.0.0.1"]}})";

TEST(ServerAuth, ModeIsInferred) {
  base::Env env;
  env.set("OPENCLAW_GATEWAY_PASSWORD", "pw");
  EXPECT_EQ(resolve(R"({"gateway":{"auth":{"token":"t"}}})")->mode, "token");
  EXPECT_EQ(resolve(R"({"gateway":{"auth":{"token":"t"}}})", env)->mode, "password");
  EXPECT_EQ(resolve(R"({"gateway":{"auth":{"mode":"  ","token":"t"}}})")->mode, "token");
}

TEST(ServerAuth, BothSecretsNeedAMode) {
  EXPECT_NE(
      refusal(R"({"gateway":{"auth":{"token":"t","password":"p"}}})").find("gateway.auth.mode is unset"),
      std::string::npos);
  EXPECT_NE(
      refusal(
          R"({"gateway":{"auth":{"token":{"source":"env","provider":"default","id":"T"},"password":"p"}}})")
          .find("gateway.auth.mode is unset"),
      std::string::npos);
  EXPECT_EQ(refusal(R"({"gateway":{"auth":{"mode":"token","token":"t","password":"p"}}})"), "accepted");
}

TEST(ServerAuth, TailscaleLoginByDefaultOnlyWithServeAndToken) {
  const auto allowed = [](std::string_view text) { return resolve(text)->allow_tailscale; };
  EXPECT_TRUE(allowed(R"({"gateway":{"tailscale":{"mode":"serve"},"auth":{"token":"t"}}})"));
  EXPECT_FALSE(allowed(R"({"gateway":{"tailscale":{"mode":"funnel"},"auth":{"token":"t"}}})"));
  EXPECT_FALSE(allowed(R"({"gateway":{"auth":{"token":"t"}}})"));
  EXPECT_FALSE(
      allowed(R"({"gateway":{"tailscale":{"mode":"serve"},"auth":{"mode":"password","password":"p"}}})"));
  EXPECT_TRUE(allowed(
      R"({"gateway":{"tailscale":{"mode":"serve"},"auth":{"mode":"password","password":"p","allowTailscale":true}}})"));
  EXPECT_FALSE(
      allowed(R"({"gateway":{"tailscale":{"mode":"serve"},"auth":{"token":"t","allowTailscale":false}}})"));
  // With it a gateway may run without a token.
  EXPECT_EQ(refusal(R"({"gateway":{"tailscale":{"mode":"serve"},"auth":{"mode":"token"}}})"), "accepted");
  EXPECT_NE(refusal(R"({"gateway":{"auth":{"mode":"token"}}})").find("no token was configured"),
            std::string::npos);
}

TEST(ServerAuth, TrustedProxyNeedsItsSettingsAndNoToken) {
  const auto good = resolve(kProxy);
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->trusted_proxy->user_header, "x-user");
  EXPECT_EQ(good->trusted_proxies, std::vector<std::string>{"10.0.0.1"});
  base::Env env;
  env.set("OPENCLAW_GATEWAY_TOKEN", "t");
  EXPECT_NE(refusal(kProxy, env).find("mutually exclusive"), std::string::npos);
  EXPECT_NE(refusal(R"({"gateway":{"auth":{"mode":"trusted-proxy"},"trustedProxies":["10.0.0.1"]}})")
                .find("gateway.auth.trustedProxy"),
            std::string::npos);
  EXPECT_NE(
      refusal(
          R"({"gateway":{"auth":{"mode":"trusted-proxy","trustedProxy":{"userHeader":" "}},"trustedProxies":["10.0.0.1"]}})")
          .find("userHeader is empty"),
      std::string::npos);
  EXPECT_NE(
      refusal(
          R"({"gateway":{"auth":{"mode":"trusted-proxy","trustedProxy":{"userHeader":"u"}},"trustedProxies":[" "]}})")
          .find("gateway.trustedProxies"),
      std::string::npos);
}

TEST(ServerAuth, HooksTokenMustDiffer) {
  EXPECT_NE(refusal(R"({"hooks":{"enabled":true,"token":" t "},"gateway":{"auth":{"token":"t"}}})")
                .find("hooks.token"),
            std::string::npos);
  EXPECT_EQ(refusal(R"({"hooks":{"enabled":false,"token":"t"},"gateway":{"auth":{"token":"t"}}})"),
            "accepted");
  EXPECT_EQ(refusal(R"({"hooks":{"enabled":true,"token":"other"},"gateway":{"auth":{"token":"t"}}})"),
            "accepted");
}

TEST(ServerAuth, RateLimitBlock) {
  EXPECT_FALSE(resolve(R"({"gateway":{"auth":{"token":"t"}}})")->rate_limit);
  const auto limits =
      resolve(
          R"({"gateway":{"auth":{"token":"t","rateLimit":{"maxAttempts":3,"windowMs":0,"exemptLoopback":false}}}})")
          ->rate_limit;
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->max_attempts, 3);
  EXPECT_EQ(limits->window_ms, 60'000);
  EXPECT_EQ(limits->lockout_ms, 300'000);
  EXPECT_FALSE(limits->exempt_loopback);
}

TEST(ServerAuth, UnknownModeIsNamed) {
  EXPECT_NE(refusal(R"({"gateway":{"auth":{"mode":"open","token":"t"}}})").find("trusted-proxy"),
            std::string::npos);
}

}  // namespace
}  // namespace openclaw::auth
