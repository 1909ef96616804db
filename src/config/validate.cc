#include "base/strings.h"
#include "base/version.h"
#include "config/schema_tree.h"
#include "config/secret_ref.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace openclaw::config {
namespace {

using json::Value;

const char* type_name(const Value& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "boolean";
  if (value.is_null()) return "null";
  return "number";
}

std::string expected(std::string_view type, const Value& value) {
  return fmt::format("Invalid input: expected {}, received {}", type, type_name(value));
}

std::string quoted_list(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "\"" : ", \"") + std::string(word) + "\"";
  return out;
}

class Validator {
 public:
  Findings run(const Value& document) {
    if (document.is_object()) {
      object(schema_tree(), document.get_object());
    } else {
      issue(expected("object", document));
    }
    return std::move(findings_);
  }

 private:
  // Reports of a channel's own schema are marked, as the reference does.
  bool in_channel() const { return at_.size() >= 2 && at_[0] == "channels"; }
  Issue& issue(std::string message) {
    if (in_channel()) message = "invalid config: " + message;
    return findings_.issues.emplace_back(make_issue(at_, std::move(message)));
  }
  void issue_at(const std::string& key, std::string message) {
    at_.push_back(key);
    issue(std::move(message));
    at_.pop_back();
  }
  void warn(std::string message) { findings_.warnings.push_back(make_issue(at_, std::move(message))); }

  void field(const SchemaNode& node, const std::string& name, const Value& value) {
    at_.push_back(name);
    check(node, value);
    at_.pop_back();
  }

  // Rows first, in the order of the table, then the keys that no row names.
  void object(const SchemaNode& node, const json::Object& value) {
    for (const auto& [name, child] : node.fields) {
      if (const Value* item = json::find(value, name)) {
        field(*child, std::string(name), *item);
      } else if (child->key && child->key->required) {
        issue_at(std::string(name), fmt::format("Invalid input: expected {}, received undefined", "string"));
      }
    }
    std::vector<std::string_view> unknown;
    std::vector<std::string> idle;
    for (const auto& [key, item] : value) {
      const std::string_view name = key;
      if (const SchemaNode* child = node.field(name)) {
        if (child->key && child->key->later) idle.emplace_back(name);
      } else if (node.knows(name)) {
        idle.emplace_back(name);
      } else if (node.any) {
        field(*node.any, std::string(name), item);
      } else {
        unknown.push_back(name);
      }
    }
    if (!idle.empty()) warn("kept, but without effect in this version: " + base::join(idle, ", "));
    report_unknown(node, unknown);
  }

  void report_unknown(const SchemaNode& node, const std::vector<std::string_view>& unknown) {
    if (unknown.empty()) return;
    const bool strict = node.key && node.key->strict;
    std::string text =
        fmt::format("Unrecognized {}: {}", unknown.size() == 1 ? "key" : "keys", quoted_list(unknown));
    if (!strict) return warn(std::move(text));
    const bool old_token = dotted(at_) == "gateway" && unknown.size() == 1 && unknown[0] == "token";
    if (old_token) text += ". Use \"gateway.auth.token\" instead.";
    issue(std::move(text));
  }

  void check(const SchemaNode& node, const Value& value) {
    if (!node.key) return;
    const Key& key = *node.key;
    switch (key.type) {
      case Type::any:
        return;
      case Type::object:
      case Type::map:
        return container(node, value);
      case Type::array:
        return array(node, value);
      case Type::string:
        return string(key, value);
      case Type::secret:
        return secret(value);
      case Type::integer:
      case Type::number:
        return number(key, value);
      case Type::boolean:
        return boolean(value);
      case Type::enumeration:
        return enumeration(key, value);
      case Type::string_list:
      case Type::enumeration_list:
      case Type::id_list:
        return list(key, value);
      case Type::string_or_number:
        if (!value.is_string() && !value.is_number()) issue("Invalid input");
        return;
      case Type::string_or_object:
        if (value.is_object()) return object(node, value.get_object());
        if (!value.is_string()) issue("Invalid input");
        return;
      case Type::boolean_or_enumeration:
        if (!value.is_bool() && !allows(key, value)) issue("Invalid input");
        return;
    }
  }

  void container(const SchemaNode& node, const Value& value) {
    if (value.is_object()) return object(node, value.get_object());
    issue(expected(node.key->type == Type::map ? "record" : "object", value));
  }

  void array(const SchemaNode& node, const Value& value) {
    if (!value.is_array()) {
      issue(expected("array", value));
      return;
    }
    if (!node.item) return;
    const auto& items = value.get_array();
    for (std::size_t i = 0; i < items.size(); ++i) field(*node.item, std::to_string(i), items[i]);
  }

  void string(const Key& key, const Value& value) {
    if (!value.is_string()) {
      issue(expected("string", value));
    } else if (key.limits.min == 1 && value.get_string().empty()) {
      issue("Too small: expected string to have >=1 characters");
    }
  }

  void secret(const Value& value) {
    if (value.is_string()) return;
    if (!value.is_object()) {
      issue("Invalid input");
      return;
    }
    for (auto& [key, message] : secret_ref_faults(value.get_object())) {
      if (key.empty()) {
        issue(std::move(message));
      } else {
        issue_at(key, std::move(message));
      }
    }
  }

  void number(const Key& key, const Value& value) {
    if (!value.is_number()) {
      issue(expected("number", value));
      return;
    }
    const double number = value.is_double() ? value.get_double() : value.to_number<double>();
    if (!std::isfinite(number)) {
      issue(fmt::format("Invalid input: expected number, received {}",
                        std::isnan(number) ? "NaN" : "Infinity"));
    } else if (key.type == Type::integer && number != std::floor(number)) {
      issue("Invalid input: expected int, received number");
    } else if (key.limits.above ? number <= key.limits.min : number < key.limits.min) {
      issue(
          fmt::format("Too small: expected number to be >{}{}", key.limits.above ? "" : "=", key.limits.min));
    } else if (number > key.limits.max) {
      issue(fmt::format("Too big: expected number to be <={}", key.limits.max));
    }
  }

  void boolean(const Value& value) {
    if (value.is_bool()) return;
    issue(expected("boolean", value) + " (allowed: true, false)").allowed = {"true", "false"};
  }

  static bool allows(const Key& key, const Value& value) {
    if (!value.is_string()) return false;
    const auto words = split_words(key.allowed, '|');
    return std::find(words.begin(), words.end(), std::string_view(value.get_string())) != words.end();
  }

  void enumeration(const Key& key, const Value& value) {
    if (allows(key, value)) return;
    const auto words = split_words(key.allowed, '|');
    issue(fmt::format("Invalid input (allowed: {})", quoted_list(words)))
        .allowed.assign(words.begin(), words.end());
  }

  void list(const Key& key, const Value& value) {
    if (!value.is_array()) {
      issue(expected("array", value));
      return;
    }
    std::size_t index = 0;
    for (const auto& item : value.get_array()) {
      at_.push_back(std::to_string(index++));
      if (key.type == Type::enumeration_list) {
        enumeration(key, item);
      } else if (key.type == Type::id_list && !item.is_string() && !item.is_number()) {
        issue("Invalid input");
      } else if (key.type == Type::string_list && !item.is_string()) {
        issue(expected("string", item));
      }
      at_.pop_back();
    }
  }

  KeyPath at_;
  Findings findings_;
};

// Open doors need to be written down as such, and an allow list without names lets nobody in.
void check_dm_policy(const json::Object& block, const json::Object& parent, const KeyPath& path,
                     std::string_view label, std::vector<Issue>& issues) {
  const auto policy =
      json::get_string(block, "dmPolicy").value_or(json::get_string_or(parent, "dmPolicy", ""));
  if (policy != "open" && policy != "allowlist") return;
  const Value* list = json::find(block, "allowFrom");
  if (!list) list = json::find(parent, "allowFrom");
  const auto* entries = list ? list->if_array() : nullptr;
  const bool any =
      entries && std::any_of(entries->begin(), entries->end(), [](const Value& v) { return v == "*"; });
  const bool bad = policy == "open" ? !any : !entries || entries->empty();
  if (!bad) return;
  KeyPath where = path;
  where.emplace_back("allowFrom");
  issues.push_back(make_issue(
      std::move(where), fmt::format("{0}dmPolicy=\"{1}\" requires {0}allowFrom to {2}", label, policy,
                                    policy == "open" ? "include \"*\"" : "contain at least one sender ID")));
}

void cross_checks(const Value& document, Findings& findings) {
  const Value* telegram = json::find_path(document, "channels.telegram");
  if (telegram && telegram->is_object()) {
    const auto& block = telegram->get_object();
    const KeyPath path = {"channels", "telegram"};
    check_dm_policy(block, block, path, "channels.telegram.", findings.issues);
    if (const auto* accounts = json::get_object(block, "accounts")) {
      for (const auto& [id, account] : *accounts) {
        if (!account.is_object()) continue;
        check_dm_policy(account.get_object(), block, {"channels", "telegram", "accounts", std::string(id)},
                        "channels.telegram.accounts.*.", findings.issues);
      }
    }
    if (json::find(block, "webhookUrl") && !json::find(block, "webhookSecret")) {
      findings.issues.push_back(
          make_issue({"channels", "telegram", "webhookSecret"},
                     "channels.telegram.webhookUrl requires channels.telegram.webhookSecret"));
    }
  }
  if (const Value* key = json::find_path(document, "session.mainKey");
      key && key->is_string() && *key != "main") {
    findings.warnings.push_back(
        make_issue({"session", "mainKey"}, "session.mainKey is ignored; main session is always \"main\"."));
  }
}

}  // namespace

Issue make_issue(KeyPath segments, std::string message) {
  Issue issue;
  issue.path = segments.empty() ? "<root>" : dotted(segments);
  issue.message = std::move(message);
  issue.segments = std::move(segments);
  return issue;
}

Findings validate(const Value& document) {
  Findings findings = Validator().run(document);
  if (findings.issues.empty()) cross_checks(document, findings);
  return findings;
}

}  // namespace openclaw::config
