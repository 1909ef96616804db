#include "protocol/auth_errors.h"

#include <gtest/gtest.h>

namespace openclaw::protocol {
namespace {

constexpr RefusedClient kCli{"cli", "cli"};

TEST(AuthErrors, RefusalNamesCodeStepAndRemedy) {
  const auto refusal = auth_refusal("token_mismatch", kCli, "token", "token");
  EXPECT_EQ(refusal.code, "AUTH_TOKEN_MISMATCH");
  EXPECT_EQ(refusal.next_step, "update_auth_credentials");
  EXPECT_EQ(refusal.message,
            "unauthorized: gateway token mismatch (set gateway.remote.token to match gateway.auth.token)");
  EXPECT_EQ(auth_refusal("token_mismatch", kCli, "token", "token", true).message,
            "unauthorized: gateway token mismatch (use this gateway's gateway.auth.token or pair the device)");
  EXPECT_EQ(auth_refusal("token_missing", {"openclaw-tui", "ui"}, "token", "none").message,
            "unauthorized: gateway token missing (open the dashboard URL and paste the token in Control UI settings)");
}

TEST(AuthErrors, WithoutAReasonTheSituationSpeaks) {
  EXPECT_EQ(auth_refusal("", kCli, "token", "device-token").message,
            "unauthorized: device token rejected (pair/repair this device, or provide gateway token)");
  EXPECT_EQ(auth_refusal("", kCli, "token", "device-token").code, "AUTH_REQUIRED");
  EXPECT_EQ(auth_refusal("trusted_proxy_user_missing", kCli, "trusted-proxy", "none").message, "unauthorized");
  EXPECT_EQ(auth_refusal("trusted_proxy_user_missing", kCli, "trusted-proxy", "none").code, "AUTH_UNAUTHORIZED");
  EXPECT_EQ(auth_refusal("trusted_proxy_user_missing", kCli, "trusted-proxy", "none").next_step,
            "review_auth_configuration");
  EXPECT_EQ(auth_refusal("", {"gateway-client", "backend"}, "password", "none").message,
            "unauthorized: gateway password missing (provide gateway auth password)");
}

TEST(AuthErrors, OneRetryOnlyForAPlainToken) {
  EXPECT_TRUE(can_retry_with_device_token("token_mismatch", true, "token", false));
  EXPECT_FALSE(can_retry_with_device_token("token_mismatch", false, "token", false));
  EXPECT_FALSE(can_retry_with_device_token("token_mismatch", true, "token", true));
  EXPECT_FALSE(can_retry_with_device_token("token_mismatch", true, "password", false));
  EXPECT_EQ(recommended_next_step("token_mismatch", true), "retry_with_device_token");
  EXPECT_EQ(auth_provided(true, true, false, false), "password");
  EXPECT_EQ(auth_provided(false, false, true, true), "bootstrap-token");
  EXPECT_EQ(auth_provided(false, false, false, false), "none");
}

TEST(AuthErrors, MissingScopeFromDetailsOrText) {
  json::Object details;
  details["missingScope"] = "operator.admin";
  EXPECT_EQ(missing_scope_of(json::Value(details), "forbidden"), "operator.admin");
  EXPECT_EQ(missing_scope_of(nullptr, "missing scope: operator.write"), "operator.write");
  EXPECT_EQ(missing_scope_of(nullptr, "unknown method: x"), "");
}

}  // namespace
}  // namespace openclaw::protocol
