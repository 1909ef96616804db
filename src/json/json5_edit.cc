#include "json/json5_edit.h"

#include "base/strings.h"
#include "json/json5.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace openclaw::json {
namespace {

using Kind = SyntaxNode::Kind;
constexpr int kMaxDuplicates = 100;  // removing each costs a parse

bool plain_key(std::string_view key) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  for (const char c : key) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
    if (!good) return false;
  }
  return true;
}

std::string quoted(std::string_view text, char quote) {
  std::string out = boost::json::serialize(boost::json::string(text));
  if (quote == '"') return out;
  std::string single = "'";
  for (std::size_t i = 1; i + 1 < out.size(); ++i) {
    if (out[i] == '\\' && out[i + 1] == '"') {
      single += '"';
      ++i;
    } else if (out[i] == '\\') {
      single += out[i];
      single += out[++i];
    } else if (out[i] == '\'') {
      single += "\\'";
    } else {
      single += out[i];
    }
  }
  return single + "'";
}

// How this text writes things.
struct Style {
  char key_quote = '"';  // 0 = none where possible
  char string_quote = '"';
  bool multiline = true;
  std::string unit = "  ";  // one level of indentation
  std::string newline = "\n";
  std::string colon = ": ";
  std::string gap = " ";  // after a comma on one line
  bool trailing_comma = false;
};

class Editor {
 public:
  Editor(std::string_view text, const SyntaxNode& root) : text_(text), root_(root) {
    style_.newline = text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n";
    style_.multiline =
        root.entries.empty() || slice(root.begin, root.end).find('\n') != std::string_view::npos;
    style_.key_quote = 0;
    bool key_seen = false;
    bool string_seen = false;
    learn(root_, key_seen, string_seen);
    if (!key_seen) style_.key_quote = '"';
    learn_indentation(root_);
  }

  std::string set(const PathSegments& path, const Value& value) {
    const SyntaxNode* node = &root_;
    std::size_t i = 0;
    for (; i < path.size(); ++i) {
      const SyntaxEntry* entry = lookup(*node, path[i]);
      if (!entry) break;
      node = &entry->value;
    }
    if (i == path.size()) return replace(*node, value);
    if (node->kind == Kind::scalar) return replace(*node, nest(path, i, value));
    return insert(*node, path[i], nest(path, i + 1, value));
  }

  std::string unset(const PathSegments& path) {
    const SyntaxNode* node = &root_;
    const SyntaxNode* parent = nullptr;
    const SyntaxEntry* entry = nullptr;
    for (const auto& segment : path) {
      parent = node;
      entry = lookup(*node, segment);
      if (!entry) return std::string(text_);
      node = &entry->value;
    }
    return remove(*parent, static_cast<std::size_t>(entry - parent->entries.data()));
  }

 private:
  std::string_view slice(std::size_t from, std::size_t to) const { return text_.substr(from, to - from); }
  bool blank(std::size_t from, std::size_t to) const {
    return slice(from, to).find_first_not_of(" \t\r\n") == std::string_view::npos;
  }
  std::size_t line_start(std::size_t offset) const {
    const std::size_t at = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
    return at == std::string_view::npos ? 0 : at + 1;
  }
  std::string indentation(std::size_t offset) const {
    const std::size_t start = line_start(offset);
    const std::size_t end = text_.find_first_not_of(" \t", start);
    return std::string(slice(start, std::min(end, text_.size())));
  }
  bool begins_line(std::size_t offset) const {
    return line_start(offset) > 0 &&
           slice(line_start(offset), offset).find_first_not_of(" \t") == std::string_view::npos;
  }

  static const SyntaxEntry* lookup(const SyntaxNode& node, const std::string& segment) {
    if (node.kind == Kind::object) return find_entry(node, segment);
    const auto index = base::parse_int(segment);
    if (node.kind != Kind::array || !index || static_cast<std::size_t>(*index) >= node.entries.size())
      return nullptr;
    return &node.entries[static_cast<std::size_t>(*index)];
  }

  // Quotes of the first key and of the first string value in the text.
  void learn(const SyntaxNode& node, bool& key_seen, bool& string_seen) {
    if (node.kind == Kind::scalar && node.scalar.is_string() && !string_seen) {
      string_seen = true;
      style_.string_quote = text_[node.begin];
    }
    for (const auto& entry : node.entries) {
      if (key_seen && string_seen) return;
      if (node.kind == Kind::object && !key_seen) {
        key_seen = true;
        learn_key(entry);
      }
      learn(entry.value, key_seen, string_seen);
    }
  }

  void learn_key(const SyntaxEntry& entry) {
    const char first = text_[entry.begin];
    style_.key_quote = first == '"' || first == '\'' ? first : '\0';
    const std::string_view colon = slice(entry.key_end, entry.value.begin);
    if (colon.find_first_not_of(": \t") == std::string_view::npos) style_.colon = std::string(colon);
    style_.gap = style_.colon == ":" ? "" : " ";
  }

  bool learn_indentation(const SyntaxNode& node) {
    for (const auto& entry : node.entries) {
      if (begins_line(entry.begin)) {
        const std::string outer = indentation(node.begin);
        const std::string inner = indentation(entry.begin);
        if (inner.size() > outer.size() && inner.compare(0, outer.size(), outer) == 0) {
          style_.unit = inner.substr(outer.size());
          return true;
        }
      }
      if (learn_indentation(entry.value)) return true;
    }
    return false;
  }

  // Neighbours decide before the rest of the text does.
  Style style_in(const SyntaxNode& node) {
    const Style saved = style_;
    if (node.kind == Kind::object && !node.entries.empty()) learn_key(node.entries.back());
    const std::size_t count = node.entries.size();
    if (count > 1 && node.entries[count - 2].comma != kNoOffset) {
      const std::string_view gap = slice(node.entries[count - 2].comma + 1, node.entries[count - 1].begin);
      if (gap.find_first_not_of(" \t") == std::string_view::npos) style_.gap = std::string(gap);
    }
    for (const auto& entry : node.entries) {
      if (entry.value.kind == Kind::scalar && entry.value.scalar.is_string()) {
        style_.string_quote = text_[entry.value.begin];
        break;
      }
    }
    if (count > 0) style_.trailing_comma = node.entries.back().comma != kNoOffset;
    return std::exchange(style_, saved);
  }

  static std::string key_text(const std::string& key, const Style& style) {
    if (style.key_quote == 0) return plain_key(key) ? key : quoted(key, style.string_quote);
    return quoted(key, style.key_quote);
  }

  static std::string number_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    char buffer[32];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, number);  // shortest that reads back
    return std::string(buffer, written.ptr);
  }

  static std::string render(const Value& value, const std::string& indent, const Style& style) {
    if (value.is_string()) return quoted(std::string_view(value.get_string()), style.string_quote);
    if (value.is_double()) return number_text(value.get_double());
    const bool object = value.is_object();
    if (!object && !value.is_array()) return boost::json::serialize(value);
    std::vector<std::string> items;
    const std::string deeper = indent + style.unit;
    if (object) {
      for (const auto& [key, item] : value.get_object()) {
        items.push_back(key_text(std::string(key), style) + style.colon + render(item, deeper, style));
      }
    } else {
      for (const auto& item : value.get_array()) items.push_back(render(item, deeper, style));
    }
    const char* const brackets = object ? "{}" : "[]";
    if (items.empty()) return brackets;
    // Short lists of scalars stay on one line, as people write them.
    if (!style.multiline || (!object && short_list(value.get_array(), items))) {
      return brackets[0] + base::join(items, "," + style.gap) + brackets[1];
    }
    const std::string line = style.newline + deeper;
    return brackets[0] + line + base::join(items, "," + line) + (style.trailing_comma ? "," : "") +
           style.newline + indent + brackets[1];
  }

  static bool short_list(const Array& array, const std::vector<std::string>& items) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (array[i].is_structured()) return false;
      length += items[i].size() + 2;
    }
    return length <= 80;
  }

  // {b: {c: value}} for path a.b.c and i = 1.
  static Value nest(const PathSegments& path, std::size_t i, const Value& value) {
    Value out = value;
    for (std::size_t at = path.size(); at > i; --at) {
      if (base::parse_int(path[at - 1])) {
        Array array;
        array.push_back(std::move(out));
        out = std::move(array);
      } else {
        Object object;
        object[path[at - 1]] = std::move(out);
        out = std::move(object);
      }
    }
    return out;
  }

  std::string spliced(std::size_t from, std::size_t to, std::string_view with) const {
    return std::string(text_.substr(0, from)) + std::string(with) + std::string(text_.substr(to));
  }

  std::string replace(const SyntaxNode& node, const Value& value) {
    if (same_value(to_value(node), value)) return std::string(text_);
    Style style = style_in(node);
    if (node.kind == Kind::scalar && node.scalar.is_string()) style.string_quote = text_[node.begin];
    return spliced(node.begin, node.end, render(value, indentation(node.begin), style));
  }

  // End of the last comment that shares the line with `offset`, or offset itself.
  std::size_t end_of_line_content(std::size_t offset, std::size_t limit) const {
    std::size_t last = offset;
    for (std::size_t at = offset; at < limit;) {
      if (const std::size_t n = json5_comment_at(text_, at)) {
        at += n;
        last = at;
        if (slice(at - n, at).find('\n') != std::string_view::npos) break;
      } else if (text_[at] == '\n' || json5_space_at(text_, at) == 0) {
        break;
      } else {
        at += json5_space_at(text_, at);
      }
    }
    return last;
  }

  std::string entry_text(const SyntaxNode& node, const std::string& key, const Value& value,
                         const std::string& indent, const Style& style) const {
    const std::string body = render(value, indent, style);
    return node.kind == Kind::array ? body : key_text(key, style) + style.colon + body;
  }

  std::string insert(const SyntaxNode& node, const std::string& key, const Value& value) {
    const Style style = style_in(node);
    if (node.entries.empty()) return insert_first(node, key, value, style);
    const SyntaxEntry& last = node.entries.back();
    const std::size_t done = last.comma == kNoOffset ? last.value.end : last.comma + 1;
    const std::size_t anchor = end_of_line_content(done, node.end - 1);
    const bool own_line = begins_line(last.begin);
    const bool after_comment = anchor > done;
    std::string out(text_.substr(0, last.value.end));
    if (last.comma == kNoOffset) out += ',';
    out += slice(last.value.end, anchor);
    if (own_line || after_comment) {
      const std::string indent = own_line ? indentation(last.begin) : indentation(node.begin) + style.unit;
      out += style.newline + indent + entry_text(node, key, value, indent, style);
    } else {
      Style flat = style;
      flat.multiline = false;
      out += style.gap + entry_text(node, key, value, indentation(node.begin), flat);
    }
    if (style.trailing_comma) out += ',';
    return out + std::string(text_.substr(anchor));
  }

  std::string insert_first(const SyntaxNode& node, const std::string& key, const Value& value,
                           const Style& style) {
    const std::size_t inner = node.begin + 1;
    const std::size_t close = node.end - 1;
    const std::string indent = indentation(node.begin);
    if (!style.multiline) {
      return spliced(inner, blank(inner, close) ? close : inner, entry_text(node, key, value, indent, style));
    }
    const std::string deeper = indent + style.unit;
    const std::string line = style.newline + deeper + entry_text(node, key, value, deeper, style);
    if (blank(inner, close)) return spliced(inner, close, line + style.newline + indent);
    std::size_t anchor = inner;  // behind the last comment
    for (std::size_t at = inner; at < close;) {
      const std::size_t comment = json5_comment_at(text_, at);
      at += comment ? comment : std::max<std::size_t>(json5_space_at(text_, at), 1);
      if (comment) anchor = at;
    }
    const bool closed = slice(anchor, close).find('\n') != std::string_view::npos;
    return spliced(anchor, anchor, closed ? line : line + style.newline + indent);
  }

  std::string remove(const SyntaxNode& node, std::size_t index) {
    const SyntaxEntry& entry = node.entries[index];
    const bool last = index + 1 == node.entries.size();
    std::size_t from = entry.begin;
    std::size_t to = entry.comma == kNoOffset ? entry.value.end : entry.comma + 1;
    const std::size_t anchor = end_of_line_content(to, node.end - 1);
    const std::size_t eol = text_.find_first_not_of(" \t\r", anchor);
    const bool ends_line = eol != std::string_view::npos && text_[eol] == '\n' &&
                           slice(to, anchor).find('\n') == std::string_view::npos;
    if (begins_line(from) && ends_line) {  // whole lines, with the comment beside the entry
      from = line_start(from);
      to = eol + 1;
    } else if (!last) {
      while (to < node.entries[index + 1].begin && (text_[to] == ' ' || text_[to] == '\t')) ++to;
    } else {
      while (from > node.begin + 1 && (text_[from - 1] == ' ' || text_[from - 1] == '\t')) --from;
    }
    std::string out(text_.substr(0, from));
    // A list that had no comma behind its last entry keeps it that way.
    if (last && index > 0 && entry.comma == kNoOffset) out.erase(node.entries[index - 1].comma, 1);
    const bool empty = node.entries.size() == 1 && blank(node.begin + 1, from) && blank(to, node.end - 1);
    if (empty) return spliced(node.begin + 1, node.end - 1, "");
    return out + std::string(text_.substr(to));
  }

  std::string_view text_;
  const SyntaxNode& root_;
  Style style_;
};

base::Result<SyntaxNode> tree_of(std::string_view text) {
  auto tree = parse_json5_syntax(text);
  if (!tree) return base::fail(base::ErrorKind::invalid, std::move(tree.error().message));
  return std::move(*tree);
}

base::Result<std::string> verified(std::string out, const Value& expected) {
  const auto again = parse_json5(out);
  if (again && same_value(*again, expected)) return out;
  return base::fail(base::ErrorKind::failed,
                    "the edited text would not have the intended meaning; nothing was changed",
                    "edit the file by hand");
}

}  // namespace

base::Result<std::string> json5_set(std::string_view text, const PathSegments& path, const Value& value) {
  OC_TRY_ASSIGN(const SyntaxNode tree, tree_of(text));
  Value expected = to_value(tree);
  OC_TRY(set_at(expected, path, value));
  return verified(Editor(text, tree).set(path, value), expected);
}

base::Result<std::string> json5_unset(std::string_view text, const PathSegments& path) {
  OC_TRY_ASSIGN(SyntaxNode tree, tree_of(text));
  Value expected = to_value(tree);
  if (!unset_at(expected, path)) {
    return base::fail(base::ErrorKind::not_found, "Config path not found: " + base::join(path, "."));
  }
  std::string out(text);
  for (int round = 0; round < kMaxDuplicates; ++round) {
    std::string next = Editor(out, tree).unset(path);
    if (next == out) break;
    out = std::move(next);
    OC_TRY_ASSIGN(tree, tree_of(out));
    if (same_value(to_value(tree), expected)) break;
  }
  return verified(std::move(out), expected);
}

}  // namespace openclaw::json
