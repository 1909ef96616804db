#include "gateway/http/json_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"

namespace openclaw::gateway {
namespace {

// Walks a JSON text and says where it stops being one. No recursion: open brackets are kept in a string.
class JsonCritic {
 public:
  explicit JsonCritic(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    if (!value()) return complaint_;
    while (!open_.empty()) {
      if (!after_value()) return complaint_;
    }
    skip_space();
    if (at_ < text_.size()) return at_position("Unexpected non-whitespace character after JSON");
    return std::nullopt;
  }

 private:
  bool end() const { return at_ >= text_.size(); }
  char here() const { return end() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!end() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  std::string at_position(std::string_view what) const {
    std::size_t line = 1, line_start = 0;
    for (std::size_t i = 0; i < at_; ++i) {
      if (text_[i] == '\n') ++line, line_start = i + 1;
    }
    const auto position = base::utf16_length(text_.substr(0, at_));
    const auto column = base::utf16_length(text_.substr(line_start, at_ - line_start)) + 1;
    return fmt::format("{} at position {} (line {} column {})", what, position, line, column);
  }
  bool fail(std::string_view what) {
    complaint_ = at_position(what);
    return false;
  }

  bool unexpected() {
    constexpr std::size_t kContext = 10;
    if (end()) {
      complaint_ = "Unexpected end of JSON input";
    } else if (here() == '"') {
      complaint_ = at_position("Unexpected string in JSON");
    } else if (here() == '-' || (here() >= '0' && here() <= '9')) {
      complaint_ = at_position("Unexpected number in JSON");
    } else if (text_ == "undefined" || text_ == "NaN" || text_ == "Infinity" || text_ == "[object Object]") {
      complaint_ = fmt::format("\"{}\" is not valid JSON", text_);
    } else {
      std::size_t from = at_ < kContext ? 0 : at_ - kContext, to = std::min(text_.size(), at_ + kContext);
      if (text_.size() <= 2 * kContext) from = 0, to = text_.size();
      while (from > 0 && is_middle(from)) --from;
      while (to < text_.size() && is_middle(to)) ++to;
      std::size_t after = at_ + 1;
      while (after < text_.size() && is_middle(after)) ++after;
      complaint_ = fmt::format("Unexpected token '{}', {}\"{}\"{} is not valid JSON", text_.substr(at_, after - at_),
                               from > 0 ? "..." : "", text_.substr(from, to - from), to < text_.size() ? "..." : "");
    }
    return false;
  }
  bool is_middle(std::size_t at) const { return (static_cast<unsigned char>(text_[at]) & 0xc0) == 0x80; }

  // Up to the end of a scalar, or to the first value inside of brackets.
  bool value() {
    for (;;) {
      skip_space();
      switch (here()) {
        case '{':
          ++at_;
          skip_space();
          if (here() == '}') return ++at_, true;
          if (here() != '"') return fail("Expected property name or '}' in JSON");
          open_ += '{';
          if (!property()) return false;
          continue;
        case '[':
          ++at_;
          skip_space();
          if (here() == ']') return ++at_, true;
          open_ += '[';
          continue;
        case '"': return string();
        case 't': return word("true");
        case 'f': return word("false");
        case 'n': return word("null");
        default: return number();
      }
    }
  }

  bool after_value() {
    skip_space();
    const bool object = open_.back() == '{';
    if (here() == (object ? '}' : ']')) {
      ++at_;
      open_.pop_back();
      return true;
    }
    if (here() != ',') {
      return fail(object ? "Expected ',' or '}' after property value in JSON" : "Expected ',' or ']' after array element in JSON");
    }
    ++at_;
    skip_space();
    if (object) {
      if (here() != '"') return fail("Expected double-quoted property name in JSON");
      if (!property()) return false;
    }
    return value();
  }

  bool property() {
    if (!string()) return false;
    skip_space();
    if (here() != ':') return fail("Expected ':' after property name in JSON");
    ++at_;
    return true;
  }

  bool string() {
    for (++at_; !end(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') return ++at_, true;
      if (c < 0x20) return fail("Bad control character in string literal in JSON");
      if (c != '\\') continue;
      ++at_;
      if (end()) break;
      if (text_[at_] == 'u') {
        for (int digit = 0; digit < 4; ++digit) {
          ++at_;
          if (end()) return fail("Bad Unicode escape in JSON");
          if (!std::isxdigit(static_cast<unsigned char>(text_[at_]))) return fail("Bad Unicode escape in JSON");
        }
      } else if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        return fail("Bad escaped character in JSON");
      }
    }
    return fail("Unterminated string in JSON");
  }

  bool word(std::string_view expected) {
    for (const char c : expected) {
      if (here() != c) return unexpected();
      ++at_;
    }
    return true;
  }

  bool digit() const { return here() >= '0' && here() <= '9'; }
  bool number() {
    if (here() == '-') {
      ++at_;
      if (!digit()) return fail("No number after minus sign in JSON");
    }
    if (!digit()) return unexpected();
    if (here() == '0') {
      ++at_;
      if (digit()) return unexpected();
    }
    while (digit()) ++at_;
    if (here() == '.') {
      ++at_;
      if (!digit()) return fail("Unterminated fractional number in JSON");
      while (digit()) ++at_;
    }
    if (here() == 'e' || here() == 'E') {
      ++at_;
      if (here() == '+' || here() == '-') ++at_;
      if (!digit()) return fail("Exponent part is missing a number in JSON");
      while (digit()) ++at_;
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;  // the brackets around the place we are at
  std::string complaint_;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> json_complaint(std::string_view text) { return JsonCritic(text).run(); }

base::Result<json::Value> json_value(std::string_view body) {
  if (base::trim(body).empty()) return json::Value(json::Object{});
  auto parsed = json::parse(body);
  if (parsed) return parsed;
  // Not UTF-8: the words would quote it.
  if (!base::is_utf8(body)) return parsed;
  if (auto complaint = json_complaint(body)) return base::fail(base::ErrorKind::invalid, std::move(*complaint));
  return parsed;  // nested too deep
}

base::Result<json::Object> json_body(std::string_view body) {
  auto parsed = json_value(body);
  if (!parsed) return tl::unexpected(std::move(parsed).error());
  auto* object = parsed->if_object();
  return object ? std::move(*object) : json::Object{};
}

std::optional<std::string> url_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!base::is_utf8(out)) return std::nullopt;
  return out;
}

std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& pair : base::split(query, '&')) {
    if (pair.empty()) continue;
    const auto text = base::replace_all(pair, "+", " ");
    const auto equals = text.find('=');
    auto name = url_decode(std::string_view(text).substr(0, equals));
    auto value = equals == std::string::npos ? std::optional<std::string>("") : url_decode(std::string_view(text).substr(equals + 1));
    if (name && value) out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  for (auto& [key, value] : query_pairs(query)) {
    if (key == name) return std::move(value);
  }
  return std::nullopt;
}

}  // namespace openclaw::gateway
