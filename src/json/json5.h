// JSON5 (https://spec.json5.org) in, the value out. Integers become int64 where they fit, other numbers
// double; Infinity and NaN are doubles. Input is UTF-8, at most kJson5MaxBytes, nested at most kJson5MaxDepth
// deep. One liberty: any letter-like non-ASCII character may stand in an unquoted key.
#pragma once
#include "json/json5_syntax.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::json {

// ErrorKind::invalid with the text "JSON5: <what> at <line>:<col>".
base::Result<Value> parse_json5(std::string_view text);
// The same with the place as numbers.
base::Result<Value, Json5Error> parse_json5_at(std::string_view text);
// Where the key (or array element) of this path stands; absent when the text does not parse or lacks it.
std::optional<Position> locate_json5(std::string_view text, const std::vector<std::string>& path);
// JSON equality with numbers by value (1 == 1.0) and NaN equal to itself.
bool same_value(const Value& a, const Value& b);

}  // namespace openclaw::json
