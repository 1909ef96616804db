#include "json/json5.h"
#include "runner.h"
#include "support.h"

#include <cmath>

namespace openclaw::vectors {
namespace {

json::Value special(const char* name) { return json::Value(one("$num", json::Value(name))); }

// Numbers that JSON cannot write become {"$num": "NaN"} and the like.
json::Value writable(const json::Value& value) {
  if (const auto* list = value.if_array()) {
    json::Array out;
    for (const auto& item : *list) out.push_back(writable(item));
    return json::Value(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    json::Object out;
    for (const auto& [key, item] : *object) out[key] = writable(item);
    return json::Value(std::move(out));
  }
  if (!value.is_double()) return value;
  const double number = value.get_double();
  if (std::isnan(number)) return special("NaN");
  if (std::isinf(number)) return special(number < 0 ? "-Infinity" : "Infinity");
  if (number == 0 && std::signbit(number)) return special("-0");
  return value;
}

Outcome json5_parse(const json::Object& in) {
  const auto value = json::parse_json5(text_of(in, "text"));
  json::Object out;
  out["ok"] = value.has_value();
  if (value) out["value"] = writable(*value);
  return got(std::move(out));
}

const Area kArea("json5", {{"json5_parse", json5_parse}});

}  // namespace
}  // namespace openclaw::vectors
