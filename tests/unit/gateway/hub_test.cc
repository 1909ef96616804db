#include "gateway/hub.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace openclaw::gateway {
namespace {

class FakeClock final : public base::Clock {
 public:
  std::int64_t wall_ms() const override { return now; }
  std::int64_t steady_ms() const override { return now; }
  std::int64_t now = 1'000;
};

struct FakeSocket final : net::WsConnection {
  void send(net::Frame frame) override { sent.push_back((frame.head ? *frame.head : "") + frame.tail); }
  std::size_t queued_bytes() const override { return queued; }
  void close(std::uint16_t code, std::string why) override { closed = code, reason = std::move(why); }
  void set_max_message(std::size_t) override {}
  bool open() const override { return closed == 0; }
  std::vector<std::string> sent;
  std::size_t queued = 0;
  std::uint16_t closed = 0;
  std::string reason;
};

struct HubTest : ::testing::Test {
  struct Client {
    std::shared_ptr<FakeSocket> socket = std::make_shared<FakeSocket>();
    std::shared_ptr<Session> session = std::make_shared<Session>();
    std::vector<std::string>& sent() { return socket->sent; }
  };
  Client client(const std::string& id, protocol::Scopes scopes = {"operator.read"}, const std::string& resume_key = {}) {
    Client out;
    out.session->connection_id = id;
    out.session->socket = out.socket;
    out.session->role = "operator";
    out.session->scopes = std::move(scopes);
    out.session->resume_key = resume_key;
    return out;
  }
  Client join(const std::string& id, protocol::Scopes scopes = {"operator.read"}, const std::string& resume_key = {}) {
    auto out = client(id, std::move(scopes), resume_key);
    hub.add(out.session);
    return out;
  }
  FakeClock clock;
  Hub hub{clock, "epoch"};
};

TEST_F(HubTest, EventsAreGatedByScopeAndNumberedPerClient) {
  auto reader = join("a"), stranger = join("b", {});
  hub.broadcast("chat", R"({"n":1})");
  hub.broadcast("tick", R"({"ts":1})");
  EXPECT_EQ(reader.sent(), (std::vector<std::string>{R"({"type":"event","event":"chat","payload":{"n":1},"seq":1})",
                                                     R"({"type":"event","event":"tick","payload":{"ts":1},"seq":2})"}));
  EXPECT_EQ(stranger.sent(), (std::vector<std::string>{R"({"type":"event","event":"tick","payload":{"ts":1},"seq":1})"}));
}

TEST_F(HubTest, ASlowClientMissesWhatMayBeDroppedAndIsClosedByTheRest) {
  auto slow = join("a");
  slow.socket->queued = base::kMaxBuffered + 1;
  hub.broadcast("tick", "{}");
  hub.broadcast("chat", R"({"state":"delta"})", std::nullopt, true);
  EXPECT_TRUE(slow.sent().empty());
  EXPECT_EQ(slow.socket->closed, 0);
  EXPECT_EQ(slow.session->seq, 0) << "a dropped event has no number";
  hub.broadcast("chat", R"({"state":"final"})");
  EXPECT_EQ(slow.socket->closed, 1008);
  EXPECT_EQ(slow.socket->reason, "slow consumer");
}

TEST_F(HubTest, AClientThatResumesIsClosedInsteadOfSkipped) {
  auto slow = join("a", {"operator.read"}, "key");
  slow.socket->queued = base::kMaxBuffered + 1;
  hub.broadcast("tick", "{}");
  EXPECT_EQ(slow.socket->closed, 0);
  hub.broadcast("chat", R"({"state":"delta"})", std::nullopt, true);
  EXPECT_EQ(slow.socket->closed, 1008);
}

TEST_F(HubTest, OnlyClientsThatAskedSeeEventNumbers) {
  auto plain = join("a"), resuming = join("b", {"operator.read"}, "key");
  hub.broadcast("chat", "{}");
  EXPECT_EQ(plain.sent().at(0).find("eid"), std::string::npos);
  EXPECT_NE(resuming.sent().at(0).find(R"("seq":1,"eid":1})"), std::string::npos) << resuming.sent().at(0);
}

TEST_F(HubTest, AReturningClientGetsWhatItMissed) {
  auto first = join("a", {"operator.read"}, "key");
  hub.broadcast("chat", R"({"n":1})");
  hub.remove("a");
  hub.broadcast("chat", R"({"n":2})");
  hub.broadcast("device.pair.requested", "{}");  // not for readers
  hub.broadcast("tick", "{}");                   // not worth repeating
  hub.broadcast("chat", R"({"n":3})");
  auto again = client("b", {"operator.read"}, "key");
  ASSERT_TRUE(hub.resume(*again.session, {"epoch", 1}));
  hub.add(again.session);
  hub.broadcast("chat", R"({"n":4})");
  ASSERT_EQ(again.sent().size(), 3u);
  EXPECT_EQ(again.sent()[0], R"({"type":"event","event":"chat","payload":{"n":2},"seq":1,"eid":2})");
  EXPECT_EQ(again.sent()[1], R"({"type":"event","event":"chat","payload":{"n":3},"seq":2,"eid":4})");
  EXPECT_EQ(again.sent()[2], R"({"type":"event","event":"chat","payload":{"n":4},"seq":3,"eid":5})");
}

TEST_F(HubTest, TargetedEventsWaitForTheirClient) {
  auto first = join("a", {"operator.read"}, "key"), other = join("x", {"operator.read"}, "other");
  hub.follow_run("run", "a");
  hub.send_to_all(hub.followers("run"), "agent", R"({"n":1})");
  hub.remove("a");
  hub.send_to_all(hub.followers("run"), "agent", R"({"n":2})");
  auto again = client("b", {"operator.read"}, "key");
  ASSERT_TRUE(hub.resume(*again.session, {"epoch", 1}));
  hub.add(again.session);
  hub.send_to_all(hub.followers("run"), "agent", R"({"n":3})");
  EXPECT_EQ(again.sent(), (std::vector<std::string>{R"({"type":"event","event":"agent","payload":{"n":2},"eid":2})",
                                                    R"({"type":"event","event":"agent","payload":{"n":3},"eid":3})"}));
  EXPECT_TRUE(other.sent().empty());
}

TEST_F(HubTest, WhatWasMissedIsGivenByTheRightsOfTheNewConnection) {
  auto first = join("a", {"operator.read"}, "key");
  hub.follow_run("run", "a");
  hub.remove("a");
  hub.send_to_all(hub.followers("run"), "agent", R"({"n":1})");
  hub.broadcast("chat", R"({"n":2})");
  auto again = client("b", {}, "key");
  ASSERT_TRUE(hub.resume(*again.session, {"epoch", 0}));
  EXPECT_TRUE(again.sent().empty());
}

TEST_F(HubTest, AConnectionThatIsStillOpenIsReplaced) {
  auto first = join("a", {"operator.read"}, "key");
  hub.follow_run("run", "a");
  hub.broadcast("chat", R"({"n":1})");
  auto again = client("b", {"operator.read"}, "key");
  ASSERT_TRUE(hub.resume(*again.session, {"epoch", 0}));
  hub.add(again.session);
  EXPECT_EQ(first.socket->closed, 1001);
  EXPECT_EQ(again.sent().size(), 1u);
  EXPECT_EQ(hub.followers("run"), (std::set<std::string>{"b"}));
}

TEST_F(HubTest, TooLateOrAnotherEpochIsAGap) {
  auto first = join("a", {"operator.read"}, "key");
  hub.broadcast("chat", R"({"n":1})");
  hub.remove("a");
  hub.broadcast("chat", R"({"n":2})");
  auto again = client("b", {"operator.read"}, "key");
  EXPECT_FALSE(hub.resume(*again.session, {"another", 1}));
  clock.now += EventLogLimits{}.age_ms + 1;
  hub.trim();
  EXPECT_FALSE(hub.resume(*again.session, {"epoch", 1}));
  EXPECT_TRUE(again.sent().empty());
}

TEST_F(HubTest, ARemovedDeviceKeepsNothing) {
  auto first = join("a", {"operator.read"}, "key");
  first.session->device_id = "device";
  hub.follow_run("run", "a");
  hub.close_device("device", "", 4001, "device removed");
  EXPECT_EQ(first.socket->closed, 4001);
  hub.remove("a");
  EXPECT_TRUE(hub.followers("run").empty());
}

}  // namespace
}  // namespace openclaw::gateway
