// Outgoing text and targets. Pure. Text leaves as it is, without parse_mode, so nothing in it needs escaping.
// Lengths are UTF-16 code units, as Telegram counts.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::channels::telegram {

// Pieces of at most `limit` units: cut at the last newline, else the last white space outside parentheses,
// else hard, never inside a surrogate pair. White space around a cut is dropped. limit 0: one piece. Invalid
// UTF-8 has to be replaced before (to_utf8).
std::vector<std::string> chunk_text(std::string_view text, std::size_t limit);

// Invalid bytes become U+FFFD.
std::string to_utf8(std::string_view text);

struct Target {
  std::string chat_id;  // "4242", "-100123", "@name"
  std::optional<std::int64_t> thread;
  std::string chat_type;  // "direct", "group", "unknown"
};
// "telegram:4242", "tg:4242", "telegram:group:-100:topic:3", "-100:3", "@name".
Target parse_target(std::string_view text);
// Numeric or @name: something Telegram can be given as chat_id.
bool is_deliverable(const Target& target);

}  // namespace openclaw::channels::telegram
