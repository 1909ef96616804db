#include "session/keys.h"

#include <gtest/gtest.h>

namespace openclaw::session {
namespace {

TEST(SessionKeys, ClientSpellingsOfTheMainSession) {
  KeySettings settings;
  EXPECT_EQ(canonical_key("main", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("  Main ", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("AGENT:main:MAIN", settings), "agent:main:main");
  EXPECT_EQ(canonical_key("notes", settings), "agent:main:notes");
  EXPECT_EQ(canonical_key("agent::x", settings), "agent::x");
  settings.main_key = "Work";
  settings.default_agent = "ops";
  EXPECT_EQ(canonical_key("main", settings), "agent:ops:work");
  EXPECT_EQ(canonical_key("work", settings), "agent:ops:work");
  settings.global_scope = true;
  EXPECT_EQ(canonical_key("main", settings), "global");
}

TEST(SessionKeys, DirectScopes) {
  PeerRoute route;
  route.channel = "Telegram";
  route.account = "Biz";
  route.peer_id = "42";
  EXPECT_EQ(peer_key(route), "agent:main:main");
  route.dm_scope = "per-channel-peer";
  EXPECT_EQ(peer_key(route), "agent:main:telegram:direct:42");
  route.dm_scope = "per-account-channel-peer";
  EXPECT_EQ(peer_key(route), "agent:main:telegram:biz:direct:42");
}

TEST(SessionKeys, RowKind) {
  EXPECT_EQ(row_kind("agent:main:main", "direct"), "direct");
  EXPECT_EQ(row_kind("agent:main:telegram:group:-1", ""), "group");
  EXPECT_EQ(row_kind("agent:main:x", "channel"), "group");
  EXPECT_EQ(row_kind("global", ""), "global");
}

}  // namespace
}  // namespace openclaw::session
