#include "gateway/event_log.h"

#include <gtest/gtest.h>

namespace openclaw::gateway {
namespace {

const protocol::EventRow kRow{"chat", "", false, false};

std::shared_ptr<const std::string> text(std::size_t size) { return std::make_shared<const std::string>(size, 'x'); }

TEST(EventLog, KeepsNothingUntilSomebodyWantsIt) {
  EventLog log("epoch");
  EXPECT_EQ(log.add(kRow, text(1), "", 0), 1);
  EXPECT_EQ(log.oldest(), 2);
  EXPECT_TRUE(log.covers("epoch", 1));
  EXPECT_FALSE(log.covers("epoch", 0));
  log.want(0, 100);
  EXPECT_EQ(log.add(kRow, text(1), "", 50), 2);
  EXPECT_TRUE(log.covers("epoch", 1));
  EXPECT_FALSE(log.covers("other", 1));
  EXPECT_FALSE(log.covers("epoch", 3)) << "a number this gateway never gave";
}

TEST(EventLog, AnEventNobodyWantedMakesAGap) {
  EventLog log("epoch");
  log.want(0, 100);
  log.add(kRow, text(1), "", 1);
  log.add(kRow, text(1), "", 200);
  EXPECT_TRUE(log.events().empty());
  EXPECT_FALSE(log.covers("epoch", 1));
  EXPECT_TRUE(log.covers("epoch", 2));
}

TEST(EventLog, IsBoundedByCountBytesAndAge) {
  EventLog by_count("e", EventLogLimits{3, 1 << 20, 1000});
  by_count.want(0, 1 << 20);
  for (int i = 0; i < 5; ++i) by_count.add(kRow, text(1), "", i);
  EXPECT_EQ(by_count.events().size(), 3u);
  EXPECT_EQ(by_count.oldest(), 3);
  EXPECT_TRUE(by_count.covers("e", 2));
  EXPECT_FALSE(by_count.covers("e", 1));

  EventLog by_bytes("e", EventLogLimits{100, 4096, 1000});
  by_bytes.want(0, 1 << 20);
  for (int i = 0; i < 50; ++i) by_bytes.add(kRow, text(1000), "", i);
  EXPECT_LE(by_bytes.bytes(), 4096u);
  EXPECT_GE(by_bytes.events().size(), 2u);

  EventLog by_age("e", EventLogLimits{100, 1 << 20, 1000});
  by_age.want(0, 1 << 20);
  by_age.add(kRow, text(1), "", 0);
  by_age.add(kRow, text(1), "", 900);
  by_age.trim(1500);
  EXPECT_EQ(by_age.oldest(), 2);
  by_age.trim(5000);
  EXPECT_EQ(by_age.bytes(), 0u);
}

}  // namespace
}  // namespace openclaw::gateway
