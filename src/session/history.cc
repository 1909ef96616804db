#include "session/history.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace openclaw::session {
namespace {

constexpr std::string_view kTruncated = "\n...(truncated)...";
constexpr std::string_view kOmitted = "[chat.history omitted: message too large]";

// The first `max_chars` UTF-16 units, as JavaScript clients count.
std::string first_units(std::string text, std::size_t max_chars) {
  std::size_t units = 0, at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    units += length == 4 ? 2 : 1;
    if (units > max_chars) break;
    at += length;
  }
  text.resize(std::min(at, text.size()));
  return text;
}

std::string cut_text(std::string text, std::size_t max_chars) {
  if (text.size() <= max_chars || base::utf16_length(text) <= max_chars) return text;
  return first_units(std::move(text), max_chars) + std::string(kTruncated);
}


std::string clean_text(std::string_view text, bool user, std::size_t max_chars, std::string& sender) {
  if (!user) return cut_text(strip_directives(text), max_chars);
  auto clean = unwrap_message(text);
  if (!clean.sender_label.empty()) sender = clean.sender_label;
  return cut_text(std::move(clean.text), max_chars);
}

json::Object image_stub(const json::Object& block) {
  json::Object out;
  out["type"] = "image";
  out["mimeType"] = json::get_string_or(block, "mimeType", "");
  out["omitted"] = true;
  out["bytes"] = json::get_string_or(block, "data", "").size() / 4 * 3;
  return out;
}

json::Array clean_content(const json::Array& content, bool user, std::size_t max_chars, std::string& sender) {
  json::Array out;
  for (const auto& item : content) {
    if (!item.is_object()) continue;
    const auto& block = item.get_object();
    const auto type = json::get_string_or(block, "type", "");
    json::Object shown;
    if (type == "image") {
      shown = image_stub(block);
    } else if (type == "text") {
      shown["type"] = "text";
      shown["text"] = clean_text(json::get_string_or(block, "text", ""), user, max_chars, sender);
    } else if (type == "thinking") {
      shown["type"] = "thinking";
      shown["thinking"] = cut_text(json::get_string_or(block, "thinking", ""), max_chars);
    } else {
      shown = block;
      shown.stable_erase("thoughtSignature");
    }
    out.push_back(std::move(shown));
  }
  return out;
}

// Finite numbers only; `cost` keeps its total.
json::Object clean_usage(const json::Object& usage) {
  json::Object out;
  for (const auto& [key, value] : usage) {
    if (key == "cost" && value.is_object()) {
      const auto* total = json::find(value.get_object(), "total");
      if (!total || !total->is_number()) continue;
      json::Object cost;
      cost["total"] = *total;
      out["cost"] = std::move(cost);
    } else if (value.is_number() && std::isfinite(value.to_number<double>())) {
      out[key] = value;
    }
  }
  return out;
}

json::Object marker(const store::MessageRecord& message) {
  json::Object out;
  if (!message.id.empty()) out["id"] = message.id;
  out["seq"] = message.seq;
  return out;
}

json::Object oversized(const store::MessageRecord& message, const json::Object& shown) {
  json::Object block;
  block["type"] = "text";
  block["text"] = kOmitted;
  json::Array content;
  content.push_back(std::move(block));
  auto info = marker(message);
  info["truncated"] = true;
  info["reason"] = "oversized";
  json::Object out;
  out["role"] = json::get_string_or(shown, "role", "assistant");
  out["content"] = std::move(content);
  if (const auto* timestamp = json::find(shown, "timestamp")) out["timestamp"] = *timestamp;
  out["__openclaw"] = std::move(info);
  return out;
}

}  // namespace

std::string message_text(const json::Object& body) {
  const auto* content = json::find(body, "content");
  if (!content) return {};
  if (content->is_string()) return std::string(content->get_string());
  if (!content->is_array()) return {};
  std::string out;
  for (const auto& item : content->get_array()) {
    if (!item.is_object() || json::get_string_or(item.get_object(), "type", "") != "text") continue;
    if (!out.empty()) out += '\n';
    out += json::get_string_or(item.get_object(), "text", "");
  }
  return out;
}

std::string strip_directives(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kTags = {"reply_to_current",
                                                            "reply_to:", "audio_as_voice"};
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find("[[", at);
    const auto close = open == std::string_view::npos ? open : text.find("]]", open);
    if (close == std::string_view::npos) break;
    const auto tag = base::trim(text.substr(open + 2, close - open - 2));
    const bool ours = std::any_of(kTags.begin(), kTags.end(), [tag](std::string_view name) {
      return name.ends_with(':') ? tag.starts_with(name) : tag == name;
    });
    if (!ours) {
      out += text.substr(at, open + 2 - at);
      at = open + 2;
      continue;
    }
    out += text.substr(at, open - at);
    at = close + 2;
    if (out.empty() && at < text.size() && text[at] == ' ') ++at;
  }
  out += text.substr(std::min(at, text.size()));
  return out;
}

std::string short_text(std::string text, std::size_t max_chars) {
  if (text.size() <= max_chars || base::utf16_length(text) <= max_chars) return text;
  return first_units(std::move(text), max_chars > 0 ? max_chars - 1 : 0) + "…";
}

json::Object without_image_data(const json::Object& body) {
  auto out = body;
  auto* content = out.if_contains("content");
  if (!content || !content->is_array()) return out;
  for (auto& item : content->get_array()) {
    if (!item.is_object() || json::get_string_or(item.get_object(), "type", "") != "image") continue;
    if (json::find(item.get_object(), "data")) item = image_stub(item.get_object());
  }
  return out;
}

json::Object raw_message(const store::MessageRecord& message) {
  auto out = without_image_data(message.body);
  out["__openclaw"] = marker(message);
  return out;
}

json::Array preview_items(const std::vector<store::MessageRecord>& messages, std::size_t limit, std::size_t max_chars) {
  std::vector<json::Object> newest_first;
  for (auto it = messages.rbegin(); it != messages.rend() && newest_first.size() < limit; ++it) {
    if (silent_message(*it)) continue;
    const auto role = json::get_string_or(it->body, "role", "");
    const bool user = role == "user";
    std::string text(base::trim(user ? display_text(message_text(it->body)) : strip_directives(message_text(it->body))));
    if (text.empty()) continue;
    text = short_text(std::move(text), max_chars);
    json::Object line;
    line["role"] = role == "toolResult" ? "tool" : user || role == "assistant" || role == "system" ? role : "other";
    line["text"] = std::move(text);
    newest_first.push_back(std::move(line));
  }
  json::Array out;
  for (auto it = newest_first.rbegin(); it != newest_first.rend(); ++it) out.push_back(std::move(*it));
  return out;
}

json::Object history_message(const store::MessageRecord& message, std::size_t max_chars) {
  auto out = message.body;
  const auto role = json::get_string_or(out, "role", "");
  const bool user = role == "user";
  std::string sender;
  if (const auto* content = json::find(out, "content")) {
    json::Value cleaned;
    if (content->is_array()) {
      cleaned = clean_content(content->get_array(), user, max_chars, sender);
    } else if (content->is_string()) {
      cleaned = json::Value(clean_text(std::string(content->get_string()), user, max_chars, sender));
    }
    if (!cleaned.is_null()) out["content"] = std::move(cleaned);
  }
  if (!sender.empty()) out["senderLabel"] = sender;
  out.stable_erase("details");
  if (role == "assistant") {
    if (const auto* usage = json::get_object(out, "usage")) {
      auto cleaned = clean_usage(*usage);
      out["usage"] = std::move(cleaned);
    }
  } else {
    out.stable_erase("usage");
  }
  out["__openclaw"] = marker(message);
  if (json::write(out).size() > kHistoryMaxMessage) return oversized(message, out);
  return out;
}

bool silent_message(const store::MessageRecord& message) {
  if (json::get_string_or(message.body, "role", "") != "assistant") return false;
  const auto* content = json::get_array(message.body, "content");
  if (content && std::any_of(content->begin(), content->end(), [](const json::Value& block) {
        return block.is_object() && json::get_string_or(block.get_object(), "type", "") == "toolCall";
      }))
    return false;
  return base::trim(message_text(message.body)) == "NO_REPLY";
}

json::Array history_messages(const std::vector<store::MessageRecord>& messages, std::size_t max_chars) {
  std::vector<json::Object> newest_first;
  std::size_t total = 0;
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    if (silent_message(*it)) continue;
    auto shown = history_message(*it, max_chars);
    total += json::write(shown).size();
    if (total > kHistoryMaxTotal) break;
    newest_first.push_back(std::move(shown));
  }
  json::Array out;
  for (auto it = newest_first.rbegin(); it != newest_first.rend(); ++it) out.push_back(std::move(*it));
  return out;
}

}  // namespace openclaw::session
