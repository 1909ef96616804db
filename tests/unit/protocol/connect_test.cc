#include "protocol/connect.h"

#include "protocol/frame.h"

#include <gtest/gtest.h>

namespace openclaw::protocol {
namespace {

json::Value connect(int max, const std::string& more = "", const std::string& client = R"("id":"cli")") {
  return json::parse(R"({"minProtocol":3,"maxProtocol":)" + std::to_string(max) + R"(,"client":{)" + client +
                     R"(,"version":"1","platform":"linux","mode":"cli"})" + more + "}")
      .value();
}

TEST(Connect, LaterFieldsAreRefusedOn3AndIgnoredOn4) {
  const std::string more = R"(,"later":1,"auth":{"token":"t","newSecret":"s"})";
  auto old = connect(3, more);
  EXPECT_EQ(check_connect(old).problem,
            "at root: unexpected property 'later'; at /auth: unexpected property 'newSecret'");
  auto now = connect(4, more);
  const auto check = check_connect(now);
  EXPECT_EQ(check.problem, "");
  EXPECT_EQ(check.ignored, (std::vector<std::string>{"/later", "/auth/newSecret"}));
  EXPECT_EQ(read_connect(now).token, "t");
}

TEST(Connect, EnumErrorsAreWordedByVersion) {
  auto old = connect(3, "", R"("id":"zzz")");
  EXPECT_EQ(check_connect(old).problem,
            "at /client/id: must be equal to constant; at /client/id: must match a schema in anyOf");
  auto now = connect(4, "", R"("id":"zzz")");
  EXPECT_EQ(check_connect(now).problem, "at /client/id: must be equal to one of the allowed values");
}

TEST(Connect, WhatProtocol4AddsIsKnown) {
  auto value = connect(
      4, R"(,"computerUse":{},"modelCatalog":{"sessionKey":"main"},"auth":{"approvalRuntimeToken":"x"})",
      R"("id":"openclaw-linux","buildId":"b","timeZone":"Europe/Berlin")");
  const auto check = check_connect(value);
  EXPECT_EQ(check.problem, "");
  EXPECT_TRUE(check.ignored.empty());
}

TEST(Connect, Negotiation) {
  EXPECT_EQ(negotiate(3, 3), 3);
  EXPECT_EQ(negotiate(1, 4), 4);
  EXPECT_EQ(negotiate(4, 7), 4);
  EXPECT_EQ(negotiate(5, 7), std::nullopt);
  EXPECT_EQ(negotiate(0, 2), std::nullopt);
}

TEST(Frames, ExtraPropertiesByProtocol) {
  const char* text =
      R"({"type":"req","id":"1","method":"health","traceparent":"00-1","expectedProfileId":"p","x":1})";
  EXPECT_FALSE(IncomingFrame(text).request());
  EXPECT_TRUE(IncomingFrame(text, FrameRule::open).request());
  EXPECT_FALSE(IncomingFrame(text, FrameRule::by_offer).request());
  EXPECT_TRUE(IncomingFrame(R"({"type":"req","id":"1","method":"connect","x":1,"params":{"maxProtocol":4}})",
                            FrameRule::by_offer)
                  .request());
  EXPECT_FALSE(IncomingFrame(R"({"type":"res","id":"1","method":"connect","params":{"maxProtocol":4}})",
                             FrameRule::by_offer)
                   .request());
}

}  // namespace
}  // namespace openclaw::protocol
