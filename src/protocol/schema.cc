#include "protocol/schema.h"

#include "base/strings.h"

namespace openclaw::protocol {
namespace {

constexpr int kMaxErrors = 32;  // the rest of a hopeless document is not worth the bytes

class Checker {
 public:
  explicit Checker(int protocol) : protocol_(protocol) {}
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
    if (field.nullable) return nullable(field, value, at);
    if (!field.one_of.empty()) {
      if (one_of(field, value)) return;
      if (field.enumerated) return add(at, "must be equal to one of the allowed values");
      if (field.one_of.size() == 1) return add(at, "must be equal to constant");
      if (protocol_ >= 4) return add(at, "must be equal to one of the allowed values");
      add(at, "must be equal to constant");
      return add(at, "must match a schema in anyOf");
    }
    if (!field.any_of.empty()) return any_of(field, value, at);
    if (field.constant) {
      if (!value.is_number() || value.to_number<double>() != static_cast<double>(*field.constant)) add(at, "must be equal to constant");
      return;
    }
    if (field.or_number) {
      if (value.is_number() || value.is_string()) return;
      add(at, "must be string");
      add(at, "must be number");
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

  static bool one_of(const Field& field, const json::Value& value) {
    if (!value.is_string()) return false;
    for (const auto& allowed : field.one_of) {
      if (value.get_string() == allowed) return true;
    }
    return false;
  }

  // Reported as a union of the rule and null.
  void nullable(const Field& field, const json::Value& value, const std::string& at) {
    if (value.is_null()) return;
    if (!field.one_of.empty()) {
      if (one_of(field, value)) return;
      add(at, "must be equal to constant");
    } else {
      Field rule = field;
      rule.nullable = false;
      const std::size_t before = errors_.size();
      check(rule, value, at);
      if (errors_.size() == before) return;
    }
    add(at, "must be null");
    add(at, "must match a schema in anyOf");
  }

  // Every alternative has its say, then the union.
  void any_of(const Field& field, const json::Value& value, const std::string& at) {
    for (const auto& alternative : field.any_of) {
      Checker attempt(protocol_);
      attempt.object(Schema{alternative}, value, at);
      if (attempt.errors_.empty()) return;
    }
    for (const auto& alternative : field.any_of) object(Schema{alternative}, value, at);
    add(at, "must match a schema in anyOf");
  }

  void string(const Field& field, const json::Value& value, const std::string& at) {
    if (!value.is_string()) return add(at, "must be string");
    const auto& text = value.get_string();
    const auto length = static_cast<std::int64_t>(base::utf16_length({text.data(), text.size()}));
    if (length < field.min_length) add(at, fmt::format("must NOT have fewer than {} characters", field.min_length));
    if (length > field.max_length) add(at, fmt::format("must NOT have more than {} characters", field.max_length));
    if (field.matches && !field.matches({text.data(), text.size()})) add(at, fmt::format("must match pattern \"{}\"", field.pattern));
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

  int protocol_;
  std::vector<std::string> errors_;
};

void drop_in(std::span<const Field> fields, json::Value& value, const std::string& at, std::vector<std::string>& names) {
  auto* object = value.if_object();
  if (!object) return;
  for (auto it = object->begin(); it != object->end();) {
    const Field* known = nullptr;
    for (const auto& field : fields) {
      if (field.name == std::string_view(it->key())) known = &field;
    }
    if (!known) {
      const std::string_view key(it->key());
      if (names.size() < kMaxErrors) names.push_back(at + "/" + std::string(base::cut_utf8(key, 100)));
      it = object->stable_erase(it);
      continue;
    }
    if (!known->fields.empty()) {
      const std::string place = at + "/" + std::string(known->name);
      if (known->type == Type::object) drop_in(known->fields, it->value(), place, names);
      if (auto* list = known->type == Type::array ? it->value().if_array() : nullptr) {
        for (auto& item : *list) drop_in(known->fields, item, place, names);
      }
    }
    ++it;
  }
}

}  // namespace

std::vector<std::string> drop_unknown(const Schema& schema, json::Value& value) {
  std::vector<std::string> names;
  if (!schema.open) drop_in(schema.fields, value, "", names);
  return names;
}

std::string validate(const Schema& schema, const json::Value& value, int protocol) {
  Checker checker(protocol);
  checker.object(schema, value, "");
  return checker.text();
}

}  // namespace openclaw::protocol
