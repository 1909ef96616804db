#include "protocol/schema.h"

#include "base/strings.h"

namespace openclaw::protocol {
namespace {

constexpr int kMaxErrors = 32;  // the rest of a hopeless document is not worth the bytes

class Checker {
 public:
  void object(const Schema& schema, const json::Value& value, const std::string& pointer) {
    const auto* object = value.if_object();
    if (!object) return add(pointer, "must be object");
    for (const auto& field : schema.fields) {
      if (field.required && !object->contains(field.name)) {
        add(pointer, fmt::format("must have required property '{}'", field.name));
      }
    }
    if (!schema.open) {
      for (const auto& [key, item] : *object) {
        if (!known(schema, key)) {
          add_text(fmt::format("at {}: unexpected property '{}'", pointer.empty() ? "root" : pointer,
                               base::cut_utf8({key.data(), key.size()}, 100)));
        }
      }
    }
    for (const auto& field : schema.fields) {
      const auto it = object->find(field.name);
      if (it != object->end()) check(field, it->value(), pointer + "/" + std::string(field.name));
    }
  }

  std::string text() const { return base::join(errors_, "; "); }

 private:
  static bool known(const Schema& schema, std::string_view key) {
    for (const auto& field : schema.fields) {
      if (field.name == key) return true;
    }
    return false;
  }

  void check(const Field& field, const json::Value& value, const std::string& at) {
    if (!field.one_of.empty()) {
      if (value.is_string()) {
        for (const auto& allowed : field.one_of) {
          if (value.get_string() == allowed) return;
        }
      }
      if (field.one_of.size() == 1) return add(at, "must be equal to constant");
      add(at, "must be equal to constant");
      return add(at, "must match a schema in anyOf");
    }
    switch (field.type) {
      case Type::any: return;
      case Type::string: return string(field, value, at);
      case Type::integer: return integer(field, value, at);
      case Type::number: return value.is_number() ? void() : add(at, "must be number");
      case Type::boolean: return value.is_bool() ? void() : add(at, "must be boolean");
      case Type::object: return object(Schema{field.fields}, value, at);
      case Type::array: return array(field, value, at);
      case Type::map: return map(field, value, at);
    }
  }

  void string(const Field& field, const json::Value& value, const std::string& at) {
    if (!value.is_string()) return add(at, "must be string");
    const auto& text = value.get_string();
    const auto length = static_cast<std::int64_t>(base::utf16_length({text.data(), text.size()}));
    if (length < field.min_length) add(at, fmt::format("must NOT have fewer than {} characters", field.min_length));
    if (length > field.max_length) add(at, fmt::format("must NOT have more than {} characters", field.max_length));
  }

  void integer(const Field& field, const json::Value& value, const std::string& at) {
    double number = 0;
    if (value.is_int64()) number = static_cast<double>(value.get_int64());
    else if (value.is_uint64()) number = static_cast<double>(value.get_uint64());
    else if (value.is_double()) number = value.get_double();
    else return add(at, "must be integer");
    if (number != static_cast<double>(static_cast<std::int64_t>(number))) return add(at, "must be integer");
    if (number < static_cast<double>(field.min)) add(at, fmt::format("must be >= {}", field.min));
    if (number > static_cast<double>(field.max)) add(at, fmt::format("must be <= {}", field.max));
  }

  void array(const Field& field, const json::Value& value, const std::string& at) {
    const auto* list = value.if_array();
    if (!list) return add(at, "must be array");
    const auto size = static_cast<std::int64_t>(list->size());
    if (size < field.min_length) add(at, fmt::format("must NOT have fewer than {} items", field.min_length));
    if (size > field.max_length) add(at, fmt::format("must NOT have more than {} items", field.max_length));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string place = at + "/" + std::to_string(i);
      if (!field.fields.empty()) object(Schema{field.fields}, (*list)[i], place);
      else if (field.item) check(*field.item, (*list)[i], place);
      if (errors_.size() >= kMaxErrors) return;
    }
  }

  void map(const Field& field, const json::Value& value, const std::string& at) {
    const auto* object = value.if_object();
    if (!object) return add(at, "must be object");
    if (!field.item) return;
    for (const auto& [key, item] : *object) check(*field.item, item, at + "/" + std::string(key));
  }

  void add(const std::string& pointer, std::string_view text) {
    add_text(pointer.empty() ? std::string(text) : "at " + pointer + ": " + std::string(text));
  }

  void add_text(std::string text) {
    if (errors_.size() >= kMaxErrors) return;
    for (const auto& known : errors_) {
      if (known == text) return;
    }
    errors_.push_back(std::move(text));
  }

  std::vector<std::string> errors_;
};

}  // namespace

std::string validate(const Schema& schema, const json::Value& value) {
  Checker checker;
  checker.object(schema, value, "");
  return checker.text();
}

}  // namespace openclaw::protocol
