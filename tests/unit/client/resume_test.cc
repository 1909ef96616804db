#include "client/resume.h"

#include "client/connect_params.h"

#include <gtest/gtest.h>

namespace openclaw::client {
namespace {

Hello hello_from(std::optional<ResumePoint> point, bool gap = false) {
  Hello hello;
  hello.resume_from = std::move(point);
  hello.resume_gap = gap;
  return hello;
}

EventInfo event(std::int64_t eid) { return EventInfo{eid}; }

TEST(ResumableView, GoesOnWhereItStopped) {
  ResumableView view;
  ConnectOptions options;
  view.prepare(options);
  EXPECT_TRUE(options.resumable);
  EXPECT_FALSE(options.resume_after);
  EXPECT_TRUE(view.welcome(hello_from(ResumePoint{"e1", 40})));
  EXPECT_TRUE(view.accept(event(41)));
  EXPECT_TRUE(view.accept(event(44)));  // numbers of events that are not for this client are left out
  EXPECT_TRUE(view.accept(EventInfo{}));
  view.prepare(options);
  ASSERT_TRUE(options.resume_after);
  EXPECT_EQ(options.resume_after->epoch, "e1");
  EXPECT_EQ(options.resume_after->eid, 44);
  EXPECT_TRUE(view.welcome(hello_from(options.resume_after)));
  EXPECT_FALSE(view.accept(event(44)));
  EXPECT_TRUE(view.accept(event(45)));
}

TEST(ResumableView, SaysWhenEventsWereLost) {
  ResumableView view;
  EXPECT_TRUE(view.welcome(hello_from(ResumePoint{"e1", 5})));
  EXPECT_FALSE(view.welcome(hello_from(ResumePoint{"e1", 90}, true)));
  EXPECT_EQ(view.point()->eid, 90);
  EXPECT_FALSE(view.welcome(hello_from(ResumePoint{"e2", 0})));  // the gateway was restarted
  EXPECT_EQ(view.point()->epoch, "e2");
  EXPECT_FALSE(view.welcome(hello_from(std::nullopt)));  // another release took over
  EXPECT_FALSE(view.point());
}

TEST(ResumableView, AGatewayWithoutNumbersIsServedToo) {
  ResumableView view;
  EXPECT_TRUE(view.welcome(hello_from(std::nullopt)));
  EXPECT_TRUE(view.accept(EventInfo{}));
  EXPECT_FALSE(view.welcome(hello_from(std::nullopt)));
}

std::optional<Challenge> challenge_from(const char* text) {
  const auto payload = json::parse(text);
  return parse_challenge(&*payload);
}

TEST(ConnectParams, ResumeOnlyWhereItIsOffered) {
  const auto offered = challenge_from(R"({"nonce":"n","ts":1,"resume":{"v":1,"epoch":"e1","oldest":3,"newest":9}})");
  ConnectOptions options;
  EXPECT_FALSE(json::find(connect_params(options, *offered, 1), "resume"));
  options.resumable = true;
  EXPECT_EQ(json::write(*json::find(connect_params(options, *offered, 1), "resume")),
            R"({"v":1,"epoch":"e1","after":9})");
  options.resume_after = ResumePoint{"e0", 4};
  EXPECT_EQ(json::write(*json::find(connect_params(options, *offered, 1), "resume")),
            R"({"v":1,"epoch":"e0","after":4})");
  for (const char* other : {R"({"nonce":"n","ts":1})", R"({"nonce":"n","resume":{"v":2,"epoch":"e","newest":1}})",
                            R"({"nonce":"n","resume":{"v":1,"newest":1}})", R"({"nonce":"n","resume":7})"}) {
    EXPECT_FALSE(json::find(connect_params(options, *challenge_from(other), 1), "resume")) << other;
  }
}

}  // namespace
}  // namespace openclaw::client
