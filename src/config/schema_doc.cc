#include "base/strings.h"
#include "config/schema_tree.h"

#include <fmt/format.h>

#include <cmath>

namespace openclaw::config {
namespace {

std::string words(std::string_view allowed) {
  std::string out;
  for (const auto word : split_words(allowed, '|'))
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", word);
  return out;
}

std::string range(const Limits& limits) {
  std::string out;
  if (std::isfinite(limits.min)) out += fmt::format(" {} {}", limits.above ? ">" : ">=", limits.min);
  if (std::isfinite(limits.max)) out += fmt::format("{} <= {}", out.empty() ? "" : ",", limits.max);
  return out;
}

std::string type_text(const Key& key) {
  switch (key.type) {
    case Type::any:
      return "any";
    case Type::object:
      return key.strict ? "block (unknown keys are refused)" : "block";
    case Type::map:
      return "map";
    case Type::array:
      return "list";
    case Type::string:
      return key.limits.min == 1 ? "text, not empty" : "text";
    case Type::secret:
      return "text or secret reference";
    case Type::integer:
      return "whole number" + range(key.limits);
    case Type::number:
      return "number" + range(key.limits);
    case Type::boolean:
      return "true, false";
    case Type::enumeration:
      return words(key.allowed);
    case Type::string_list:
      return "list of texts";
    case Type::enumeration_list:
      return "list of " + words(key.allowed);
    case Type::id_list:
      return "list of texts or numbers";
    case Type::string_or_number:
      return "text or number";
    case Type::string_or_object:
      return "text or block";
    case Type::boolean_or_enumeration:
      return "true, false, " + words(key.allowed);
  }
  return "";
}

std::string row(const Key& key) {
  const std::string fallback = key.fallback.empty() ? "-" : fmt::format("`{}`", key.fallback);
  std::string doc(key.doc);
  if (key.secret) doc += " (shown redacted)";
  if (key.required) doc += " (required)";
  if (key.later) doc += " (checked and kept, without effect in this version)";
  return fmt::format("| `{}` | {} | {} | {} |\n", key.path, type_text(key), fallback, doc);
}

std::string kept_line(const Key& key) {
  if (key.known.empty()) return {};
  std::string names;
  for (const auto name : split_words(key.known, ' '))
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", name);
  return fmt::format("\nKept without effect in `{}`: {}.\n", key.path.empty() ? "the file" : key.path, names);
}

}  // namespace

std::string schema_markdown() {
  std::string out;
  std::string notes;
  std::string_view block = "-";
  for (const Key& key : schema_table()) {
    const std::string_view top = key.path.substr(0, key.path.find('.'));
    if (top != block) {
      out += notes;
      notes.clear();
      block = top;
      out += fmt::format("{}### {}\n\n| key | value | default | meaning |\n|---|---|---|---|\n",
                         out.empty() ? "" : "\n", top.empty() ? "The file" : top);
    }
    if (!key.path.empty()) out += row(key);
    notes += kept_line(key);
  }
  return out + notes;
}

}  // namespace openclaw::config
