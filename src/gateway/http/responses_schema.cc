#include "gateway/http/responses_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace openclaw::gateway {
namespace {

using Complaint = std::optional<std::string>;

std::string_view type_name(const json::Value* value) {
  if (!value) return "undefined";
  if (value->is_string()) return "string";
  if (value->is_bool()) return "boolean";
  if (value->is_number()) return "number";
  if (value->is_array()) return "array";
  return value->is_null() ? "null" : "object";
}

std::string wrong_type(std::string_view path, std::string_view expected, const json::Value* value) {
  return fmt::format("{}: Invalid input: expected {}, received {}", path, expected, type_name(value));
}

Complaint unknown_keys(const std::string& path, const json::Object& object, std::span<const std::string_view> known) {
  std::string found;
  int count = 0;
  for (const auto& [key, value] : object) {
    if (std::find(known.begin(), known.end(), std::string_view(key.data(), key.size())) != known.end()) continue;
    if (++count > 8) break;  // the text need not repeat a megabyte of keys
    found += (found.empty() ? "\"" : ", \"") + std::string(base::cut_utf8({key.data(), key.size()}, 64)) + "\"";
  }
  if (count == 0) return std::nullopt;
  return fmt::format("{}: Unrecognized key{}: {}", path, count > 1 ? "s" : "", found);
}

// ---- items of `input`; a failure anywhere in them is one of the whole

bool has_strings(const json::Object& object, std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) { return json::get_string(object, name).has_value(); });
}

bool known_only(const json::Object& object, std::initializer_list<std::string_view> names) {
  return std::all_of(object.begin(), object.end(), [&](const auto& entry) {
    const std::string_view key(entry.key().data(), entry.key().size());
    return std::find(names.begin(), names.end(), key) != names.end();
  });
}

bool valid_source(const json::Object& part) {
  const auto* source = json::get_object(part, "source");
  if (!source) return false;
  const auto type = json::get_string_or(*source, "type", "");
  if (type == "url") return has_strings(*source, {"url"});
  return type == "base64" && has_strings(*source, {"media_type", "data"});
}

bool valid_part(const json::Value& value) {
  const auto* part = value.if_object();
  if (!part) return false;
  const auto type = json::get_string_or(*part, "type", "");
  if (type == "input_text") return has_strings(*part, {"text"}) && known_only(*part, {"type", "text"});
  // What we sent as output may come back with what other clients' types add to it.
  if (type == "output_text") return has_strings(*part, {"text"}) && known_only(*part, {"type", "text", "annotations", "logprobs"});
  if (type == "input_image" || type == "input_file") return valid_source(*part) && known_only(*part, {"type", "source"});
  return false;
}

bool valid_content(const json::Value* content) {
  if (!content) return false;
  if (content->is_string()) return true;
  const auto* parts = content->if_array();
  return parts && std::all_of(parts->begin(), parts->end(), valid_part);
}

bool valid_message(const json::Object& item) {
  const auto role = json::get_string_or(item, "role", "");
  if (role != "system" && role != "developer" && role != "user" && role != "assistant") return false;
  return valid_content(json::find(item, "content")) && known_only(item, {"type", "role", "content", "id", "status"});
}

bool valid_item(const json::Value& value) {
  const auto* item = value.if_object();
  if (!item) return false;
  const auto type = json::get_string(*item, "type");
  if (!type) return !item->contains("type") && valid_message(*item);  // the short form of a message
  if (*type == "message") return valid_message(*item);
  if (*type == "function_call") {
    return has_strings(*item, {"name", "arguments"}) && known_only(*item, {"type", "id", "call_id", "name", "arguments", "status"});
  }
  if (*type == "function_call_output") {
    return has_strings(*item, {"call_id", "output"}) && known_only(*item, {"type", "id", "call_id", "output", "status"});
  }
  if (*type == "reasoning") return known_only(*item, {"type", "id", "content", "encrypted_content", "summary", "status"});
  return *type == "item_reference" && has_strings(*item, {"id"}) && known_only(*item, {"type", "id"});
}

Complaint check_input(const json::Value* input) {
  const bool valid = input && (input->is_string() || (input->is_array() && std::all_of(input->get_array().begin(),
                                                                                       input->get_array().end(), valid_item)));
  return valid ? Complaint() : Complaint("input: Invalid input");
}

// ---- tools

Complaint check_tool(const json::Value& value, std::size_t index) {
  const auto path = fmt::format("tools.{}", index);
  const auto* tool = value.if_object();
  if (!tool) return wrong_type(path, "object", &value);
  if (json::get_string_or(*tool, "type", "") != "function") return path + ".type: Invalid input: expected \"function\"";
  const auto name = json::get_string(*tool, "name");
  if (!name) return wrong_type(path + ".name", "string", json::find(*tool, "name"));
  if (name->empty()) return path + ".name: Too small: expected string to have >=1 characters";
  if (const auto* text = json::find(*tool, "description"); text && !text->is_string()) {
    return wrong_type(path + ".description", "string", text);
  }
  if (const auto* shape = json::find(*tool, "parameters"); shape && !shape->is_object()) {
    return wrong_type(path + ".parameters", "record", shape);
  }
  if (const auto* strict = json::find(*tool, "strict"); strict && !strict->is_bool()) {
    return wrong_type(path + ".strict", "boolean", strict);
  }
  static constexpr std::string_view kKnown[] = {"type", "name", "description", "parameters", "strict"};
  return unknown_keys(path, *tool, kKnown);
}

Complaint check_tools(const json::Value* tools) {
  if (!tools) return std::nullopt;
  if (!tools->is_array()) return wrong_type("tools", "array", tools);
  std::size_t index = 0;
  for (const auto& tool : tools->get_array()) {
    if (auto complaint = check_tool(tool, index++)) return complaint;
  }
  return std::nullopt;
}

Complaint check_tool_choice(const json::Value* choice) {
  if (!choice) return std::nullopt;
  if (choice->is_string()) {
    const auto text = std::string_view(choice->get_string());
    if (text == "auto" || text == "none" || text == "required") return std::nullopt;
  } else if (const auto* object = choice->if_object()) {
    const auto* function = json::get_object(*object, "function");
    if (json::get_string_or(*object, "type", "") == "function" && function && has_strings(*function, {"name"})) return std::nullopt;
  }
  return "tool_choice: Invalid input";
}

// ---- the plain fields

enum class Kind : std::uint8_t { text, flag, number, count, record, object };
struct Plain {
  std::string_view name;
  Kind kind;
  std::string_view allowed = {};  // "a|b"
};

std::string_view expected_name(Kind kind) {
  switch (kind) {
    case Kind::text: return "string";
    case Kind::flag: return "boolean";
    case Kind::number: return "number";
    case Kind::count: return "number";
    case Kind::record: return "record";
    case Kind::object: return "object";
  }
  return "string";
}

bool has_kind(const json::Value& value, Kind kind) {
  switch (kind) {
    case Kind::text: return value.is_string();
    case Kind::flag: return value.is_bool();
    case Kind::number:
    case Kind::count: return value.is_number();
    case Kind::record:
    case Kind::object: return value.is_object();
  }
  return false;
}

Complaint check_count(std::string_view name, const json::Value& value) {
  if (value.is_double()) return fmt::format("{}: Invalid input: expected int, received number", name);
  const bool positive = value.is_uint64() || value.get_int64() > 0;
  if (!positive) return fmt::format("{}: Too small: expected number to be >0", name);
  return std::nullopt;
}

Complaint check_plain(const json::Object& body, const Plain& field) {
  const auto* value = json::find(body, field.name);
  if (!value) return std::nullopt;
  if (!has_kind(*value, field.kind)) return wrong_type(field.name, expected_name(field.kind), value);
  if (field.kind == Kind::count) return check_count(field.name, *value);
  if (field.kind == Kind::record) {
    for (const auto& [key, text] : value->get_object()) {
      if (!text.is_string()) return wrong_type(fmt::format("{}.{}", field.name, base::cut_utf8({key.data(), key.size()}, 64)), "string", &text);
    }
  }
  if (field.allowed.empty()) return std::nullopt;
  const auto words = base::split(field.allowed, '|');
  if (std::find(words.begin(), words.end(), std::string(value->get_string())) != words.end()) return std::nullopt;
  return fmt::format("{}: Invalid option: expected one of \"{}\"", field.name, base::join(words, "\"|\""));
}

constexpr Plain kAfterTools[] = {
    {"stream", Kind::flag},          {"max_output_tokens", Kind::count}, {"max_tool_calls", Kind::count},
    {"user", Kind::text},            {"temperature", Kind::number},      {"top_p", Kind::number},
    {"metadata", Kind::record},      {"store", Kind::flag},              {"previous_response_id", Kind::text},
    {"reasoning", Kind::object},     {"truncation", Kind::text, "auto|disabled"},
};

}  // namespace

std::optional<std::string> responses_complaint(const json::Value& value) {
  const auto* body = value.if_object();
  if (!body) return wrong_type("", "object", &value);
  const auto* model = json::find(*body, "model");
  if (!model || !model->is_string()) return wrong_type("model", "string", model);
  if (auto complaint = check_input(json::find(*body, "input"))) return complaint;
  if (auto complaint = check_plain(*body, {"instructions", Kind::text})) return complaint;
  if (auto complaint = check_tools(json::find(*body, "tools"))) return complaint;
  if (auto complaint = check_tool_choice(json::find(*body, "tool_choice"))) return complaint;
  for (const auto& field : kAfterTools) {
    if (auto complaint = check_plain(*body, field)) return complaint;
  }
  std::vector<std::string_view> known{"model", "input", "instructions", "tools", "tool_choice"};
  for (const auto& field : kAfterTools) known.push_back(field.name);
  return unknown_keys("", *body, known);
}

}  // namespace openclaw::gateway
