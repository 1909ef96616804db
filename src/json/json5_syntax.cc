#include "json/json5_syntax.h"

#include "base/strings.h"
#include "json/json5_chars.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <utility>

namespace openclaw::json {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  base::Result<SyntaxNode, Json5Error> run() {
    SyntaxNode root;
    if (skip() && value(root, 0) && skip()) {
      if (at_ == text_.size()) return root;
      unexpected();
    }
    return tl::unexpected(std::move(error_));
  }

 private:
  char32_t peek() { return decode(text_, at_, length_); }
  char32_t take() {
    const char32_t c = peek();
    at_ += length_;
    return c;
  }
  bool fail(const std::string& what, std::size_t offset) {
    error_.at = position_of(text_, offset);
    error_.message = fmt::format("JSON5: {} at {}:{}", what, error_.at.line, error_.at.column);
    return false;
  }
  // The character at the cursor cannot stand there.
  bool unexpected() {
    const char32_t c = peek();
    return c == kEnd ? fail("invalid end of input", at_)
                     : fail(fmt::format("invalid character '{}'", show(c)), at_);
  }

  bool skip() {
    for (;;) {
      if (const std::size_t n = json5_space_at(text_, at_)) {
        at_ += n;
      } else if (at_ < text_.size() && text_[at_] == '/') {
        const std::size_t comment = json5_comment_at(text_, at_);
        if (comment == 0) return bad_comment();
        at_ += comment;
      } else {
        return true;
      }
    }
  }

  bool bad_comment() {
    ++at_;
    if (at_ < text_.size() && text_[at_] == '*') at_ = text_.size();  // never closed
    return unexpected();
  }

  bool value(SyntaxNode& node, int depth) {
    node.begin = at_;
    bool good = false;
    const char32_t c = peek();
    if (c == '{' || c == '[') {
      if (depth >= kJson5MaxDepth)
        return fail(fmt::format("nesting deeper than {} levels", kJson5MaxDepth), at_);
      good = container(node, c == '{', depth);
    } else if (c == '"' || c == '\'') {
      std::string text;
      good = string(text);
      if (good) node.scalar = Value(text);
    } else if (c == 'n') {
      good = word("null");
    } else if (c == 't') {
      good = word("true");
      node.scalar = true;
    } else if (c == 'f') {
      good = word("false");
      node.scalar = false;
    } else {
      good = number(node.scalar);
    }
    node.end = at_;
    return good;
  }

  bool word(std::string_view expected) {
    for (const char c : expected) {
      if (peek() != static_cast<unsigned char>(c)) return unexpected();
      at_ += 1;
    }
    return true;
  }

  bool container(SyntaxNode& node, bool object, int depth) {
    node.kind = object ? SyntaxNode::Kind::object : SyntaxNode::Kind::array;
    const char close = object ? '}' : ']';
    ++at_;
    for (;;) {
      if (!skip()) return false;
      if (peek() == static_cast<unsigned char>(close)) {
        ++at_;
        return true;
      }
      SyntaxEntry& entry = node.entries.emplace_back();
      entry.begin = entry.key_end = at_;
      if (object && !member_key(entry)) return false;
      if (!value(entry.value, depth + 1) || !skip()) return false;
      const char32_t c = peek();
      if (c == ',') {
        entry.comma = at_;
        ++at_;
      } else if (c != static_cast<unsigned char>(close)) {
        return unexpected();
      }
    }
  }

  bool member_key(SyntaxEntry& entry) {
    const char32_t c = peek();
    if (c == '"' || c == '\'') {
      if (!string(entry.key)) return false;
    } else if (!identifier(entry.key)) {
      return false;
    }
    entry.key_end = at_;
    if (!skip()) return false;
    if (peek() != ':') return unexpected();
    ++at_;
    return skip();
  }

  bool identifier(std::string& out) {
    for (bool first = true;; first = false) {
      const std::size_t start = at_;
      char32_t c = peek();
      if (c == '\\') {
        ++at_;
        if (peek() != 'u') return unexpected();
        ++at_;
        if (!hex(4, c)) return false;
        if (!(first ? is_key_start(c) : is_key_part(c))) return fail("invalid identifier character", start);
      } else if (first ? is_key_start(c) : is_key_part(c)) {
        at_ += length_;
      } else {
        return first ? unexpected() : true;
      }
      append_utf8(out, c);
    }
  }

  bool hex(int digits, char32_t& out) {
    out = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = hex_digit(peek());
      if (digit < 0) return unexpected();
      out = out << 4 | static_cast<char32_t>(digit);
      ++at_;
    }
    return true;
  }

  bool string(std::string& out) {
    const char32_t quote = take();
    for (;;) {
      const char32_t c = peek();
      if (c == kEnd || c == '\n' || c == '\r') return unexpected();
      const std::size_t start = at_;
      at_ += length_;
      if (c == quote) return true;
      if (c == '\\') {
        if (!escape(out)) return false;
      } else {
        out.append(text_, start, at_ - start);
      }
    }
  }

  bool escape(std::string& out) {
    const char32_t c = peek();
    if (c == kEnd || (c >= '1' && c <= '9')) return unexpected();
    at_ += length_;
    switch (c) {
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'n':
        out += '\n';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'v':
        out += '\v';
        return true;
      case '0':
        if (is_digit(peek())) return unexpected();
        out += '\0';
        return true;
      case 'x': {
        char32_t code = 0;
        if (!hex(2, code)) return false;
        append_utf8(out, code);
        return true;
      }
      case 'u':
        return unicode_escape(out);
      case '\r':
        if (peek() == '\n') ++at_;
        return true;
      case '\n':
      case 0x2028:
      case 0x2029:
        return true;
      default:
        append_utf8(out, c);
        return true;
    }
  }

  // UTF-8 has no place for half a surrogate pair: it becomes U+FFFD.
  bool unicode_escape(std::string& out) {
    char32_t code = 0;
    if (!hex(4, code)) return false;
    if (code >= 0xD800 && code <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
      const std::size_t back = at_;
      at_ += 2;
      char32_t low = 0;
      if (!hex(4, low)) return false;
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = back;
      }
    }
    append_utf8(out, code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code);
    return true;
  }

  bool number(Value& out) {
    bool negative = false;
    char32_t c = peek();
    if (c == '+' || c == '-') {
      negative = c == '-';
      ++at_;
      c = peek();
    }
    if (c == 'I') {
      const double infinity = std::numeric_limits<double>::infinity();
      out = negative ? -infinity : infinity;
      return word("Infinity");
    }
    if (c == 'N') {
      out = std::numeric_limits<double>::quiet_NaN();
      return word("NaN");
    }
    if (c == '0' && at_ + 1 < text_.size() && (text_[at_ + 1] == 'x' || text_[at_ + 1] == 'X')) {
      return hex_number(out, negative);
    }
    return decimal(out, negative);
  }

  bool hex_number(Value& out, bool negative) {
    at_ += 2;
    if (hex_digit(peek()) < 0) return unexpected();
    double sum = 0;
    for (int digit = hex_digit(peek()); digit >= 0; digit = hex_digit(peek())) {
      sum = sum * 16 + digit;
      ++at_;
    }
    out = narrow(negative ? -sum : sum);
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  }

  bool decimal(Value& out, bool negative) {
    const std::size_t start = at_;
    bool whole = true;
    if (peek() == '0') {
      ++at_;
    } else if (peek() != '.' && !digits()) {
      return unexpected();
    }
    if (peek() == '.') {
      const bool leading = at_ == start;
      whole = false;
      ++at_;
      if (!digits() && leading) return unexpected();
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return unexpected();
    }
    const std::string text(text_.substr(start, at_ - start));
    if (whole) {
      if (const auto exact = base::parse_int(text); exact && (*exact != 0 || !negative)) {
        out = negative ? -*exact : *exact;
        return true;
      }
    }
    const double parsed = std::strtod(text.c_str(), nullptr);
    out = narrow(negative ? -parsed : parsed);
    return true;
  }

  // 1e2 and 5. are integers like 100 and 5; -0 has to stay a double.
  static Value narrow(double number) {
    constexpr double kExact = 9007199254740992.0;
    if (std::fabs(number) <= kExact && number == std::floor(number) &&
        !(number == 0 && std::signbit(number))) {
      return Value(static_cast<std::int64_t>(number));
    }
    return Value(number);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t length_ = 0;  // of the last peeked character
  Json5Error error_;
};

}  // namespace

base::Result<SyntaxNode, Json5Error> parse_json5_syntax(std::string_view text) {
  if (text.size() > kJson5MaxBytes) {
    return tl::unexpected(
        Json5Error{fmt::format("JSON5: text larger than {} bytes at 1:1", kJson5MaxBytes), {1, 1}});
  }
  if (!base::is_utf8(text)) {
    std::size_t good = 0;
    while (good < text.size()) {
      std::size_t length = 1;
      while (length < 4 && good + length < text.size() && (text[good + length] & 0xC0) == 0x80) ++length;
      if (!base::is_utf8(text.substr(good, length))) break;
      good += length;
    }
    const Position at = position_of(text.substr(0, good), good);
    return tl::unexpected(Json5Error{fmt::format("JSON5: invalid UTF-8 at {}:{}", at.line, at.column), at});
  }
  return Parser(text).run();
}

Value to_value(const SyntaxNode& node) {
  if (node.kind == SyntaxNode::Kind::object) {
    Object object;
    object.reserve(node.entries.size());
    for (const auto& entry : node.entries) object.insert_or_assign(entry.key, to_value(entry.value));
    return object;
  }
  if (node.kind == SyntaxNode::Kind::array) {
    Array array;
    array.reserve(node.entries.size());
    for (const auto& entry : node.entries) array.push_back(to_value(entry.value));
    return array;
  }
  return node.scalar;
}

const SyntaxEntry* find_entry(const SyntaxNode& object, std::string_view key) {
  if (object.kind != SyntaxNode::Kind::object) return nullptr;
  for (auto it = object.entries.rbegin(); it != object.entries.rend(); ++it) {
    if (it->key == key) return &*it;
  }
  return nullptr;
}

Position position_of(std::string_view text, std::size_t offset) {
  Position at{1, 1};
  std::size_t line_start = 0;
  const std::size_t end = std::min(offset, text.size());
  for (std::size_t i = 0; i < end; ++i) {
    if (text[i] == '\n') {
      ++at.line;
      line_start = i + 1;
    }
  }
  at.column = base::utf16_length(text.substr(line_start, end - line_start)) + 1;
  return at;
}

}  // namespace openclaw::json
