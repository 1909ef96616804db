#include "config/key_path.h"

#include <gtest/gtest.h>

namespace openclaw::config {
namespace {

std::string message(std::string_view text) {
  const auto path = required_key_path(text);
  return path ? "ok: " + dotted(*path) : path.error().message;
}

TEST(KeyPath, BracketsAndEscapes) {
  EXPECT_EQ(*parse_key_path(" a.b[0][ c ].d\\.e "), (KeyPath{"a", "b", "0", "c", "d.e"}));
  EXPECT_EQ(*parse_key_path("models.openai/gpt-5\\.2"), (KeyPath{"models", "openai/gpt-5.2"}));
  EXPECT_EQ(*parse_key_path(".a..b."), (KeyPath{"a", "b"}));
}

TEST(KeyPath, QuotesInBracketsAreRemoved) {
  EXPECT_EQ(*parse_key_path("models[\"a/b\"].x"), (KeyPath{"models", "a/b", "x"}));
  EXPECT_EQ(*parse_key_path("m['a]b.c']"), (KeyPath{"m", "a]b.c"}));
  EXPECT_EQ(*parse_key_path("m[\"a]"), (KeyPath{"m", "\"a"})) << "an unmatched quote is a character";
}

TEST(KeyPath, ErrorTexts) {
  EXPECT_EQ(message("a[0"), "Invalid path (missing \"]\"): a[0");
  EXPECT_EQ(message("a[ ]"), "Invalid path (empty \"[]\"): a[ ]");
  EXPECT_EQ(message("a[\"\"]"), "Invalid path (empty \"[]\"): a[\"\"]");
  EXPECT_EQ(message("  "), "Path is empty.");
  EXPECT_EQ(message("gateway.__proto__.x"), "Invalid path segment: __proto__");
  EXPECT_EQ(message("a[constructor]"), "Invalid path segment: constructor");
  EXPECT_EQ(message("prototype"), "Invalid path segment: prototype");
}

}  // namespace
}  // namespace openclaw::config
