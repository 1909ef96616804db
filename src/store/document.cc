#include "store/document.h"

#include <fmt/format.h>

namespace openclaw::store {

base::Result<json::Value> read_value(const std::string& text, std::string_view where) {
  boost::json::parse_options options;
  options.max_depth = 1024;
  options.allow_invalid_utf8 = true;
  boost::system::error_code code;
  json::Value value = boost::json::parse(text, code, {}, options);
  if (code)
    return base::fail(base::ErrorKind::invalid,
                      fmt::format("database: {} is damaged: {}", where, code.message()));
  return value;
}

base::Result<json::Object> read_object(const std::string& text, std::string_view where) {
  auto value = read_value(text, where);
  if (!value) return tl::unexpected(std::move(value).error());
  if (!value->is_object())
    return base::fail(base::ErrorKind::invalid,
                      fmt::format("database: {} is damaged: not a JSON object", where));
  return std::move(value->get_object());
}

}  // namespace openclaw::store
