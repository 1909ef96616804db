// Boost.JSON under our name, with the few accessors that everybody needs. Numbers: integers are int64 where they
// fit, else double.
#pragma once
#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace openclaw::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

// Strict JSON (RFC 8259) with a nesting bound of 64. The error says where.
base::Result<Value> parse(std::string_view text);
std::string write(const Value& value);           // compact
std::string write(const Object& value);
std::string write_pretty(const Value& value);    // two spaces, no final newline, keys in order

// Accessors that answer "absent" for a missing key and for a value of another type.
const Value* find(const Object& object, std::string_view key);
std::optional<std::string> get_string(const Object& object, std::string_view key);
std::string get_string_or(const Object& object, std::string_view key, std::string_view fallback);
std::optional<std::int64_t> get_int(const Object& object, std::string_view key);
std::optional<bool> get_bool(const Object& object, std::string_view key);
const Object* get_object(const Object& object, std::string_view key);
const Array* get_array(const Object& object, std::string_view key);
// Walks "a.b.c" through objects; nullptr when a step is missing.
const Value* find_path(const Value& root, std::string_view dotted);
// Sets the key unless the value is absent.
void put(Object& object, std::string_view key, const std::optional<std::string>& value);
void put(Object& object, std::string_view key, const std::optional<std::int64_t>& value);
Array strings(const std::vector<std::string>& values);
std::vector<std::string> string_list(const Value* value);  // non-strings are skipped

}  // namespace openclaw::json
