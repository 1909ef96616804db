#include "gateway/http/hook_template.h"

#include <charconv>

#include "base/strings.h"

namespace openclaw::gateway {
namespace {

constexpr std::size_t kMaxRendered = 1u << 20;

std::string as_text(const json::Value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.get_string());
  return json::write(value);
}

// "a.b[0].c" from `at`; nullptr when a step is missing or the path is not one.
const json::Value* walk(const json::Value* at, std::string_view path) {
  while (!path.empty()) {
    if (path.front() == '.') {
      path.remove_prefix(1);
      continue;
    }
    if (path.front() == '[') {
      const auto close = path.find(']');
      if (close == std::string_view::npos) return nullptr;
      std::size_t index = 0;
      const auto digits = path.substr(1, close - 1);
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
      const auto* list = at->if_array();
      if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || !list || index >= list->size()) return nullptr;
      at = &(*list)[index];
      path.remove_prefix(close + 1);
      continue;
    }
    const auto name = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(name.size());
    if (const auto* object = at->if_object()) {
      at = json::find(*object, name);
    } else if (const auto* list = at->if_array()) {  // a.0.b too
      std::size_t index = 0;
      const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
      const bool inside = read.ec == std::errc{} && read.ptr == name.data() + name.size() && index < list->size();
      at = inside ? &(*list)[index] : nullptr;
    } else {
      at = nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

std::string in_object(const json::Object& object, std::string_view name) {
  const auto* value = json::find(object, name);
  return value ? as_text(*value) : std::string();
}

std::string resolve(std::string_view name, const HookContext& context) {
  if (name == "path") return context.path;
  if (name == "now") return base::iso_time(context.now);
  if (name.starts_with("headers.")) return in_object(context.headers, base::lower_ascii(name.substr(8)));
  if (name.starts_with("query.")) return in_object(context.query, name.substr(6));
  if (name == "payload") return as_text(context.payload);
  if (name.starts_with("payload.") || name.starts_with("payload[")) name.remove_prefix(7);
  const auto* value = walk(&context.payload, name);
  return value ? as_text(*value) : std::string();
}

}  // namespace

std::string render_template(std::string_view text, const HookContext& context) {
  std::string out;
  while (out.size() < kMaxRendered) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find('}', open + 2);
    if (close == std::string_view::npos || close == open + 2) break;
    const bool closed = text.substr(close, 2) == "}}";
    if (!closed) {  // a single brace: not one of ours
      out += text.substr(0, open + 2);
      text.remove_prefix(open + 2);
      continue;
    }
    out += text.substr(0, open);
    out += resolve(base::trim(text.substr(open + 2, close - open - 2)), context);
    text.remove_prefix(close + 2);
  }
  if (out.size() < kMaxRendered) out += text;
  return std::string(base::cut_utf8(out, kMaxRendered));
}

}  // namespace openclaw::gateway
