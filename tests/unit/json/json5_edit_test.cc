#include "json/json5_edit.h"

#include "base/strings.h"
#include "json/json5.h"

#include <gtest/gtest.h>

namespace openclaw::json {
namespace {

PathSegments path(std::string_view dotted) { return base::split(dotted, '.'); }

std::string set(std::string_view text, std::string_view dotted, std::string_view value) {
  const auto result = json5_set(text, path(dotted), *parse_json5(value));
  return result ? *result : "error: " + result.error().message;
}

std::string unset(std::string_view text, std::string_view dotted) {
  const auto result = json5_unset(text, path(dotted));
  return result ? *result : "error: " + result.error().message;
}

constexpr char kFile[] =
    "// my gateway\n"
    "{\n"
    "  gateway: { // the door\n"
    "    mode: 'local', port: 18789, /* keep */\n"
    "    \"x-unknown\": [1, 2], // ours\n"
    "  },\n"
    "\n"
    "  # = 1\n"
    "}\n";

TEST(Json5Edit, RefusesTextThatDoesNotParse) {
  EXPECT_EQ(set(kFile, "a", "1"), "error: JSON5: invalid character '#' at 8:3");
  EXPECT_EQ(unset("{", "a"), "error: JSON5: invalid end of input at 1:2");
}

TEST(Json5Edit, ReplacesAValueAndNothingElse) {
  EXPECT_EQ(set("// c\n{ a : 'x' /*t*/ , // n\n  b: 0x10 }\n", "a", "'y'"),
            "// c\n{ a : 'y' /*t*/ , // n\n  b: 0x10 }\n");
  EXPECT_EQ(set("{a: 0x10, b: +1}", "b", "2"), "{a: 0x10, b: 2}");
  EXPECT_EQ(set("{a: 0x10}", "a", "16"), "{a: 0x10}") << "an equal value leaves the text alone";
  EXPECT_EQ(set("{a: [1, /*x*/ 2, 3]}", "a.1", "7"), "{a: [1, /*x*/ 7, 3]}");
}

TEST(Json5Edit, QuotesFollowTheNeighbours) {
  EXPECT_EQ(set("{'a': 'x'}", "b", "\"it's \\\"q\\\" \\n\""), "{'a': 'x', 'b': 'it\\'s \"q\" \\n'}");
  EXPECT_EQ(set("{a: 'x'}", "b-c", "1"), "{a: 'x', 'b-c': 1}");
  EXPECT_EQ(set("{\"a\":\"x\"}", "b", "'y'"), "{\"a\":\"x\",\"b\":\"y\"}");
  EXPECT_EQ(set("{a: {'k': 1}}", "a.z", "1"), "{a: {'k': 1, 'z': 1}}");
}

TEST(Json5Edit, InsertsOnALineOfItsOwn) {
  EXPECT_EQ(set("{\n  a: 1\n}\n", "b", "2"), "{\n  a: 1,\n  b: 2\n}\n");
  EXPECT_EQ(set("{\n\ta: 1,\n}\n", "b", "{c: 2}"), "{\n\ta: 1,\n\tb: {\n\t\tc: 2,\n\t},\n}\n");
  EXPECT_EQ(set("{\n  a: 1 // one\n  // tail\n}\n", "b", "2"), "{\n  a: 1, // one\n  b: 2\n  // tail\n}\n");
  EXPECT_EQ(set("{\n  a: 1, /* one */  \n}\n", "b", "2"), "{\n  a: 1, /* one */\n  b: 2,  \n}\n");
  EXPECT_EQ(set("{\r\n  a: 1\r\n}\r\n", "b", "2"), "{\r\n  a: 1,\r\n  b: 2\r\n}\r\n");
  EXPECT_EQ(set("{\n  a: 1 }", "b", "2"), "{\n  a: 1,\n  b: 2 }");
}

TEST(Json5Edit, InsertsOnOneLine) {
  EXPECT_EQ(set("{ a: 1 }", "b", "2"), "{ a: 1, b: 2 }");
  EXPECT_EQ(set("{a:1,b:2,}", "c", "{d:[3]}"), "{a:1,b:2,c:{d:[3]},}");
  EXPECT_EQ(set("{\n  g: { a: 1 }, // g\n}", "g.b", "2"), "{\n  g: { a: 1, b: 2 }, // g\n}");
  EXPECT_EQ(set("{a: 1 // one\n}", "b", "2"), "{a: 1, // one\n  b: 2\n}");
  EXPECT_EQ(set("{a: 1 /* one */}", "b", "2"), "{a: 1, /* one */\n  b: 2}");
}

TEST(Json5Edit, FillsEmptyObjects) {
  EXPECT_EQ(set("{}", "a.b.c", "1"), "{\n  \"a\": {\n    \"b\": {\n      \"c\": 1\n    }\n  }\n}");
  EXPECT_EQ(set("{\"g\":{}}", "g.port", "1"), "{\"g\":{\"port\":1}}");
  EXPECT_EQ(set("{\n    g: {\n    }\n}", "g.port", "1"), "{\n    g: {\n        port: 1\n    }\n}");
  EXPECT_EQ(set("{\n  g: { // none yet\n  },\n}", "g.port", "1"),
            "{\n  g: { // none yet\n    port: 1\n  },\n}");
  EXPECT_EQ(set("{\n  g: { /* none */ },\n}", "g.port", "1"), "{\n  g: { /* none */\n    port: 1\n   },\n}");
}

TEST(Json5Edit, ArraysGrowAtTheEndOnly) {
  EXPECT_EQ(set("{l: []}", "l.0", "'a'"), "{l: [\"a\"]}");
  EXPECT_EQ(set("{l: ['a']}", "l.1", "'b'"), "{l: ['a', 'b']}");
  EXPECT_EQ(set("{\n  l: [\n    'a', // x\n  ],\n}", "l.1", "'b'"),
            "{\n  l: [\n    'a', // x\n    'b',\n  ],\n}");
  EXPECT_EQ(set("{}", "l.0.id", "'m'"), "{\n  \"l\": [\n    {\n      \"id\": \"m\"\n    }\n  ]\n}");
  EXPECT_EQ(set("{l: []}", "l.2", "1"), "error: Array index 2 would leave a hole: the array has 0 elements");
  EXPECT_EQ(set("{l: [1]}", "l.x", "1"), "error: Expected numeric index for array segment \"x\"");
  EXPECT_EQ(set("{}", "l.5.a", "1"), "error: Array index 5 would leave a hole: the array has 0 elements");
}

TEST(Json5Edit, ScalarsOnTheWayAreReplaced) {
  EXPECT_EQ(set("{a: 5, b: 6}", "a.b", "1"), "{a: {b: 1}, b: 6}");
  EXPECT_EQ(set("{a: {}}", "a.0", "'z'"), "{a: {\"0\": \"z\"}}");
  EXPECT_EQ(set("5", "a", "1"), "error: The document is not an object");
}

TEST(Json5Edit, DuplicateKeysLastWins) {
  EXPECT_EQ(set("{a: 1, a: 2}", "a", "3"), "{a: 1, a: 3}");
  EXPECT_EQ(set("{a: {x: 1}, a: {y: 2}}", "a.x", "3"), "{a: {x: 1}, a: {y: 2, x: 3}}");
  EXPECT_EQ(unset("{a: 1, b: 2, a: 3}", "a"), "{b: 2}");
}

TEST(Json5Edit, UnsetOnOneLine) {
  EXPECT_EQ(unset("{ a: 1, b: 2, c: 3 }", "b"), "{ a: 1, c: 3 }");
  EXPECT_EQ(unset("{ a: 1, b: 2 }", "a"), "{ b: 2 }");
  EXPECT_EQ(unset("{ a: 1, b: 2 }", "b"), "{ a: 1 }");
  EXPECT_EQ(unset("{a: 1, b: 2,}", "b"), "{a: 1,}");
  EXPECT_EQ(unset("{\"a\":1,\"b\":2}", "b"), "{\"a\":1}");
  EXPECT_EQ(unset("{ a: 1 }", "a"), "{}");
  EXPECT_EQ(unset("{a: [1, 2, 3]}", "a.1"), "{a: [1, 3]}");
  EXPECT_EQ(unset("{a: 1, /* b: */ b: 2 /* after */}", "b"), "{a: 1 /* b: */ /* after */}");
}

TEST(Json5Edit, UnsetTakesTheWholeLine) {
  EXPECT_EQ(unset("{\n  // about a\n  a: 1, // one\n  b: 2 // two\n}\n", "a"),
            "{\n  // about a\n  b: 2 // two\n}\n");
  EXPECT_EQ(unset("{\n  a: 1, // one\n  b: 2 // two\n}\n", "b"), "{\n  a: 1 // one\n}\n");
  EXPECT_EQ(unset("{\n  g: {\n    a: 1\n  },\n  h: 2\n}", "g.a"), "{\n  g: {},\n  h: 2\n}");
  EXPECT_EQ(unset("{\r\n  a: {\r\n    x: 1,\r\n  },\r\n  b: 2,\r\n}", "a"), "{\r\n  b: 2,\r\n}");
}

TEST(Json5Edit, UnsetOfWhatIsNotThere) {
  EXPECT_EQ(unset("{a: {b: 1}}", "a.c"), "error: Config path not found: a.c");
  EXPECT_EQ(unset("{a: [1]}", "a.1"), "error: Config path not found: a.1");
  EXPECT_EQ(unset("{a: 1}", "a.b"), "error: Config path not found: a.b");
  EXPECT_EQ(json5_unset("{}", {"a"}).error().kind, base::ErrorKind::not_found);
}

TEST(Json5Edit, NumbersThatJsonLacks) {
  EXPECT_EQ(set("{a: 1}", "a", "[Infinity, -Infinity, NaN, 0.5]"), "{a: [Infinity, -Infinity, NaN, 0.5]}");
}

TEST(Json5Edit, KeepsOrderOfKeysInValues) {
  auto value = *parse_json5("{z: 1, a: 2, m: 3}");
  EXPECT_TRUE(unset_at(value, {"z"}));
  EXPECT_EQ(write(value), R"({"a":2,"m":3})");
}

}  // namespace
}  // namespace openclaw::json
