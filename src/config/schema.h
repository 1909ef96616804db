// The settings this program acts on, in one table: name, type, limits, default, documentation, redaction,
// strictness. Validation, the defaults of Snapshot, redaction and docs/CONFIG.md are derived from it. Pure.
#pragma once
#include "config/key_path.h"
#include "json/json.h"

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

enum class Type {
  any,
  object,
  map,    // free keys; the row "<path>.*" describes the values
  array,  // the row "<path>[]" describes the elements, if there is one
  string,
  secret,  // a string or a SecretRef {source, provider, id}
  integer,
  number,
  boolean,
  enumeration,
  string_list,
  enumeration_list,
  id_list,  // strings or numbers
  string_or_number,
  string_or_object,
  boolean_or_enumeration,
};

struct Limits {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool above = false;  // min itself is refused
};

struct Key {
  std::string_view path;  // "*" stands for a free key, "[]" for an array element
  Type type = Type::any;
  std::string_view doc;            // one line
  std::string_view fallback = {};  // default as JSON text; empty = none
  std::string_view allowed = {};   // "a|b|c"
  Limits limits = {};
  bool strict = false;  // unknown keys are refused
  bool required = false;
  bool secret = false;          // redacted when shown, whatever it is called
  bool later = false;           // checked and kept, without effect in this version
  std::string_view known = {};  // of an object: further keys of the reference, kept without effect
};

std::span<const Key> schema_table();
// The row for a concrete path; nullptr for settings the table does not name.
const Key* find_key(const KeyPath& path);
bool path_is_secret(const KeyPath& path);  // by the table only; redact.h adds the rules by name

struct Issue {
  std::string path;  // dotted; "<root>" for the document itself
  std::string message;
  std::size_t line = 0, column = 0;  // 1-based; 0 = unknown
  std::vector<std::string> allowed;  // values an enumeration accepts
  KeyPath segments;
};

struct Findings {
  std::vector<Issue> issues;  // each makes the document invalid
  std::vector<Issue> warnings;
};

Issue make_issue(KeyPath segments, std::string message);
// Schema and cross checks of a substituted document.
Findings validate(const json::Value& document);

// When a changed setting takes effect in a running gateway.
enum class Effect { live, next_message, restart };
Effect effect_of(const KeyPath& path);

// The tables of docs/CONFIG.md, one section a block.
std::string schema_markdown();

}  // namespace openclaw::config
