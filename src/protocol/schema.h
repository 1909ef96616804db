// Parameter objects as tables, and their validation with the exact texts of the protocol (OpenClaw protocol 2.3,
// methods 0.3). A table is constexpr data: it costs nothing at start, and help and docs are made from it too. Pure.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace openclaw::protocol {

enum class Type : std::uint8_t { any, string, integer, number, boolean, object, array, map };

struct Field {
  std::string_view name;
  Type type = Type::any;
  bool required = false;
  std::int32_t min_length = 0;  // characters of a string, items of an array
  std::int32_t max_length = std::numeric_limits<std::int32_t>::max();
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> one_of = {};  // a union of constants
  std::span<const Field> fields = {};             // of an object (closed); of the object items of an array
  const Field* item = nullptr;                    // rule for each array item or map value
  bool nullable = false;                          // null is accepted too
  std::string_view pattern = {};                  // of a string, for the text; `matches` is the rule itself
  bool (*matches)(std::string_view) = nullptr;
  bool enumerated = false;                        // one_of is a list of values, not a union: one text in both protocols
  bool or_number = false;                         // a string may be a number instead
  std::span<const std::span<const Field>> any_of = {};  // a union of closed objects
  const std::int64_t* constant = nullptr;         // a number that must be this one
};

struct Schema {
  std::span<const Field> fields;
  bool open = false;  // unknown properties are accepted
};

// Short forms for tables.
constexpr Field req_str(std::string_view name, std::int32_t max = std::numeric_limits<std::int32_t>::max()) {
  return {.name = name, .type = Type::string, .required = true, .min_length = 1, .max_length = max};
}
constexpr Field req_text(std::string_view name) { return {.name = name, .type = Type::string, .required = true}; }
constexpr Field opt_text(std::string_view name) { return {.name = name, .type = Type::string}; }
constexpr Field opt_str(std::string_view name) { return {.name = name, .type = Type::string, .min_length = 1}; }
constexpr Field opt_int(std::string_view name, std::int64_t min, std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
  return {.name = name, .type = Type::integer, .min = min, .max = max};
}
constexpr Field req_int(std::string_view name, std::int64_t min) { return {.name = name, .type = Type::integer, .required = true, .min = min}; }
constexpr Field opt_bool(std::string_view name) { return {.name = name, .type = Type::boolean}; }
constexpr Field req_bool(std::string_view name) { return {.name = name, .type = Type::boolean, .required = true}; }
constexpr Field opt_any(std::string_view name) { return {.name = name}; }
inline constexpr Field kNonEmptyItem{.type = Type::string, .min_length = 1};
inline constexpr Field kStringItem{.type = Type::string};
inline constexpr Field kBooleanItem{.type = Type::boolean};
inline constexpr Field kAnyItem{};
constexpr Field opt_list(std::string_view name, const Field* item) { return {.name = name, .type = Type::array, .item = item}; }

// Empty when `value` fits, else the validation text ("must have required property 'x'; at /y: must be string").
// Protocol 4 words the complaint about a union of constants differently.
std::string validate(const Schema& schema, const json::Value& value, int protocol = 3);
// Removes what the schema does not know, at every level, and returns the names ("/client/newThing"), at most 32.
std::vector<std::string> drop_unknown(const Schema& schema, json::Value& value);

}  // namespace openclaw::protocol
