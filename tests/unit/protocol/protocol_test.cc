#include <gtest/gtest.h>

#include "../support/data.h"
#include "protocol/connect.h"
#include "protocol/frame.h"
#include "protocol/methods.h"
#include "protocol/scopes.h"

namespace openclaw::protocol {
namespace {

// What the reference answered to broken connect frames, word for word.
TEST(ConnectSchema, AnswersBrokenFramesLikeTheReference) {
  for (const char* name : {"err-connect-bad-client-id", "err-connect-bad-mode", "err-connect-empty-nonce", "err-connect-empty-params",
                           "err-connect-empty-scope", "err-connect-extra-prop", "err-connect-no-params"}) {
    json::Value sent;
    std::string expected;
    for (const auto& line : test::transcript(std::string("2026.4.2/") + name + ".jsonl")) {
      const auto* frame = json::get_object(line, "frame");
      if (!frame) continue;
      if (json::get_string_or(line, "dir", "") == "out") {
        const auto* params = json::find(*frame, "params");
        sent = params ? *params : json::Value(nullptr);
      } else if (const auto* error = json::get_object(*frame, "error")) {
        expected = json::get_string_or(*error, "message", "");
      }
    }
    EXPECT_EQ("invalid connect params: " + validate(connect_schema(), sent), expected) << name;
  }
}

TEST(ConnectSchema, AcceptsWhatOfficialClientsSend) {
  for (const char* name : {"ok-operator-device-v2", "pair-1-required", "node-node-view"}) {
    for (const auto& line : test::transcript(std::string("2026.4.2/") + name + ".jsonl")) {
      const auto* frame = json::get_object(line, "frame");
      if (!frame || json::get_string_or(*frame, "method", "") != "connect") continue;
      EXPECT_EQ(validate(connect_schema(), frame->at("params")), "") << name;
    }
  }
}

TEST(Frames, InvalidFramesAreAnsweredLikeTheReference) {
  std::vector<json::Value> sent;
  std::vector<json::Object> answers;
  for (const auto& line : test::transcript("2026.4.2/post-invalid-frames.jsonl")) {
    const auto* frame = json::find(line, "frame");
    if (!frame) continue;
    const bool in = json::get_string_or(line, "dir", "") == "in";
    if (in && frame->is_object() && json::get_object(frame->get_object(), "error")) answers.push_back(frame->get_object());
    else if (!in) sent.push_back(*frame);
  }
  ASSERT_GE(answers.size(), 7u);
  std::size_t matched = 0;
  for (const auto& frame : sent) {
    const std::string text = frame.is_string() ? std::string(frame.get_string().c_str()) : json::write(frame);
    IncomingFrame parsed(text);
    if (!parsed.is_json() || parsed.request()) continue;
    ASSERT_LT(matched, answers.size());
    const auto& answer = answers[matched++];
    EXPECT_EQ("invalid request frame: " + parsed.problem(), json::get_string_or(*json::get_object(answer, "error"), "message", "")) << text;
    EXPECT_EQ(parsed.answer_id_json(), json::write(answer.at("id"))) << text;
  }
  EXPECT_EQ(matched, answers.size());
}

TEST(Frames, RequestsAreFound) {
  IncomingFrame frame(R"({"type":"req","id":"7","method":"health","params":{"probe":true}})");
  ASSERT_TRUE(frame.request());
  EXPECT_EQ(frame.request()->method, "health");
  EXPECT_TRUE(frame.request()->params->as_object().at("probe").as_bool());
  EXPECT_FALSE(IncomingFrame("{").is_json());
  EXPECT_FALSE(IncomingFrame(std::string(100000, '[')).is_json());
}

TEST(Frames, TextIsValidJsonWhateverTheId) {
  const std::string id = "a\"\\\n\x01€";
  const auto response = json::parse(response_text(id, "{\"x\":1}"));
  ASSERT_TRUE(response);
  EXPECT_EQ(json::get_string(response->as_object(), "id"), id);
  WireError error{std::string(kUnavailable), "no", nullptr, true, 500};
  const auto refused = json::parse(error_text(id, error));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->at("error").at("retryAfterMs").as_int64(), 500);
  EXPECT_FALSE(refused->at("error").as_object().contains("details"));
  EXPECT_TRUE(json::parse(*event_head("tick", "{\"ts\":1}") + "}"));
}

TEST(Schema, OrderAndTexts) {
  static constexpr Field inner[] = {req_str("x"), opt_int("n", 1, 5)};
  static constexpr Field fields[] = {req_str("a"), req_str("b"), {.name = "o", .type = Type::object, .fields = inner}, opt_list("l", &kNonEmptyItem)};
  const auto check = [&](const char* text) { return validate(Schema{fields}, *json::parse(text)); };
  EXPECT_EQ(check(R"({"a":"1","b":"2"})"), "");
  EXPECT_EQ(check(R"({"z":1,"a":""})"),
            "must have required property 'b'; at root: unexpected property 'z'; at /a: must NOT have fewer than 1 characters");
  EXPECT_EQ(check(R"({"a":"1","b":2,"o":{"n":9,"y":0},"l":["x",""]})"),
            "at /b: must be string; at /o: must have required property 'x'; at /o: unexpected property 'y'; at /o/n: must be <= 5; "
            "at /l/1: must NOT have fewer than 1 characters");
  EXPECT_EQ(check("[]"), "must be object");
}

TEST(Scopes, RulesOfTheProtocol) {
  const Scopes admin{"operator.admin"}, write{"operator.write"}, none;
  EXPECT_TRUE(allows(admin, "operator.pairing"));
  EXPECT_TRUE(allows(write, "operator.read"));
  EXPECT_FALSE(allows(write, "operator.pairing"));
  EXPECT_TRUE(allows(none, ""));
  EXPECT_TRUE(covers("operator", admin, {"operator.write", "operator.anything"}));
  EXPECT_FALSE(covers("operator", admin, {"other"}));
  EXPECT_FALSE(covers("node", admin, {"operator.read"}));
  EXPECT_TRUE(covers("node", none, none));
  EXPECT_EQ(normal_form({" operator.admin ", "operator.admin"}), (Scopes{"operator.admin", "operator.read", "operator.write"}));
}

TEST(Registry, NamesAreUniqueAndScopesKnown) {
  std::set<std::string_view> seen;
  for (const auto& row : methods()) {
    EXPECT_TRUE(seen.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.summary.empty()) << row.name;
    if (!row.scope.empty()) EXPECT_TRUE(row.scope.starts_with("operator.")) << row.name;
  }
  EXPECT_NE(methods_markdown().find("| chat.send | operator | operator.write |"), std::string::npos);
}

}  // namespace
}  // namespace openclaw::protocol
