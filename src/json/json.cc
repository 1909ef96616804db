#include "json/json.h"

#include "base/strings.h"

namespace openclaw::json {
namespace bj = boost::json;

base::Result<Value> parse(std::string_view text) {
  boost::system::error_code ec;
  bj::parse_options options;
  options.max_depth = 64;
  Value value = bj::parse(text, ec, {}, options);
  if (!ec) return value;
  boost::system::error_code again;  // only the incremental parser tells the offset
  bj::parser parser({}, options);
  const std::size_t used = parser.write_some(text.data(), text.size(), again);
  return base::fail(base::ErrorKind::invalid, fmt::format("{} at offset {}", ec.message(), used));
}

std::string write(const Value& value) { return bj::serialize(value); }
std::string write(const Object& value) { return bj::serialize(value); }

namespace {

void pretty(std::string& out, const Value& value, int depth) {
  const auto indent = [&](int d) { out.append(static_cast<std::size_t>(d) * 2, ' '); };
  if (const auto* object = value.if_object()) {
    if (object->empty()) {
      out += "{}";
      return;
    }
    out += "{\n";
    bool first = true;
    for (const auto& [key, item] : *object) {
      if (!first) out += ",\n";
      first = false;
      indent(depth + 1);
      out += bj::serialize(bj::string(key));
      out += ": ";
      pretty(out, item, depth + 1);
    }
    out += '\n';
    indent(depth);
    out += '}';
  } else if (const auto* array = value.if_array()) {
    if (array->empty()) {
      out += "[]";
      return;
    }
    out += "[\n";
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i) out += ",\n";
      indent(depth + 1);
      pretty(out, (*array)[i], depth + 1);
    }
    out += '\n';
    indent(depth);
    out += ']';
  } else {
    out += bj::serialize(value);
  }
}

}  // namespace

std::string write_pretty(const Value& value) {
  std::string out;
  pretty(out, value, 0);
  return out;
}

const Value* find(const Object& object, std::string_view key) {
  const auto it = object.find(key);
  return it == object.end() ? nullptr : &it->value();
}

std::optional<std::string> get_string(const Object& object, std::string_view key) {
  const Value* value = find(object, key);
  if (!value || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  return std::string(text.data(), text.size());
}

std::string get_string_or(const Object& object, std::string_view key, std::string_view fallback) {
  auto value = get_string(object, key);
  return value ? std::move(*value) : std::string(fallback);
}

std::optional<std::int64_t> get_int(const Object& object, std::string_view key) {
  const Value* value = find(object, key);
  if (!value) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  if (value->is_double()) {
    const double d = value->get_double();
    if (d >= -9e15 && d <= 9e15) return static_cast<std::int64_t>(d);
  }
  return std::nullopt;
}

std::optional<bool> get_bool(const Object& object, std::string_view key) {
  const Value* value = find(object, key);
  if (!value || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const Object* get_object(const Object& object, std::string_view key) {
  const Value* value = find(object, key);
  return value ? value->if_object() : nullptr;
}

const Array* get_array(const Object& object, std::string_view key) {
  const Value* value = find(object, key);
  return value ? value->if_array() : nullptr;
}

const Value* find_path(const Value& root, std::string_view dotted) {
  const Value* at = &root;
  while (!dotted.empty()) {
    const std::size_t dot = dotted.find('.');
    const auto* object = at->if_object();
    if (!object) return nullptr;
    at = find(*object, dotted.substr(0, dot));
    if (!at) return nullptr;
    dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
  }
  return at;
}

void put(Object& object, std::string_view key, const std::optional<std::string>& value) {
  if (value) object[key] = *value;
}

void put(Object& object, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) object[key] = *value;
}

Array strings(const std::vector<std::string>& values) {
  Array out;
  out.reserve(values.size());
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

std::vector<std::string> string_list(const Value* value) {
  std::vector<std::string> out;
  if (value && value->is_array()) {
    for (const auto& item : value->get_array()) {
      if (item.is_string()) out.emplace_back(item.get_string().c_str());
    }
  }
  return out;
}

}  // namespace openclaw::json
