#include "gateway/run_observers.h"

#include <gtest/gtest.h>

namespace openclaw::gateway {
namespace {

agent::AgentEvent event_of(const std::string& run_id) {
  agent::AgentEvent event;
  event.run_id = run_id;
  return event;
}

TEST(RunObservers, OnlyThoseOfTheRunHear) {
  RunObservers observers;
  int first = 0, second = 0;
  auto a = observers.follow_run("a", [&](const agent::AgentEvent&) { ++first; });
  auto b = observers.follow_run("b", [&](const agent::AgentEvent&) { ++second; });
  observers.agent(event_of("a"));
  observers.agent(event_of("a"));
  observers.agent(event_of("c"));
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 0);
  a.reset();
  observers.agent(event_of("a"));
  EXPECT_EQ(first, 2);
}

TEST(RunObservers, AWatchMayEndItselfAndOthersWhileItIsCalled) {
  RunObservers observers;
  int heard = 0;
  RunObservers::Watch one, two;
  one = observers.follow_session("k", [&](const store::MessageRecord&) {
    ++heard;
    one.reset();
    two.reset();
  });
  two = observers.follow_session("k", [&](const store::MessageRecord&) { ++heard; });
  observers.session_message("k", {});
  EXPECT_EQ(heard, 2);
  observers.session_message("k", {});
  EXPECT_EQ(heard, 2);
}

TEST(RunObservers, AWatchOutlivesTheObservers) {
  RunObservers::Watch watch;
  {
    RunObservers observers;
    watch = observers.follow_run("a", [](const agent::AgentEvent&) {});
  }
  watch.reset();
}

}  // namespace
}  // namespace openclaw::gateway
