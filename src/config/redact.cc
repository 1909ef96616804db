#include "config/redact.h"

#include "base/strings.h"
#include "config/schema.h"
#include "config/secret_ref.h"
#include "config/substitute.h"

#include <initializer_list>

namespace openclaw::config {
namespace {

using json::Value;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// /first.?key/
bool has_key_of(std::string_view text, std::string_view first) {
  for (std::size_t at = text.find(first); at != std::string_view::npos; at = text.find(first, at + 1)) {
    const std::string_view rest = text.substr(at + first.size());
    if (rest.substr(0, 3) == "key" || (rest.size() > 3 && rest.substr(1, 3) == "key")) return true;
  }
  return false;
}

bool url_with_password(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  return authority.find('@') != std::string_view::npos;
}

// Array elements are judged by the key of their array.
std::size_t name_index(const KeyPath& path) {
  std::size_t at = path.size();
  while (at > 0 && base::parse_int(path[at - 1])) --at;
  return at;
}

bool hidden(const KeyPath& path) {
  const std::size_t at = name_index(path);
  if (at == 0) return false;
  if (secret_key_name(path[at - 1]) || path_is_secret(path)) return true;
  if (at < 2) return false;
  const std::string parent = base::lower_ascii(path[at - 2]);
  return parent == "headers" || parent == "env" || (parent == "vars" && at > 2 && path[at - 3] == "env");
}

Value redact_at(const Value& value, KeyPath& path) {
  if (value.is_string()) {
    const std::string_view text = value.get_string();
    if (text.empty() || !whole_reference(text).empty()) return value;
    if (hidden(path) || url_with_password(text)) return Value(kRedacted);
    return value;
  }
  if (const auto* object = value.if_object()) {
    if (secret_ref_of(value)) return value;
    json::Object out;
    for (const auto& [key, item] : *object) {
      path.emplace_back(std::string_view(key));
      out.emplace(key, redact_at(item, path));
      path.pop_back();
    }
    return out;
  }
  if (const auto* array = value.if_array()) {
    json::Array out;
    for (const auto& item : *array) {
      path.push_back(std::to_string(out.size()));
      out.push_back(redact_at(item, path));
      path.pop_back();
    }
    return out;
  }
  if (value.is_number() && hidden(path)) return Value(kRedacted);  // a password of digits
  return value;
}

const Value* child_of(const Value* old, std::string_view key) {
  return old && old->is_object() ? json::find(old->get_object(), key) : nullptr;
}

std::string id_of(const Value& value) {
  const auto* object = value.if_object();
  return object ? json::get_string_or(*object, "id", "") : std::string();
}

// The old element that `item` is a new version of: the one with its id wherever it stands, else the one in its
// place. A moved element must not get the secrets of another.
const Value* element_of(const json::Array* before, std::size_t index, const Value& item) {
  if (!before) return nullptr;
  if (const std::string id = id_of(item); !id.empty()) {
    for (const auto& old : *before) {
      if (id_of(old) == id) return &old;
    }
    return nullptr;
  }
  return index < before->size() ? &(*before)[index] : nullptr;
}

}  // namespace

bool secret_key_name(std::string_view key) {
  const std::string name = base::lower_ascii(key);
  for (const char* harmless :
       {"maxtokens", "maxoutputtokens", "maxinputtokens", "maxcompletiontokens", "contexttokens",
        "totaltokens", "tokencount", "tokenlimit", "tokenbudget", "passwordfile"}) {
    if (ends_with(name, harmless)) return false;
  }
  return ends_with(name, "token") || name.find("password") != std::string::npos ||
         name.find("secret") != std::string::npos || has_key_of(name, "api") || has_key_of(name, "encrypt") ||
         has_key_of(name, "private") || ends_with(name, "serviceaccount") ||
         ends_with(name, "serviceaccountref");
}

Value redact(const Value& value, const KeyPath& path) {
  KeyPath at = path;
  return redact_at(value, at);
}

base::Result<Value> restore_redacted(const Value& value, const Value* old, const KeyPath& path) {
  if (value.is_string() && std::string_view(value.get_string()) == kRedacted) {
    if (old && (old->is_string() || old->is_number())) return *old;
    return base::fail(base::ErrorKind::usage, "there is no old value for the redacted " + dotted(path),
                      "type the value instead of " + std::string(kRedacted));
  }
  KeyPath at = path;
  if (const auto* object = value.if_object()) {
    json::Object out;
    for (const auto& [key, item] : *object) {
      at.emplace_back(std::string_view(key));
      OC_TRY_ASSIGN(Value restored, restore_redacted(item, child_of(old, key), at));
      out.emplace(key, std::move(restored));
      at.pop_back();
    }
    return out;
  }
  if (const auto* array = value.if_array()) {
    const auto* before = old ? old->if_array() : nullptr;
    json::Array out;
    for (const auto& item : *array) {
      const std::size_t i = out.size();
      at.push_back(std::to_string(i));
      OC_TRY_ASSIGN(Value restored,
                    restore_redacted(item, element_of(before, i, item), at));
      out.push_back(std::move(restored));
      at.pop_back();
    }
    return out;
  }
  return value;
}

}  // namespace openclaw::config
