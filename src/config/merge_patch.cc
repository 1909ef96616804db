#include "config/merge_patch.h"

#include <algorithm>

namespace openclaw::config {
namespace {

using json::Value;

// Empty when the value is no object with an id.
std::string id_of(const Value& value) {
  const auto* object = value.if_object();
  return object ? json::get_string_or(*object, "id", "") : std::string();
}

json::Array merge_by_id(const json::Array& base, const json::Array& patch) {
  json::Array out = base;
  for (const auto& entry : patch) {
    const std::string id = id_of(entry);
    const auto same = [&](const Value& item) { return id_of(item) == id; };
    const auto found = id.empty() ? out.end() : std::find_if(out.begin(), out.end(), same);
    if (found == out.end()) {
      out.push_back(entry);
    } else {
      *found = merge_patch(*found, entry, true);
    }
  }
  return out;
}

}  // namespace

bool unsafe_key(std::string_view key) {
  return key == "__proto__" || key == "prototype" || key == "constructor";
}

Value merge_patch(const Value& base, const Value& patch, bool merge_arrays_by_id) {
  const auto* changes = patch.if_object();
  if (!changes) return patch;
  json::Object out = base.is_object() ? base.get_object() : json::Object();
  for (const auto& [key, value] : *changes) {
    if (unsafe_key(key)) continue;
    if (value.is_null()) {
      out.erase(key);
      continue;
    }
    Value* old = out.if_contains(key);
    const auto* list = old ? old->if_array() : nullptr;
    const bool by_id =
        merge_arrays_by_id && list && value.is_array() &&
        std::none_of(list->begin(), list->end(), [](const Value& v) { return id_of(v).empty(); });
    if (by_id) {
      *old = merge_by_id(*list, value.get_array());
    } else if (value.is_object()) {
      const Value merged = merge_patch(old ? *old : Value(json::Object()), value, merge_arrays_by_id);
      out[key] = merged;
    } else {
      out[key] = value;
    }
  }
  return out;
}

}  // namespace openclaw::config
