#include "auth/devices.h"

#include "auth/nodes_view.h"

#include <gtest/gtest.h>

namespace openclaw::auth {
namespace {

using protocol::Scopes;

PendingDevice wanted(const char* role, Scopes scopes, const char* id = "d", const char* key = "k") {
  PendingDevice out;
  out.device_id = id;
  out.public_key = key;
  out.role = role;
  out.roles = {role};
  out.scopes = std::move(scopes);
  return out;
}

TEST(DeviceBook, OneRequestPerDeviceKeepsItsId) {
  DeviceBook book;
  const auto first = book.request(wanted("operator", {"operator.read", "operator.pairing"}), 1000);
  EXPECT_TRUE(first.created);
  // Asking for the same or for less is the same request.
  const auto less = book.request(wanted("operator", {"operator.read"}), 2000);
  EXPECT_FALSE(less.created);
  EXPECT_EQ(less.request.request_id, first.request.request_id);
  EXPECT_EQ(less.request.scopes, (Scopes{"operator.read", "operator.pairing"}));
  EXPECT_EQ(less.request.ts, 2000);
  const auto wider = book.request(wanted("operator", {"operator.write"}), 3000);
  EXPECT_TRUE(wider.created);
  EXPECT_EQ(wider.removed_ids, std::vector<std::string>{first.request.request_id});
  EXPECT_EQ(wider.request.scopes, (Scopes{"operator.read", "operator.pairing", "operator.write"}));
  EXPECT_EQ(book.pending(3000 + 300'001).size(), 0u);
  EXPECT_EQ(book.approve(first.request.request_id, nullptr, 3500).device, nullptr);
  ASSERT_NE(book.approve(wider.request.request_id, nullptr, 3500).device, nullptr);
  EXPECT_EQ(book.pending(3500).size(), 0u);
}

TEST(DeviceBook, OneApprovalOfTwoRolesGivesBothTokens) {
  DeviceBook book;
  book.request(wanted("node", {}), 1);
  const auto both = book.request(wanted("operator", {"operator.read"}), 2);
  EXPECT_EQ(both.request.roles, (std::vector<std::string>{"node", "operator"}));
  EXPECT_FALSE(book.request(wanted("node", {}), 3).created);
  const auto* device = book.approve(both.request.request_id, nullptr, 4).device;
  ASSERT_NE(device, nullptr);
  EXPECT_TRUE(device->tokens.at("node").scopes.empty());
  EXPECT_EQ(device->tokens.at("operator").scopes, Scopes{"operator.read"});
}

TEST(DeviceBook, ApprovedScopesNeverShrink) {
  DeviceBook book;
  book.admit(wanted("operator", {"operator.admin"}), 1);
  book.admit(wanted("operator", {"operator.read"}), 2);
  EXPECT_EQ(book.find("d")->approved_scopes, (Scopes{"operator.admin", "operator.read"}));
}

TEST(DeviceBook, TokensAreReusedAndWidenedWithinWhatIsApproved) {
  DeviceBook book;
  book.admit(wanted("operator", {"operator.read", "operator.pairing"}), 1);
  book.rotate("d", "operator", Scopes{"operator.read"}, nullptr, 2);
  const std::string old = book.find("d")->tokens.at("operator").token;
  bool changed = true;
  ASSERT_NE(book.token_for("d", "operator", {"operator.read"}, 3, changed), nullptr);
  EXPECT_FALSE(changed);
  const auto* wider = book.token_for("d", "operator", {"operator.pairing"}, 4, changed);
  ASSERT_NE(wider, nullptr);
  EXPECT_TRUE(changed);
  EXPECT_NE(wider->token, old);
  EXPECT_EQ(wider->scopes, (Scopes{"operator.pairing", "operator.read"}));
  EXPECT_EQ(book.token_for("d", "operator", {"operator.admin"}, 5, changed), nullptr);
  EXPECT_EQ(book.token_for("d", "node", {}, 5, changed), nullptr);
  EXPECT_EQ(book.token_for("x", "operator", {}, 5, changed), nullptr);
}

TEST(DeviceBook, RotationStaysWithinTheDeviceAndTheCaller) {
  DeviceBook book;
  book.admit(wanted("operator", {"operator.write"}), 1);
  const Scopes reader = {"operator.read"}, admin = {"operator.admin"};
  EXPECT_EQ(book.rotate("d", "operator", std::nullopt, &reader, 2), nullptr);
  EXPECT_EQ(book.rotate("d", "operator", Scopes{"operator.admin"}, &admin, 2), nullptr);
  EXPECT_EQ(book.rotate("d", "node", std::nullopt, &admin, 2), nullptr);  // never approved for it
  const std::string old = book.find("d")->tokens.at("operator").token;
  const auto* token = book.rotate("d", "operator", std::nullopt, &admin, 2);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->scopes, (Scopes{"operator.read", "operator.write"}));
  EXPECT_EQ(book.verify_token("d", "operator", {}, old).reason, "token-mismatch");
  EXPECT_TRUE(book.verify_token("d", "operator", {}, token->token).ok);
  ASSERT_NE(book.revoke("d", "operator", 3), nullptr);
  EXPECT_EQ(book.verify_token("d", "operator", {}, token->token).reason, "token-revoked");
  EXPECT_EQ(book.revoke("d", "node", 3), nullptr);
}

TEST(DeviceBook, RemovalForgetsTheDeviceAndItsTokens) {
  DeviceBook book;
  book.admit(wanted("operator", {"operator.read"}), 1);
  const std::string token = book.find("d")->tokens.at("operator").token;
  EXPECT_TRUE(book.remove("d"));
  EXPECT_FALSE(book.remove("d"));
  EXPECT_EQ(book.verify_token("d", "operator", {}, token).reason, "device-not-paired");
}

TEST(DeviceBook, WhatCouldNotBeStoredIsUndone) {
  DeviceBook book;
  const auto asked = book.request(wanted("operator", {"operator.read"}), 1);
  auto saved = book.save("d");
  ASSERT_NE(book.approve(asked.request.request_id, nullptr, 2).device, nullptr);
  book.restore(std::move(saved));
  EXPECT_EQ(book.find("d"), nullptr);
  EXPECT_NE(book.find_pending(asked.request.request_id, 3), nullptr);
}

TEST(DeviceBook, RecordsSurviveStorage) {
  DeviceBook book;
  auto node = wanted("node", {});
  node.display_name = "Pi";
  node.node["commands"] = json::strings({"system.run"});
  approve_commands(book.admit(node, 5), {"system.run"}, 5);
  DeviceBook other;
  other.load_paired(book.find("d")->to_json());
  ASSERT_NE(other.find("d"), nullptr);
  EXPECT_EQ(other.find("d")->to_json(), book.find("d")->to_json());
  EXPECT_TRUE(other.find("d")->tokens.at("node").scopes.empty());
  const std::string shown = json::write(other.find("d")->to_public_json());
  EXPECT_EQ(shown.find(book.find("d")->tokens.at("node").token), std::string::npos);
  EXPECT_EQ(shown.find(book.find("d")->approval->token), std::string::npos);
  const auto asked = book.request(wanted("operator", {"operator.read"}, "e"), 6);
  other.load_pending(asked.request.to_json());
  EXPECT_EQ(other.find_pending(asked.request.request_id, 7)->to_json(), asked.request.to_json());
}

TEST(NodesView, CommandsThatNobodyApprovedAreWithheld) {
  DeviceBook book;
  NodesView nodes(book);
  auto asked = book.request(wanted("node", {}), 1);
  auto* device = book.approve(asked.request.request_id, nullptr, 2).device;
  ASSERT_NE(device, nullptr);
  EXPECT_TRUE(approved_commands(device, {"system.run"}).empty());
  EXPECT_TRUE(commands_wait(*device, {"system.run"}));
  EXPECT_TRUE(nodes.paired().empty());
  PendingDevice commands = wanted("node", {});
  commands.node["commands"] = json::strings({"system.run", "camera.list"});
  const auto open = nodes.request(commands, 3);
  EXPECT_TRUE(open.request.commands_only);
  EXPECT_EQ(nodes.approve(open.request.request_id, {"operator.write"}, 4).missing_scope, "operator.admin");
  EXPECT_EQ(nodes.approve(open.request.request_id, {"operator.admin"}, 4).node_id, "d");
  EXPECT_EQ(approved_commands(book.find("d"), {"system.run", "sms.send"}),
            std::vector<std::string>{"system.run"});
  EXPECT_TRUE(commands_wait(*book.find("d"), {"system.run", "sms.send"}));
  EXPECT_FALSE(commands_wait(*book.find("d"), {"camera.list"}));
  EXPECT_FALSE(nodes.approve(open.request.request_id, {"operator.admin"}, 5).found);
}

TEST(NodesView, ARequestIsRefreshedInPlace) {
  DeviceBook book;
  NodesView nodes(book);
  PendingDevice legacy = wanted("node", {}, "legacy", "");
  const auto first = nodes.request(legacy, 1);
  legacy.display_name = "Renamed";
  const auto again = nodes.request(legacy, 2);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.request.request_id, first.request.request_id);
  EXPECT_EQ(again.request.display_name, "Renamed");
  EXPECT_EQ(nodes.approve(first.request.request_id, {"operator.pairing"}, 3).node_id, "legacy");
  EXPECT_TRUE(book.paired().empty());  // no device: it has no key
  ASSERT_EQ(nodes.paired().size(), 1u);
  EXPECT_EQ(nodes.verify("legacy", nodes.paired()[0]->approval->token), nodes.paired()[0]);
  EXPECT_EQ(nodes.verify("legacy", "x"), nullptr);
  EXPECT_EQ(book.verify_token("legacy", "node", {}, "").ok, false);
}

TEST(NodesView, ANodeThatWaitsToBePairedHasOneRequest) {
  DeviceBook book;
  NodesView nodes(book);
  auto device = wanted("node", {});
  device.node["commands"] = json::strings({"canvas.present"});
  const auto asked = book.request(device, 1);
  PendingDevice again = wanted("node", {});
  again.node["commands"] = json::strings({"canvas.present", "canvas.hide"});
  const auto refreshed = nodes.request(again, 2);
  EXPECT_EQ(refreshed.request.request_id, asked.request.request_id);
  EXPECT_EQ(nodes.pending(3).size(), 1u);
  EXPECT_EQ(json::write(NodesView::pending_json(*nodes.pending(3)[0]).at("requiredApproveScopes")),
            R"(["operator.pairing","operator.write"])");
  EXPECT_EQ(nodes.approve(asked.request.request_id, {"operator.pairing"}, 4).missing_scope, "operator.write");
  EXPECT_EQ(nodes.approve(asked.request.request_id, {"operator.write"}, 4).node_id, "d");
  EXPECT_EQ(book.find("d")->approval->commands, (std::vector<std::string>{"canvas.present", "canvas.hide"}));
  EXPECT_TRUE(book.find("d")->tokens.contains("node"));
}

TEST(Bootstrap, BoundToTheFirstDeviceForTenMinutes) {
  BootstrapTokens tokens;
  const auto issued = tokens.issue({}, 1000);
  EXPECT_EQ(issued.token.size(), 43u);
  BootstrapUse use{issued.token, "d1", "k1", "node", {}};
  ASSERT_TRUE(tokens.verify(use, 2000));
  EXPECT_EQ(json::write(tokens.bind(issued.id, "d1", "k1", 2000)->to_json()).find(issued.token),
            std::string::npos);
  EXPECT_TRUE(tokens.verify(use, 1000 + kBootstrapTtlMs - 1));
  EXPECT_FALSE(tokens.verify(use, 1000 + kBootstrapTtlMs));
  use.device_id = "d2";
  EXPECT_FALSE(tokens.verify(use, 2000));
  BootstrapTokens other;
  other.load(*BootstrapToken::from_json(tokens.find(issued.id)->to_json()), 3000);
  use.device_id = "d1";
  EXPECT_TRUE(other.verify(use, 3000));
}

}  // namespace
}  // namespace openclaw::auth
