#include "json/json5_chars.h"

#include "json/json5_syntax.h"

#include <fmt/format.h>

#include <algorithm>

namespace openclaw::json {

// Decodes one code point; the text is known to be valid UTF-8.
char32_t decode(std::string_view text, std::size_t at, std::size_t& length) {
  if (at >= text.size()) {
    length = 0;
    return kEnd;
  }
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned char c = byte(at);
  if (c < 0x80) {
    length = 1;
    return c;
  }
  if (c < 0xE0) {
    length = 2;
    return static_cast<char32_t>((c & 0x1Fu) << 6 | (byte(at + 1) & 0x3Fu));
  }
  if (c < 0xF0) {
    length = 3;
    return static_cast<char32_t>((c & 0x0Fu) << 12 | (byte(at + 1) & 0x3Fu) << 6 | (byte(at + 2) & 0x3Fu));
  }
  length = 4;
  return static_cast<char32_t>((c & 0x07u) << 18 | (byte(at + 1) & 0x3Fu) << 12 |
                               (byte(at + 2) & 0x3Fu) << 6 | (byte(at + 3) & 0x3Fu));
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_space(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0xFEFF || c == 0x2028 || c == 0x2029 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_line_end(char32_t c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

int hex_digit(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

bool is_key_start(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  if (c == kEnd || is_space(c) || c < 0xAA) return false;
  return !(c >= 0x2000 && c <= 0x206F) && !(c >= 0xD800 && c <= 0xDFFF) && c < 0xE0000;
}

bool is_key_part(char32_t c) { return is_key_start(c) || is_digit(c) || c == 0x200C || c == 0x200D; }

std::string show(char32_t c) {
  switch (c) {
    case '\'':
      return "\\'";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case 0:
      return "\\0";
    case 0x2028:
      return "\\u2028";
    case 0x2029:
      return "\\u2029";
    default:
      break;
  }
  if (c < ' ') return fmt::format("\\x{:02x}", static_cast<unsigned>(c));
  std::string out;
  append_utf8(out, c);
  return out;
}

std::size_t json5_space_at(std::string_view text, std::size_t offset) {
  std::size_t length = 0;
  const char32_t c = decode(text, offset, length);
  return c != kEnd && is_space(c) ? length : 0;
}

std::size_t json5_comment_at(std::string_view text, std::size_t offset) {
  const std::string_view head = text.substr(std::min(offset, text.size()), 2);
  if (head == "/*") {
    const std::size_t close = text.find("*/", offset + 2);
    return close == std::string_view::npos ? 0 : close + 2 - offset;
  }
  if (head != "//") return 0;
  std::size_t at = offset + 2;
  for (std::size_t length = 0; at < text.size(); at += length) {
    if (is_line_end(decode(text, at, length))) break;
  }
  return at - offset;
}

std::size_t skip_json5_trivia(std::string_view text, std::size_t offset) {
  for (;;) {
    std::size_t n = json5_space_at(text, offset);
    if (n == 0) n = json5_comment_at(text, offset);
    if (n == 0) return offset;
    offset += n;
  }
}

}  // namespace openclaw::json
