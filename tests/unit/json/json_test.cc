#include "json/json.h"

#include <gtest/gtest.h>

namespace openclaw::json {
namespace {

TEST(Json, ParseTellsWhere) {
  EXPECT_TRUE(parse("{\"a\":[1,2.5,null]}"));
  EXPECT_TRUE(parse(" 1 "));
  const auto bad = parse("{\"a\":}");
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("offset 5"), std::string::npos) << bad.error().message;
  EXPECT_FALSE(parse("{} x"));
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("[1,]"));
}

TEST(Json, NestingIsBounded) { EXPECT_FALSE(parse(std::string(1000, '[') + std::string(1000, ']'))); }

TEST(Json, AccessorsTreatOtherTypesAsAbsent) {
  const Object object = parse(R"({"s":"x","i":3,"d":2.0,"b":true,"o":{"p":{"q":1}},"l":["a",1,"b"]})")->as_object();
  EXPECT_EQ(get_string(object, "s"), "x");
  EXPECT_FALSE(get_string(object, "i"));
  EXPECT_EQ(get_int(object, "i"), 3);
  EXPECT_EQ(get_int(object, "d"), 2);
  EXPECT_FALSE(get_bool(object, "s"));
  EXPECT_EQ(string_list(find(object, "l")), (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(find_path(Value(object), "o.p.q"), nullptr);
  EXPECT_EQ(find_path(Value(object), "o.x.q"), nullptr);
}

TEST(Json, PrettyIsTwoSpaces) {
  EXPECT_EQ(write_pretty(*parse(R"({"a":[1,{}],"b":"x"})")), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x\"\n}");
}

}  // namespace
}  // namespace openclaw::json
