#include "json/json5.h"

#include "base/strings.h"

#include <cmath>
#include <utility>

namespace openclaw::json {
namespace {

std::optional<double> number(const Value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

bool same_number(const Value& a, const Value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();  // beyond 2^53 too
  const double x = *number(a);
  const double y = *number(b);
  return x == y || (std::isnan(x) && std::isnan(y));
}

}  // namespace

base::Result<Value> parse_json5(std::string_view text) {
  auto tree = parse_json5_syntax(text);
  if (!tree) return base::fail(base::ErrorKind::invalid, std::move(tree.error().message));
  return to_value(*tree);
}

base::Result<Value, Json5Error> parse_json5_at(std::string_view text) {
  auto tree = parse_json5_syntax(text);
  if (!tree) return tl::unexpected(std::move(tree.error()));
  return to_value(*tree);
}

std::optional<Position> locate_json5(std::string_view text, const std::vector<std::string>& path) {
  const auto tree = parse_json5_syntax(text);
  if (!tree) return std::nullopt;
  const SyntaxNode* node = &*tree;
  std::size_t offset = node->begin;
  for (const auto& segment : path) {
    const SyntaxEntry* entry = find_entry(*node, segment);
    if (node->kind == SyntaxNode::Kind::array) {
      const auto index = base::parse_int(segment);
      if (index && static_cast<std::size_t>(*index) < node->entries.size()) {
        entry = &node->entries[static_cast<std::size_t>(*index)];
      }
    }
    if (!entry) return std::nullopt;
    offset = entry->begin;
    node = &entry->value;
  }
  return position_of(text, offset);
}

bool same_value(const Value& a, const Value& b) {
  if (number(a) && number(b)) return same_number(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_object()) {
    const Object& x = a.get_object();
    const Object& y = b.get_object();
    if (x.size() != y.size()) return false;
    for (const auto& [key, value] : x) {
      const Value* other = find(y, key);
      if (!other || !same_value(value, *other)) return false;
    }
    return true;
  }
  if (a.is_array()) {
    const Array& x = a.get_array();
    const Array& y = b.get_array();
    if (x.size() != y.size()) return false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!same_value(x[i], y[i])) return false;
    }
    return true;
  }
  return a == b;
}

}  // namespace openclaw::json
