#include "config/rewrite.h"

#include "config/command_output.h"
#include "config/redact.h"
#include "json/json5.h"
#include "json/json5_edit.h"

#include <algorithm>
#include <vector>

namespace openclaw::config {
namespace {

using json::Value;

constexpr std::size_t kMaxEdits = 2000;  // each parses the text; beyond, the document is written anew

struct Edit {
  KeyPath path;
  std::optional<Value> value;  // absent = remove
};

class Differ {
 public:
  std::vector<Edit> run(const Value& now, const Value& wanted) {
    compare(now, wanted);
    return std::move(edits_);
  }

 private:
  void add(std::optional<Value> value) { edits_.push_back({at_, std::move(value)}); }
  void add_at(std::string segment, std::optional<Value> value) {
    at_.push_back(std::move(segment));
    add(std::move(value));
    at_.pop_back();
  }

  void compare(const Value& now, const Value& wanted) {
    if (json::same_value(now, wanted)) return;
    if (now.is_object() && wanted.is_object()) {
      objects(now.get_object(), wanted.get_object());
    } else if (now.is_array() && wanted.is_array()) {
      arrays(now.get_array(), wanted.get_array());
    } else {
      add(wanted);
    }
  }

  void objects(const json::Object& now, const json::Object& wanted) {
    for (const auto& [key, value] : now) {
      if (!wanted.contains(key)) add_at(std::string(key), std::nullopt);
    }
    for (const auto& [key, value] : wanted) {
      const Value* old = json::find(now, key);
      if (!old) {
        add_at(std::string(key), value);
        continue;
      }
      at_.emplace_back(std::string_view(key));
      compare(*old, value);
      at_.pop_back();
    }
  }

  // Equal ends are left alone, so that removing an element does not shift the comments of the others.
  void arrays(const json::Array& now, const json::Array& wanted) {
    std::size_t front = 0, back = 0;
    const std::size_t shorter = std::min(now.size(), wanted.size());
    while (front < shorter && json::same_value(now[front], wanted[front])) ++front;
    while (back < shorter - front &&
           json::same_value(now[now.size() - 1 - back], wanted[wanted.size() - 1 - back])) {
      ++back;
    }
    if (wanted.size() == front + back) {
      for (std::size_t i = now.size() - back; i > front; --i) add_at(std::to_string(i - 1), std::nullopt);
      return;
    }
    for (std::size_t i = front; i < shorter; ++i) {
      at_.push_back(std::to_string(i));
      compare(now[i], wanted[i]);
      at_.pop_back();
    }
    for (std::size_t i = now.size(); i > wanted.size(); --i) add_at(std::to_string(i - 1), std::nullopt);
    for (std::size_t i = now.size(); i < wanted.size(); ++i) add_at(std::to_string(i), wanted[i]);
  }

  KeyPath at_;
  std::vector<Edit> edits_;
};

const Value* child(const Value* value, std::string_view key) {
  return value && value->is_object() ? json::find(value->get_object(), key) : nullptr;
}
const Value* element(const Value* value, std::size_t index) {
  const auto* list = value ? value->if_array() : nullptr;
  return list && index < list->size() ? &(*list)[index] : nullptr;
}

// Absent: the load put it there, the file has nothing of it.
std::optional<Value> as_in_file(const Value& sent, const Value* parsed, const Value* resolved) {
  if (resolved && json::same_value(sent, *resolved))
    return parsed ? std::optional<Value>(*parsed) : std::nullopt;
  if (const auto* object = sent.if_object()) {
    json::Object out;
    for (const auto& [key, value] : *object) {
      if (auto kept = as_in_file(value, child(parsed, key), child(resolved, key)))
        out.emplace(key, std::move(*kept));
    }
    if (out.empty() && !object->empty() && !parsed) return std::nullopt;
    return Value(std::move(out));
  }
  if (const auto* list = sent.if_array()) {
    json::Array out;
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto kept = as_in_file((*list)[i], element(parsed, i), element(resolved, i));
      out.push_back(kept ? std::move(*kept) : (*list)[i]);
    }
    return Value(std::move(out));
  }
  return sent;
}

void collect_hidden(const Value& shown, const Value& real, std::vector<std::string>& out) {
  if (const auto* object = shown.if_object()) {
    for (const auto& [key, value] : *object) {
      if (const Value* other = child(&real, key)) collect_hidden(value, *other, out);
    }
  } else if (const auto* list = shown.if_array()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (const Value* other = element(&real, i)) collect_hidden((*list)[i], *other, out);
    }
  } else if (!json::same_value(shown, real)) {
    out.push_back(real.is_string() ? std::string(std::string_view(real.get_string())) : json::write(real));
  }
}

}  // namespace

base::Result<std::string> rewrite(std::string text, const Value& now, const Value& wanted) {
  const auto edits = Differ().run(now, wanted);
  if (edits.size() > kMaxEdits || (!edits.empty() && edits.front().path.empty()))
    return pretty(wanted) + "\n";
  for (const auto& edit : edits) {
    auto edited =
        edit.value ? json::json5_set(text, edit.path, *edit.value) : json::json5_unset(text, edit.path);
    if (!edited) return tl::unexpected(std::move(edited).error());
    text = std::move(*edited);
  }
  return text;
}

Value undo_resolution(const Value& sent, const Value& parsed, const Value& resolved) {
  auto kept = as_in_file(sent, &parsed, &resolved);
  return kept ? std::move(*kept) : sent;
}

std::optional<std::string> redacted_text(const std::string& text, const Value& parsed) {
  const Value shown = redact(parsed);
  std::vector<std::string> hidden;
  collect_hidden(shown, parsed, hidden);
  if (hidden.empty()) return text;
  // A comment may hold an old secret that no rule finds; JSON has none.
  if (!json::parse(text)) return std::nullopt;
  auto out = rewrite(text, parsed, shown);
  if (!out) return std::nullopt;
  for (const auto& secret : hidden) {
    if (out->find(secret) != std::string::npos) return std::nullopt;
  }
  const auto back = json::parse_json5(*out);
  const auto restored = back ? restore_redacted(*back, &parsed, {}) : back;
  if (!restored || !json::same_value(*restored, parsed)) return std::nullopt;
  return std::move(*out);
}

}  // namespace openclaw::config
