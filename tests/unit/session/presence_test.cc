#include "session/presence.h"

#include <gtest/gtest.h>

#include "session/stop_words.h"

namespace openclaw::session {
namespace {

PresenceEntry entry(const char* host, std::vector<std::string> roles) {
  PresenceEntry out;
  out.host = host;
  out.mode = "node";
  out.roles = std::move(roles);
  return out;
}

TEST(Presence, NewestFirstBehindTheGatewayAndRolesAccumulate) {
  PresenceEntry self;
  self.host = "gw";
  Presence presence(self);
  presence.connected("a", entry("A", {"node"}), 1000);
  presence.connected("b", entry("B", {"operator"}), 2000);
  presence.connected("a", entry("A", {"operator"}), 3000);
  const auto list = presence.list(4000);
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].at("ts").as_int64(), 4000);
  EXPECT_EQ(list[1].at("host").as_string(), "A");
  EXPECT_EQ(list[1].at("roles").as_array().size(), 2u);
  EXPECT_EQ(presence.version(), 3);
  presence.disconnected("b", 5000);
  EXPECT_EQ(presence.list(5000)[1].at("reason").as_string(), "disconnect");
}

TEST(Presence, EntriesExpireAndAreBounded) {
  Presence presence(PresenceEntry{});
  presence.connected("old", entry("old", {}), 0);
  EXPECT_EQ(presence.list(300'000).size(), 2u);
  EXPECT_EQ(presence.list(300'001).size(), 1u);
  for (int i = 0; i < 500; ++i) presence.connected(std::to_string(i), entry("x", {}), 400'000);
  EXPECT_EQ(presence.list(400'000).size(), 200u);
}

TEST(StopWords, WholeMessagesOnly) {
  for (const char* text : {"stop", " STOP! ", "/stop", "Please  stop.", "stop don’t do anything", "停止。", "Стоп", "esc…"}) {
    EXPECT_TRUE(is_stop_word(text)) << text;
  }
  for (const char* text : {"stop the music", "", "don't stop", "!!!", "run uptime"}) EXPECT_FALSE(is_stop_word(text)) << text;
}

}  // namespace
}  // namespace openclaw::session
