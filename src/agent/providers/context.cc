#include "agent/providers/context.h"

#include "base/strings.h"

namespace openclaw::agent {
namespace {

constexpr std::string_view kMissingResult = "No result: the run ended before this tool call finished.";

bool alnum(char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

// Bytes that are no UTF-8 become U+FFFD; one bad byte in a transcript must not make every later request fail.
std::string clean_text(std::string_view text) {
  if (base::is_utf8(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead >= 0xf0)
      length = 4;
    else if (lead >= 0xe0)
      length = 3;
    else if (lead >= 0xc0)
      length = 2;
    if (at + length <= text.size() && base::is_utf8(text.substr(at, length))) {
      out.append(text.substr(at, length));
      at += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
  return out;
}

json::Object text_block(std::string text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = std::move(text);
  return block;
}

bool blank_text(const json::Object& block) {
  return json::get_string_or(block, "type", "") == "text" &&
         base::trim(json::get_string_or(block, "text", "")).empty();
}

class Cleaner {
 public:
  explicit Cleaner(const ContextRules& rules) : rules_(rules) {}

  json::Array run(const json::Array& messages) {
    for (const auto& value : messages) {
      const auto* message = value.if_object();
      if (!message) continue;
      const std::string role = json::get_string_or(*message, "role", "");
      if (role == "user")
        user(*message);
      else if (role == "assistant")
        assistant(*message);
      else if (role == "toolResult")
        result(*message);
    }
    close_step();
    return std::move(out_);
  }

 private:
  struct Call {
    std::string old_id, new_id, name;
    bool answered = false;
  };

  json::Array blocks(const json::Object& message) const {
    json::Array out;
    const json::Value* content = json::find(message, "content");
    if (!content) return out;
    if (content->is_string()) {
      out.emplace_back(text_block(clean_text(content->get_string())));
      return out;
    }
    const auto* list = content->if_array();
    if (!list) return out;
    for (const auto& item : *list) {
      const auto* block = item.if_object();
      if (!block) continue;
      const std::string type = json::get_string_or(*block, "type", "");
      if (type == "image" && !rules_.images) {
        out.emplace_back(text_block(fmt::format("[image left out: {} does not read images]", rules_.model)));
        continue;
      }
      json::Object copy = *block;
      for (const char* key : {"text", "thinking"}) {
        if (auto* text = copy.if_contains(key); text && text->is_string())
          *text = clean_text(text->get_string());
      }
      out.emplace_back(std::move(copy));
    }
    return out;
  }

  void user(const json::Object& message) {
    json::Array content;
    for (auto& block : blocks(message)) {
      if (!blank_text(block.get_object())) content.emplace_back(std::move(block));
    }
    if (content.empty()) return;
    json::Object copy;
    copy["role"] = "user";
    copy["content"] = std::move(content);
    // A message sent while tools run is stored between the call and its result; the APIs want it after.
    if (open_calls_ > 0)
      deferred_.emplace_back(std::move(copy));
    else
      out_.emplace_back(std::move(copy));
  }

  void assistant(const json::Object& message) {
    const std::string model = json::get_string_or(message, "model", "");
    if (model == "gateway-injected" || model == "delivery-mirror") return;
    const std::string stop = json::get_string_or(message, "stopReason", "");
    json::Array content;
    std::vector<Call> calls;
    bool useful = false;
    for (auto& block : blocks(message)) {
      auto& object = block.get_object();
      if (blank_text(object)) continue;
      const std::string type = json::get_string_or(object, "type", "");
      if (type == "toolCall") {
        Call call;
        call.old_id = json::get_string_or(object, "id", "");
        call.name = json::get_string_or(object, "name", "");
        calls.push_back(std::move(call));
      }
      useful = useful || type == "text" || type == "toolCall";
      content.emplace_back(std::move(block));
    }
    close_step();
    if (!useful || stop == "error" || stop == "aborted") return;
    std::size_t next = 0;
    for (auto& block : content) {
      auto& object = block.get_object();
      if (json::get_string_or(object, "type", "") != "toolCall") continue;
      calls[next].new_id = fresh_id(calls[next].old_id);
      object["id"] = calls[next].new_id;
      ++next;
    }
    json::Object copy;
    copy["role"] = "assistant";
    copy["content"] = std::move(content);
    for (const char* key : {"api", "provider", "model"}) json::put(copy, key, json::get_string(message, key));
    out_.emplace_back(std::move(copy));
    calls_ = std::move(calls);
    open_calls_ = calls_.size();
  }

  void result(const json::Object& message) {
    const std::string id = json::get_string_or(message, "toolCallId", "");
    for (auto& call : calls_) {
      if (call.answered || call.old_id != id) continue;
      json::Array content;
      for (auto& block : blocks(message)) {
        if (!blank_text(block.get_object())) content.emplace_back(std::move(block));
      }
      answer(call, std::move(content), json::get_bool(message, "isError").value_or(false));
      if (open_calls_ == 0) close_step();
      return;
    }
  }

  void answer(Call& call, json::Array content, bool is_error) {
    if (content.empty()) content.emplace_back(text_block("(no output)"));
    json::Object copy;
    copy["role"] = "toolResult";
    copy["toolCallId"] = call.new_id;
    copy["toolName"] = call.name;
    copy["content"] = std::move(content);
    copy["isError"] = is_error;
    out_.emplace_back(std::move(copy));
    call.answered = true;
    --open_calls_;
  }

  void close_step() {
    for (auto& call : calls_) {
      if (call.answered) continue;
      json::Array content;
      content.emplace_back(text_block(std::string(kMissingResult)));
      answer(call, std::move(content), true);
    }
    calls_.clear();
    for (auto& message : deferred_) out_.emplace_back(std::move(message));
    deferred_.clear();
  }

  std::string fresh_id(std::string_view old_id) {
    std::string wanted;
    for (const char c :
         old_id.substr(0, old_id.find('|'))) {  // "call|item" is how the Responses API pairs ids
      if (alnum(c))
        wanted += c;
      else if (!rules_.mistral_ids)
        wanted += c == '-' ? '-' : '_';
    }
    const std::size_t limit = rules_.mistral_ids ? 9 : rules_.max_id;
    wanted = wanted.substr(0, limit);
    if (rules_.mistral_ids) wanted.resize(limit, '0');
    if (wanted.empty()) wanted = "call";
    std::string id = wanted;
    for (int n = 2; !used_.insert(id).second; ++n) {
      const std::string suffix = (rules_.mistral_ids ? "" : "_") + std::to_string(n);
      id = wanted.substr(0, std::min(wanted.size(), limit - suffix.size())) + suffix;
    }
    return id;
  }

  const ContextRules& rules_;
  json::Array out_, deferred_;
  std::vector<Call> calls_;  // of the last assistant message
  std::size_t open_calls_ = 0;
  std::set<std::string> used_;
};

}  // namespace

json::Array clean_context(const json::Array& messages, const ContextRules& rules) {
  return Cleaner(rules).run(messages);
}

std::string joined_text(const json::Array& blocks) {
  std::string out;
  for (const auto& block : blocks) {
    const auto* object = block.if_object();
    if (!object || json::get_string_or(*object, "type", "") != "text") continue;
    if (!out.empty()) out += '\n';
    out += json::get_string_or(*object, "text", "");
  }
  return out;
}

}  // namespace openclaw::agent
