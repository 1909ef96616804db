#include "config/json_schema.h"

#include "base/strings.h"
#include "config/merge_patch.h"
#include "config/redact.h"
#include "config/schema_tree.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace openclaw::config {
namespace {

using json::Value;

constexpr std::int64_t kLargestInteger = 9'007'199'254'740'991;  // of a program that computes with doubles
constexpr std::size_t kMaxSegments = 32;
constexpr int kMaxDepth = 24;  // accounts of a channel repeat the channel's own keys

json::Object typed(std::string_view type) { return {{"type", type}}; }

json::Array constants(std::string_view allowed) {
  json::Array out;
  for (const auto word : split_words(allowed, '|'))
    out.emplace_back(json::Object{{"type", "string"}, {"const", word}});
  return out;
}

Value whole_number(double number) {
  if (number == std::floor(number) && std::fabs(number) < 9e15) return static_cast<std::int64_t>(number);
  return number;
}

json::Object number_schema(const Key& key) {
  const bool integer = key.type == Type::integer;
  json::Object out = typed(integer ? "integer" : "number");
  if (std::isfinite(key.limits.min))
    out[key.limits.above ? "exclusiveMinimum" : "minimum"] = whole_number(key.limits.min);
  if (std::isfinite(key.limits.max)) {
    out["maximum"] = whole_number(key.limits.max);
  } else if (integer) {
    out["maximum"] = kLargestInteger;
  }
  return out;
}

json::Object string_schema(const Key& key) {
  json::Object out = typed("string");
  if (key.limits.min == 1) out["minLength"] = 1;
  return out;
}

json::Object any_of(std::initializer_list<json::Object> choices) {
  json::Array list;
  for (const auto& choice : choices) list.emplace_back(choice);
  return {{"anyOf", std::move(list)}};
}

json::Object list_of(json::Object items) {
  json::Object out = typed("array");
  out["items"] = std::move(items);
  return out;
}

json::Object secret_schema() {
  json::Object sources{{"anyOf", constants("env|file|exec")}};
  json::Object properties;
  properties["source"] = std::move(sources);
  properties["provider"] = typed("string");
  properties["id"] = typed("string");
  json::Object ref = typed("object");
  ref["properties"] = std::move(properties);
  ref["required"] = json::strings({"source", "provider", "id"});
  ref["additionalProperties"] = false;
  return any_of({typed("string"), ref});
}

json::Object node_schema(const SchemaNode& node, int depth);

json::Object object_schema(const SchemaNode& node, int depth) {
  json::Object out = typed("object");
  json::Object properties;
  json::Array required;
  for (const auto& [name, child] : node.fields) {
    if (depth < kMaxDepth) properties[name] = node_schema(*child, depth + 1);
    if (child->key && child->key->required) required.emplace_back(name);
  }
  for (const auto name : node.known) properties[name] = json::Object();
  if (!properties.empty()) out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  if (node.any && depth < kMaxDepth) {
    out["additionalProperties"] = node_schema(*node.any, depth + 1);
  } else if (node.key && node.key->strict) {
    out["additionalProperties"] = false;
  } else if (node.key && node.key->type == Type::map) {
    out["additionalProperties"] = json::Object();
  }
  return out;
}

json::Object value_schema(const Key& key) {
  switch (key.type) {
    case Type::string:
      return string_schema(key);
    case Type::secret:
      return secret_schema();
    case Type::integer:
    case Type::number:
      return number_schema(key);
    case Type::boolean:
      return typed("boolean");
    case Type::enumeration:
      return {{"anyOf", constants(key.allowed)}};
    case Type::string_list:
      return list_of(typed("string"));
    case Type::enumeration_list:
      return list_of({{"anyOf", constants(key.allowed)}});
    case Type::id_list:
      return list_of(any_of({typed("string"), typed("number")}));
    case Type::string_or_number:
      return any_of({typed("string"), typed("number")});
    case Type::boolean_or_enumeration: {
      json::Array choices = constants(key.allowed);
      choices.insert(choices.begin(), typed("boolean"));
      return {{"anyOf", std::move(choices)}};
    }
    default:
      return {};
  }
}

json::Object node_schema(const SchemaNode& node, int depth) {
  if (!node.key || node.key->type == Type::object || node.key->type == Type::map)
    return object_schema(node, depth);
  json::Object out;
  if (node.key->type == Type::array) {
    out = typed("array");
    if (node.item && depth < kMaxDepth) out["items"] = node_schema(*node.item, depth + 1);
  } else if (node.key->type == Type::string_or_object) {
    out = any_of({typed("string"), object_schema(node, depth)});
  } else {
    out = value_schema(*node.key);
  }
  if (!node.key->fallback.empty()) {
    if (auto fallback = json::parse(node.key->fallback)) out["default"] = std::move(*fallback);
  }
  return out;
}

// "allowedOrigins" -> "Allowed Origins"
std::string label_of(std::string_view name) {
  std::string spaced;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !spaced.empty()) spaced += ' ';
    spaced += c == '-' || c == '_' ? ' ' : c;
  }
  std::string out;
  for (auto& word : base::split(spaced, ' ')) {
    if (word.empty()) continue;
    const std::string low = base::lower_ascii(word);
    const bool short_form = low == "id" || low == "url" || low == "api" || low == "ui" || low == "dm" ||
                            low == "llm" || low == "tls" || low == "ssh" || low == "mb" || low == "ms";
    for (auto& c : word) {
      const bool raise = (short_form || &c == &word.front()) && c >= 'a' && c <= 'z';
      if (raise) c = static_cast<char>(c - 32);
    }
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

std::string_view tag_of(std::string_view top) {
  if (top == "gateway" || top == "discovery") return "network";
  if (top == "models" || top == "channels" || top == "tools") return top;
  if (top == "logging" || top == "diagnostics") return "observability";
  if (top == "session") return "storage";
  return {};
}

std::optional<json::Object> hint_of(const SchemaNode& node, const KeyPath& path) {
  if (!node.key || path.empty()) return std::nullopt;
  std::string_view name = path.back();
  for (std::size_t i = path.size(); name == "*" && i-- > 0;) name = path[i];
  json::Object out;
  out["label"] = label_of(name);
  if (!node.key->doc.empty()) out["help"] = node.key->doc;
  const bool sensitive = node.key->secret || (node.fields.empty() && secret_key_name(name));
  json::Array tags;
  if (sensitive) tags = {"security", "auth"};
  if (const auto tag = tag_of(path.front()); !tag.empty()) tags.emplace_back(tag);
  if (!tags.empty()) out["tags"] = std::move(tags);
  if (sensitive) out["sensitive"] = true;
  if (node.key->later) out["advanced"] = true;
  return out;
}

void collect_hints(const SchemaNode& node, KeyPath& at, json::Object& out) {
  if (at.size() > static_cast<std::size_t>(kMaxDepth)) return;
  if (auto hint = hint_of(node, at)) {
    if (at.size() == 1) {
      (*hint)["group"] = (*hint)["label"];
      (*hint)["order"] = static_cast<std::int64_t>(out.size());
    }
    out.emplace(dotted(at), std::move(*hint));
  }
  const auto visit = [&](std::string_view segment, const SchemaNode& child) {
    at.emplace_back(segment);
    collect_hints(child, at, out);
    at.pop_back();
  };
  for (const auto& [name, child] : node.fields) visit(name, *child);
  if (node.any) visit("*", *node.any);
  if (node.item) visit("*", *node.item);
}

bool is_list(const SchemaNode& node) {
  if (!node.key) return false;
  const Type type = node.key->type;
  return type == Type::array || type == Type::string_list || type == Type::enumeration_list ||
         type == Type::id_list;
}

bool has_children(const SchemaNode& node) {
  return !node.fields.empty() || !node.known.empty() || node.any || is_list(node) ||
         (node.key && (node.key->type == Type::secret || node.key->type == Type::map));
}

// A setting that the table does not describe.
bool is_kept(const SchemaNode& node) { return !node.key && node.fields.empty() && !node.any && !node.item; }

// What of a schema says something about the node alone.
json::Object own_keywords(const json::Object& schema) {
  json::Object out;
  for (const auto& [key, value] : schema) {
    if (key == "default" || value.is_object() || value.is_array()) continue;
    out.emplace(key, value);
  }
  return out;
}

// "a[0].b[].c" -> a, 0, b, *, c; empty when it is no path.
KeyPath segments_of(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::size_t end = path[i] == '[' ? path.find(']', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      plain += path[i];
      continue;
    }
    const std::string_view inside = path.substr(i + 1, end - i - 1);
    plain += "." + (inside.empty() ? std::string("*") : std::string(inside));
    i = end;
  }
  KeyPath out;
  for (auto& part : base::split(plain, '.')) {
    if (!part.empty()) out.push_back(std::move(part));
  }
  return out;
}

struct Place {
  const SchemaNode* node = nullptr;  // of a setting that is kept without effect: an empty one
  KeyPath pattern;                   // with "*" where the table has a free key or an element
};

std::optional<Place> find_place(const KeyPath& path) {
  static const SchemaNode kept;
  Place place{&schema_tree(), {}};
  for (const auto& segment : path) {
    const SchemaNode& node = *place.node;
    const SchemaNode* next = node.field(segment);
    std::string step = segment;
    if (!next && node.knows(segment)) {
      next = &kept;
    } else if (!next && node.item && (segment == "*" || base::parse_int(segment))) {
      next = node.item.get();
      step = "*";
    } else if (!next && node.any) {
      next = node.any.get();
      step = "*";
    }
    if (!next) return std::nullopt;
    place.node = next;
    place.pattern.push_back(std::move(step));
  }
  return place;
}

json::Object child_entry(std::string_view key, const KeyPath& parent, const KeyPath& pattern,
                         const SchemaNode& node, const json::Object& schema) {
  KeyPath path = parent, place = pattern;
  path.emplace_back(key);
  place.emplace_back(key);
  json::Object out;
  out["key"] = key;
  out["path"] = dotted(path);
  if (const auto type = json::get_string(schema, "type")) out["type"] = *type;
  out["required"] = node.key && node.key->required;
  out["hasChildren"] = has_children(node);
  if (auto hint = hint_of(node, place)) {
    out["hint"] = std::move(*hint);
    out["hintPath"] = dotted(place);
  }
  return out;
}

json::Array children_of(const Place& place, const KeyPath& path) {
  static const SchemaNode kept;
  json::Array out;
  const SchemaNode& node = *place.node;
  // A choice between a text and a block is one value.
  if (node.key && node.key->type == Type::string_or_object) return out;
  const auto add = [&](std::string_view key, const SchemaNode& child) {
    const json::Object schema = is_kept(child) ? json::Object() : node_schema(child, kMaxDepth);
    out.emplace_back(child_entry(key, path, place.pattern, child, schema));
  };
  for (const auto& [name, child] : node.fields) add(name, *child);
  for (const auto name : node.known) add(name, kept);
  if (node.any) add("*", *node.any);
  if (node.item) {
    add("*", *node.item);
  } else if (is_list(node)) {
    const json::Object schema = value_schema(*node.key);
    const auto* items = json::get_object(schema, "items");
    out.emplace_back(child_entry("*", path, place.pattern, kept, items ? *items : json::Object()));
  }
  return out;
}

}  // namespace

json::Object json_schema() {
  json::Object out;
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  for (auto& [key, value] : node_schema(schema_tree(), 0)) out[key] = value;
  return out;
}

json::Object ui_hints() {
  json::Object out;
  KeyPath at;
  collect_hints(schema_tree(), at, out);
  return out;
}

std::optional<json::Object> schema_lookup(std::string_view path) {
  const KeyPath segments = segments_of(path);
  if (segments.empty() || segments.size() > kMaxSegments) return std::nullopt;
  for (const auto& segment : segments) {
    if (unsafe_key(segment)) return std::nullopt;
  }
  const auto place = find_place(segments);
  if (!place) return std::nullopt;
  json::Object out;
  out["path"] = dotted(segments);
  out["schema"] = is_kept(*place->node) ? json::Object() : own_keywords(node_schema(*place->node, kMaxDepth));
  if (auto hint = hint_of(*place->node, place->pattern)) {
    out["hint"] = std::move(*hint);
    out["hintPath"] = dotted(place->pattern);
  }
  out["children"] = children_of(*place, segments);
  return out;
}

}  // namespace openclaw::config
