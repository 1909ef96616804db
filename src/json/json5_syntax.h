// The syntax tree of a JSON5 text: values together with the bytes they came from, for edits that keep the
// rest of the text and for errors that name a line. Pure; the tree does not keep the text.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::json {

inline constexpr int kJson5MaxDepth = 64;  // same bound as strict JSON
inline constexpr std::size_t kJson5MaxBytes =
    2u << 20;  // bound of the reference; the tree takes up to 70 times it
inline constexpr std::size_t kNoOffset = static_cast<std::size_t>(-1);

// Both 1-based; columns count UTF-16 units, as editors of the JavaScript world and the reference do.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
};

struct Json5Error {
  std::string message;  // "JSON5: <what> at <line>:<col>"
  Position at;
};

struct SyntaxEntry;

struct SyntaxNode {
  enum class Kind { scalar, object, array };
  Kind kind = Kind::scalar;
  std::size_t begin = 0, end = 0;  // bytes [begin, end) of the text
  Value scalar;
  std::vector<SyntaxEntry> entries;  // members or elements in the order of the text, duplicate keys included
};

struct SyntaxEntry {
  std::string key;                // empty in arrays
  std::size_t begin = 0;          // of the key, in arrays of the value
  std::size_t key_end = 0;        // one past the key
  std::size_t comma = kNoOffset;  // offset of the comma after the entry
  SyntaxNode value;
};

base::Result<SyntaxNode, Json5Error> parse_json5_syntax(std::string_view text);
Value to_value(const SyntaxNode& node);  // duplicate keys: the last one wins, at the place of the first
// The entry that counts for `key` (the last one); nullptr when absent or not an object.
const SyntaxEntry* find_entry(const SyntaxNode& object, std::string_view key);
Position position_of(std::string_view text, std::size_t offset);
// First byte at or after `offset` that is neither white space nor inside a comment. The text must have
// parsed.
std::size_t skip_json5_trivia(std::string_view text, std::size_t offset);
// Length in bytes of the JSON5 white space character or comment at `offset`; 0 when there is none.
std::size_t json5_space_at(std::string_view text, std::size_t offset);
std::size_t json5_comment_at(std::string_view text, std::size_t offset);

}  // namespace openclaw::json
