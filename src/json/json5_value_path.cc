#include "base/strings.h"
#include "json/json5_edit.h"

#include <fmt/format.h>

#include <optional>

namespace openclaw::json {
namespace {

constexpr std::size_t kMaxSegments = 60;  // below the nesting bound of the parser

std::optional<std::size_t> index_of(const std::string& segment) {
  const auto index = base::parse_int(segment);
  return index ? std::optional<std::size_t>(static_cast<std::size_t>(*index)) : std::nullopt;
}

tl::unexpected<base::Error> no_index(const std::string& segment) {
  return base::fail(base::ErrorKind::usage,
                    fmt::format("Expected numeric index for array segment \"{}\"", segment));
}

tl::unexpected<base::Error> gap(std::size_t index, std::size_t size) {
  return base::fail(base::ErrorKind::usage,
                    fmt::format("Array index {} would leave a hole: the array has {} elements", index, size),
                    fmt::format("use index {} to append", size));
}

// The child of `node` for a segment, made when absent.
base::Result<Value*> child(Value& node, const std::string& segment) {
  if (node.is_array()) {
    Array& array = node.get_array();
    const auto index = index_of(segment);
    if (!index) return no_index(segment);
    if (*index > array.size()) return gap(*index, array.size());
    if (*index == array.size()) array.push_back(nullptr);
    return &array[*index];
  }
  return &node.get_object()[segment];
}

}  // namespace

base::Result<> set_at(Value& root, const PathSegments& path, const Value& value) {
  if (path.empty()) return base::fail(base::ErrorKind::usage, "Path is empty.");
  if (path.size() > kMaxSegments) return base::fail(base::ErrorKind::usage, "Path has too many segments");
  if (!root.is_object() && !root.is_array()) {
    return base::fail(base::ErrorKind::usage, "The document is not an object");
  }
  Value* node = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!node->is_object() && !node->is_array()) {
      if (index_of(path[i])) {
        *node = Array();
      } else {
        *node = Object();
      }
    }
    OC_TRY_ASSIGN(node, child(*node, path[i]));
  }
  *node = value;
  return {};
}

const Value* get_at(const Value& root, const PathSegments& path) {
  const Value* node = &root;
  for (const auto& segment : path) {
    if (const auto* object = node->if_object()) {
      node = find(*object, segment);
    } else if (const auto* array = node->if_array()) {
      const auto index = index_of(segment);
      node = index && *index < array->size() ? &(*array)[*index] : nullptr;
    } else {
      node = nullptr;
    }
    if (!node) return nullptr;
  }
  return node;
}

bool unset_at(Value& root, const PathSegments& path) {
  if (path.empty() || !get_at(root, path)) return false;
  auto* parent = const_cast<Value*>(get_at(root, PathSegments(path.begin(), path.end() - 1)));
  if (auto* object = parent->if_object()) {
    Object kept;  // Object::erase would move the last member into the gap
    for (const auto& [key, value] : *object) {
      if (std::string_view(key) != path.back()) kept.emplace(key, value);
    }
    *object = std::move(kept);
    return true;
  }
  auto& array = parent->get_array();
  array.erase(array.begin() + static_cast<std::ptrdiff_t>(*index_of(path.back())));
  return true;
}

}  // namespace openclaw::json
