#include <gtest/gtest.h>

#include "nodes/foreground_queue.h"
#include "nodes/pending_work.h"

namespace openclaw::nodes {
namespace {

bool yes(const void*, const std::string&) { return true; }
bool no(const void*, const std::string&) { return false; }

QueuedAction action(std::string id, std::string key = {}) {
  QueuedAction out;
  out.id = std::move(id);
  out.node_id = "n";
  out.command = "canvas.present";
  out.idempotency_key = std::move(key);
  return out;
}

TEST(ForegroundQueue, OneEntryPerKeyAndABound) {
  ForegroundQueue queue;
  EXPECT_TRUE(queue.push(action("a", "k"), 1).created);
  const auto again = queue.push(action("b", "k"), 2);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.action.id, "a");
  for (std::size_t i = 0; i < kForegroundQueueMax; ++i) queue.push(action("x" + std::to_string(i)), 3);
  std::vector<std::string> dropped;
  const auto left = queue.pull("n", 4, yes, nullptr, dropped);
  EXPECT_EQ(left.size(), kForegroundQueueMax);
  EXPECT_EQ(left.front().id, "x0");
}

TEST(ForegroundQueue, ExpiresAcknowledgesAndObeysThePolicy) {
  ForegroundQueue queue;
  queue.push(action("old"), 1);
  queue.push(action("new"), kForegroundQueueMs);
  std::vector<std::string> dropped;
  EXPECT_EQ(queue.pull("n", kForegroundQueueMs + 2, yes, nullptr, dropped).size(), 1u);
  EXPECT_EQ(dropped, std::vector<std::string>{"old"});
  EXPECT_EQ(queue.acknowledge("n", {"other"}, kForegroundQueueMs + 2), 1u);
  EXPECT_EQ(queue.acknowledge("n", {"new"}, kForegroundQueueMs + 2), 0u);
  queue.push(action("c"), 1);
  EXPECT_TRUE(queue.pull("n", 2, no, nullptr, dropped).empty());
  EXPECT_TRUE(queue.pull("unknown", 2, yes, nullptr, dropped).empty());
}

TEST(ForegroundQueue, StoredFormComesBackInOrder) {
  ForegroundQueue queue;
  auto late = action("late");
  late.enqueued_at = 20;
  late.params_json = "{}";
  auto early = action("early");
  early.enqueued_at = 10;
  queue.load(late.to_json());
  queue.load(early.to_json());
  queue.load({});
  std::vector<std::string> dropped;
  const auto list = queue.pull("n", 30, yes, nullptr, dropped);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].id, "early");
  EXPECT_EQ(list[1].params_json, "{}");
}

TEST(ForegroundQueue, Words) {
  EXPECT_TRUE(foreground_only("camera.snap"));
  EXPECT_FALSE(foreground_only("system.notify"));
  EXPECT_TRUE(says_background("NODE_BACKGROUND_UNAVAILABLE", ""));
  EXPECT_TRUE(says_background("", "CANVAS_BACKGROUND_UNAVAILABLE: x"));
  EXPECT_FALSE(says_background("CAMERA_DISABLED", "off"));
}

TEST(PendingWork, OneOfATypeOrderedByPriority) {
  PendingWork work;
  auto drained = work.drain("n", 4, 100);
  ASSERT_EQ(drained.items.size(), 1u);
  EXPECT_EQ(drained.items[0].id, "baseline-status");
  EXPECT_EQ(drained.revision, 0);
  auto queued = work.enqueue("n", WorkItem{"1", "location.request", "normal", 101, std::nullopt}, 101);
  EXPECT_TRUE(queued.created);
  EXPECT_FALSE(work.enqueue("n", WorkItem{"2", "location.request", "high", 102, std::nullopt}, 102).created);
  work.enqueue("n", WorkItem{"3", "status.request", "high", 103, 200}, 103);
  drained = work.drain("n", 1, 104);
  EXPECT_EQ(drained.items[0].id, "3");
  EXPECT_TRUE(drained.has_more);
  EXPECT_EQ(drained.revision, 2);
  drained = work.drain("n", 4, 200);
  ASSERT_EQ(drained.items.size(), 2u);
  EXPECT_EQ(drained.items[0].id, "1");
  EXPECT_EQ(drained.items[1].id, "baseline-status");

  PendingWork again;
  again.load("n", work.stored("n"));
  EXPECT_EQ(again.drain("n", 4, 200).items[0].id, "1");
}

}  // namespace
}  // namespace openclaw::nodes
