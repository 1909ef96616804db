#include "json/json5.h"

#include <gtest/gtest.h>

#include <cmath>

namespace openclaw::json {
namespace {

std::string message(std::string_view text) {
  const auto result = parse_json5(text);
  return result ? "parsed: " + write(*result) : result.error().message;
}

TEST(Json5, ErrorsNameLineAndColumn) {
  EXPECT_EQ(message("{oops"), "JSON5: invalid end of input at 1:6");
  EXPECT_EQ(message("{\n  a: 1\n  b: 2\n}"), "JSON5: invalid character 'b' at 3:3");
  EXPECT_EQ(message("[1,,2]"), "JSON5: invalid character ',' at 1:4");
  EXPECT_EQ(message(""), "JSON5: invalid end of input at 1:1");
  EXPECT_EQ(message("'a\nb'"), "JSON5: invalid character '\\n' at 1:3");
  EXPECT_EQ(message("/* open"), "JSON5: invalid end of input at 1:8");
  EXPECT_EQ(message("{a: 1} /"), "JSON5: invalid end of input at 1:9");
  EXPECT_EQ(message("['\xf0\x9f\x98\x80', x]"), "JSON5: invalid character 'x' at 1:8");
  EXPECT_EQ(message("[\n\"\xff\"]"), "JSON5: invalid UTF-8 at 2:2");
  EXPECT_EQ(message("{\\u0031a: 1}"), "JSON5: invalid identifier character at 1:2");
  const auto at = parse_json5_at("{\n  a: !\n}");
  ASSERT_FALSE(at);
  EXPECT_EQ(at.error().at.line, 2u);
  EXPECT_EQ(at.error().at.column, 6u);
}

TEST(Json5, NestingIsBounded) {
  const std::string deep(64, '[');
  EXPECT_TRUE(parse_json5(deep + std::string(64, ']')));
  EXPECT_EQ(message("[" + deep), "JSON5: nesting deeper than 64 levels at 1:65");
}

TEST(Json5, SizeIsBounded) {
  EXPECT_EQ(message(std::string(kJson5MaxBytes + 1, ' ')), "JSON5: text larger than 2097152 bytes at 1:1");
}

TEST(Json5, NumbersKeepTheirKind) {
  const auto value = parse_json5("[9223372036854775807, 9223372036854775808, 1e2, -0, 0x10, 5., 1.5, -7]");
  ASSERT_TRUE(value);
  const Array& items = value->get_array();
  EXPECT_EQ(items[0].get_int64(), INT64_MAX);
  EXPECT_TRUE(items[1].is_double());
  EXPECT_EQ(items[2].get_int64(), 100);
  EXPECT_TRUE(items[3].is_double());
  EXPECT_EQ(items[4].get_int64(), 16);
  EXPECT_EQ(items[5].get_int64(), 5);
  EXPECT_EQ(items[6].get_double(), 1.5);
  EXPECT_EQ(items[7].get_int64(), -7);
}

TEST(Json5, StringsAndEscapes) {
  EXPECT_EQ(message(R"("\x41é\0\v\q\
z")"),
            R"(parsed: "Aé\u0000\u000bqz")");
  EXPECT_EQ(message(R"('\ud800')"), "parsed: \"\xef\xbf\xbd\"");
  EXPECT_EQ(message(R"('\ud800A')"), "parsed: \"\xef\xbf\xbd\x41\"");
}

TEST(Json5, LocatesKeys) {
  const std::string text = "{\n  a: {\n    'b': [1,\n      {c: 2}]\n  },\n  a: {b: [0, {c: 3}]}\n}";
  const auto at = locate_json5(text, {"a", "b", "1", "c"});
  ASSERT_TRUE(at);  // of the duplicate that counts
  EXPECT_EQ(at->line, 6u);
  EXPECT_EQ(at->column, 15u);
  EXPECT_FALSE(locate_json5(text, {"a", "b", "2"}));
  EXPECT_FALSE(locate_json5("{", {}));
}

TEST(Json5, SameValueComparesNumbersByValue) {
  EXPECT_TRUE(same_value(*parse_json5("{a: 1.0, b: [NaN]}"), *parse_json5("{b: [NaN], a: 1}")));
  EXPECT_FALSE(same_value(*parse_json5("{a: 1}"), *parse_json5("{a: 1, b: 2}")));
  EXPECT_FALSE(same_value(*parse_json5("[1]"), *parse_json5("['1']")));
  EXPECT_FALSE(same_value(Value(9007199254740993), Value(9007199254740992)));
}

}  // namespace
}  // namespace openclaw::json
