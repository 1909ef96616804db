#include "gateway/whois.h"

#include <gtest/gtest.h>

namespace openclaw::gateway {
namespace {

TEST(Whois, ReadsWhoItIs) {
  const auto who = parse_whois(
      R"({"Node":{"Name":"laptop"},"UserProfile":{"LoginName":" ada@example.com ","DisplayName":"Ada"}})");
  ASSERT_TRUE(who);
  EXPECT_EQ(who->login, "ada@example.com");
  EXPECT_EQ(who->name, "Ada");
  EXPECT_TRUE(parse_whois("Warning: client version differs\n{\"UserProfile\":{\"LoginName\":\"a\"}}\n"));
}

TEST(Whois, KnowsNobodyElse) {
  EXPECT_FALSE(parse_whois(""));
  EXPECT_FALSE(parse_whois("peer not found"));
  EXPECT_FALSE(parse_whois("}{"));
  EXPECT_FALSE(parse_whois(R"({"UserProfile":{"LoginName":"  "}})"));
  EXPECT_FALSE(parse_whois(R"({"UserProfile":)"));
}

}  // namespace
}  // namespace openclaw::gateway
