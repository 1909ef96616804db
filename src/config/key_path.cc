#include "config/key_path.h"

#include "base/strings.h"

namespace openclaw::config {
namespace {

tl::unexpected<base::Error> bad(std::string_view what, std::string_view text) {
  return base::fail(base::ErrorKind::usage, "Invalid path" + std::string(what) + ": " + std::string(text));
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : whole_(text), text_(base::trim(text)) {}

  base::Result<KeyPath> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        if (at_ + 1 < text_.size()) current_ += text_[at_ + 1];
        at_ += 2;
      } else if (c == '.') {
        flush();
        ++at_;
      } else if (c == '[') {
        flush();
        OC_TRY(bracket());
      } else {
        current_ += c;
        ++at_;
      }
    }
    flush();
    return std::move(path_);
  }

 private:
  void flush() {
    const std::string_view part = base::trim(current_);
    if (!part.empty()) path_.emplace_back(part);
    current_.clear();
  }

  base::Result<> bracket() {
    const std::size_t first = text_.find_first_not_of(" \t", at_ + 1);
    const char quote = first == std::string_view::npos ? '\0' : text_[first];
    if (quote == '"' || quote == '\'') {  // a quoted key may hold "]"
      const std::size_t end = text_.find(quote, first + 1);
      const std::size_t close = end == std::string_view::npos ? end : text_.find_first_not_of(" \t", end + 1);
      if (close != std::string_view::npos && text_[close] == ']') {
        if (end == first + 1) return bad(" (empty \"[]\")", whole_);
        path_.emplace_back(text_.substr(first + 1, end - first - 1));
        at_ = close + 1;
        return {};
      }
    }
    const std::size_t close = text_.find(']', at_);
    if (close == std::string_view::npos) return bad(" (missing \"]\")", whole_);
    const std::string_view inside = base::trim(text_.substr(at_ + 1, close - at_ - 1));
    if (inside.empty()) return bad(" (empty \"[]\")", whole_);
    path_.emplace_back(inside);
    at_ = close + 1;
    return {};
  }

  std::string_view whole_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string current_;
  KeyPath path_;
};

}  // namespace

base::Result<KeyPath> parse_key_path(std::string_view text) { return Scanner(text).run(); }

base::Result<KeyPath> required_key_path(std::string_view text) {
  OC_TRY_ASSIGN(KeyPath path, parse_key_path(text));
  if (path.empty()) return base::fail(base::ErrorKind::usage, "Path is empty.");
  for (const auto& segment : path) {
    if (segment == "__proto__" || segment == "prototype" || segment == "constructor") {
      return base::fail(base::ErrorKind::usage, "Invalid path segment: " + segment);
    }
  }
  return path;
}

std::string dotted(const KeyPath& path) { return base::join(path, "."); }

}  // namespace openclaw::config
