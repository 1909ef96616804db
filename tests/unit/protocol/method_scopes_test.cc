#include "protocol/method_scopes.h"

#include "protocol/methods.h"

#include <gtest/gtest.h>

#include <set>

namespace openclaw::protocol {
namespace {

TEST(MethodScopes, EveryMethodOnce) {
  std::set<std::string_view> names;
  for (const auto& row : method_scopes()) EXPECT_TRUE(names.insert(row.method).second) << row.method;
  EXPECT_EQ(names.size(), 134u);
}

// A method of the reference release that we serve asks for what it asks for there. `health` is answered to everybody.
TEST(MethodScopes, OurRowsAgree) {
  std::set<std::string_view> reference;
  for (const auto& row : method_scopes()) reference.insert(row.method);
  int shared = 0;
  for (const auto& row : methods()) {
    if (row.name == "health" || !reference.contains(row.name)) continue;
    ++shared;
    EXPECT_EQ(row.caller == Caller::nodes, is_node_method(row.name)) << row.name;
    EXPECT_EQ(row.scope, classified_scope(row.name).value_or("")) << row.name;
  }
  EXPECT_GT(shared, 20);
  const auto* health = find_method("health");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->scope, "");
  EXPECT_EQ(health->caller, Caller::everybody);
}

TEST(MethodScopes, WhatNobodyKnowsNeedsAdmin) {
  EXPECT_FALSE(classified_scope("no.such.method"));
  EXPECT_EQ(required_scope("no.such.method"), kAdmin);
  EXPECT_TRUE(least_scopes("no.such.method").empty());
  EXPECT_EQ(required_scope("config.new"), kAdmin);
  EXPECT_EQ(missing_method_scope("no.such.method", {std::string(kAdmin)}), "");
}

TEST(MethodScopes, ChosenScopesWinEvenWhenEmpty) {
  EXPECT_EQ(scopes_for_call("send", {}), Scopes{"operator.write"});
  EXPECT_EQ(scopes_for_call("send", Scopes{}), Scopes{});
}

TEST(MethodScopes, RolesKeepToTheirMethods) {
  EXPECT_TRUE(role_may_call(kRoleNode, "skills.bins"));
  EXPECT_FALSE(role_may_call(kRoleNode, "status"));
  EXPECT_FALSE(role_may_call(kRoleOperator, "node.pending.pull"));
  EXPECT_TRUE(role_may_call(kRoleOperator, "no.such.method"));
}

}  // namespace
}  // namespace openclaw::protocol
