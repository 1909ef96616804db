#include "channels/telegram/format.h"

#include "base/strings.h"

namespace openclaw::channels::telegram {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}
std::string_view trim_start(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::size_t sequence_length(char lead) {
  const auto c = static_cast<unsigned char>(lead);
  if (c < 0x80) return 1;
  return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
}

// Where to end the first piece of `text`: a byte offset above 0, text.size() when all of it fits.
std::size_t break_at(std::string_view text, std::size_t limit) {
  std::size_t units = 0, newline = 0, space = 0, at = 0;
  int depth = 0;
  while (at < text.size()) {
    const std::size_t bytes = std::min(sequence_length(text[at]), text.size() - at);
    const std::size_t width = bytes == 4 ? 2 : 1;
    if (units + width > limit) break;
    const char c = text[at];
    if (c == '(') {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (depth == 0 && c == '\n') {
      newline = at;
    } else if (depth == 0 && is_space(c)) {
      space = at;
    }
    units += width;
    at += bytes;
  }
  if (at >= text.size()) return text.size();
  if (newline > 0) return newline;
  if (space > 0) return space;
  return at > 0 ? at : sequence_length(text[0]);  // a pair wider than the limit still has to move on
}

std::optional<std::int64_t> integer(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  const auto value = base::parse_int(negative ? text.substr(1) : text);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

std::string chat_type_of(std::string_view chat) {
  if (!integer(chat)) return "unknown";
  return chat[0] == '-' ? "group" : "direct";
}

bool drop_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !base::equals_ignore_case(text.substr(0, prefix.size()), prefix))
    return false;
  text = base::trim(text.substr(prefix.size()));
  return true;
}

}  // namespace

std::vector<std::string> chunk_text(std::string_view text, std::size_t limit) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = limit == 0 ? text.size() : std::min(break_at(text, limit), text.size());
    const bool whole = end == text.size();
    const std::string_view piece = whole ? text : trim_end(text.substr(0, end));
    if (!trim_start(piece).empty()) out.emplace_back(piece);
    text = trim_start(text.substr(end));
  }
  return out;
}

std::string to_utf8(std::string_view text) {
  if (base::is_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t bytes = std::min(sequence_length(text[0]), text.size());
    if (base::is_utf8(text.substr(0, bytes))) {
      out += text.substr(0, bytes);
      text.remove_prefix(bytes);
    } else {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  return out;
}

Target parse_target(std::string_view text) {
  text = base::trim(text);
  bool prefixed = false;
  while (drop_prefix(text, "telegram:") || drop_prefix(text, "tg:")) prefixed = true;
  if (prefixed) drop_prefix(text, "group:");

  Target out;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    std::string_view chat = text.substr(0, colon);
    const auto thread = base::parse_int(text.substr(colon + 1));
    if (constexpr std::string_view kTopic = ":topic"; chat.ends_with(kTopic))
      chat.remove_suffix(kTopic.size());
    if (thread && (integer(chat) || chat.starts_with('@'))) {
      out.thread = thread;
      text = chat;
    }
  }
  out.chat_id = std::string(text);
  out.chat_type = chat_type_of(text);
  return out;
}

bool is_deliverable(const Target& target) {
  if (integer(target.chat_id)) return true;
  if (target.chat_id.size() < 2 || target.chat_id[0] != '@') return false;
  return target.chat_id.find_first_of(" \t\r\n:/") == std::string::npos;
}

}  // namespace openclaw::channels::telegram
