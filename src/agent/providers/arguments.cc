#include "agent/providers/context.h"
#include "base/strings.h"

namespace openclaw::agent {
namespace {

std::string_view without_fence(std::string_view text) {
  text = base::trim(text);
  if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 6) return text;
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos || line + 3 > text.size()) return text;
  return base::trim(text.substr(line, text.size() - 3 - line));
}

void trim_end(std::string& text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
}

// Empty when the text ends inside a string, after a comma or after something that may be a cut value.
std::string mend(std::string_view text) {
  std::string out, closers;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (static_cast<unsigned char>(c) < ' ') {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        continue;
      }
      out += c;
      if (c == '\\' && i + 1 < text.size())
        out += text[++i];
      else if (c == '"')
        in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{') closers += '}';
    if (c == '[') closers += ']';
    if (c == '}' || c == ']') {
      if (closers.empty() || closers.back() != c) return {};
      closers.pop_back();
      trim_end(out);
      if (!out.empty() && out.back() == ',') out.pop_back();
    }
    out += c;
  }
  if (in_string) return {};
  if (closers.empty()) return out;
  trim_end(out);
  if (out.empty() || (out.back() != '"' && out.back() != '}' && out.back() != ']')) return {};
  out.append(closers.rbegin(), closers.rend());
  return out;
}

std::optional<json::Object> as_object(std::string_view text) {
  auto value = json::parse(text);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

}  // namespace

std::optional<json::Object> parse_arguments(std::string_view text, bool* mended) {
  if (mended) *mended = false;
  if (base::trim(text).empty()) return json::Object();
  if (auto whole = as_object(text)) return whole;
  if (mended) *mended = true;
  return as_object(mend(without_fence(text)));
}

}  // namespace openclaw::agent
