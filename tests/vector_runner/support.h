// Short ways to read an operation's inputs.
#pragma once
#include "base/env.h"
#include "json/json.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::vectors {

inline std::string text_of(const json::Object& in, std::string_view key) {
  return json::get_string_or(in, key, "");
}
inline std::vector<std::string> list_of(const json::Object& in, std::string_view key) {
  return json::string_list(json::find(in, key));
}
inline bool flag_of(const json::Object& in, std::string_view key, bool otherwise = false) {
  return json::get_bool(in, key).value_or(otherwise);
}
inline base::Env env_of(const json::Object& in) {
  base::Env env;
  const auto* values = json::get_object(in, "env");
  if (!values) return env;
  for (const auto& [key, value] : *values) {
    if (value.is_string()) env.set(std::string(key), std::string(std::string_view(value.get_string())));
  }
  return env;
}
inline json::Value config_of(const json::Object& in) {
  const auto* config = json::get_object(in, "config");
  return config ? json::Value(*config) : json::Value(json::Object{});
}
// Blank = null, as results write "none".
inline json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value(nullptr) : json::Value(text);
}
inline json::Value text_or_null(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value(nullptr);
}
inline json::Object one(std::string_view key, json::Value value) {
  json::Object out;
  out[key] = std::move(value);
  return out;
}

}  // namespace openclaw::vectors
