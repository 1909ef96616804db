// Bodies, queries and paths of HTTP requests, decoded. Pure, any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::gateway {

// The parameters of a request: an empty body is {}, and so is a body that is JSON but no object. The error's message
// is the one clients of the reference know: "Expected property name or '}' in JSON at position 1 (line 1 column 2)".
base::Result<json::Object> json_body(std::string_view body);
// The same without taking everything for an object.
base::Result<json::Value> json_value(std::string_view body);

// Why a text is no JSON, in the words of the reference's JavaScript engine; nothing when it is.
std::optional<std::string> json_complaint(std::string_view text);

// %XX decoded; nothing when malformed or when the result is not UTF-8.
std::optional<std::string> url_decode(std::string_view text);
// a=1&b=2, decoded, '+' as a space; malformed pairs are left out.
std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query);
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace openclaw::gateway
