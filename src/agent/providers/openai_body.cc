#include "agent/providers/context.h"
#include "agent/providers/openai_completions.h"
#include "net/address.h"

namespace openclaw::agent {
namespace {

constexpr std::size_t kMaxOpenAiId = 40;

struct Compat {
  bool openai = false;  // api.openai.com itself
  const json::Object& settings;
  bool flag(std::string_view key, bool fallback) const {
    return json::get_bool(settings, key).value_or(fallback);
  }
};

json::Object role_message(std::string_view role, json::Value content) {
  json::Object out;
  out["role"] = role;
  out["content"] = std::move(content);
  return out;
}

json::Object image_part(const json::Object& block) {
  json::Object url;
  url["url"] = fmt::format("data:{};base64,{}", json::get_string_or(block, "mimeType", "image/png"),
                           json::get_string_or(block, "data", ""));
  json::Object part;
  part["type"] = "image_url";
  part["image_url"] = std::move(url);
  return part;
}

bool is_type(const json::Value& block, std::string_view type) {
  return json::get_string_or(block.get_object(), "type", "") == type;
}

bool has_image(const json::Array& blocks) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [](const json::Value& block) { return is_type(block, "image"); });
}

json::Object user_message(const json::Array& blocks) {
  if (!has_image(blocks)) return role_message("user", json::Value(joined_text(blocks)));
  json::Array parts;
  for (const auto& block : blocks) {
    if (is_type(block, "image")) {
      parts.emplace_back(image_part(block.get_object()));
    } else if (is_type(block, "text")) {
      json::Object part;
      part["type"] = "text";
      part["text"] = json::get_string_or(block.get_object(), "text", "");
      parts.emplace_back(std::move(part));
    }
  }
  return role_message("user", std::move(parts));
}

json::Object tool_call(const json::Object& block) {
  const auto* arguments = json::get_object(block, "arguments");
  json::Object function;
  function["name"] = json::get_string_or(block, "name", "");
  function["arguments"] = arguments ? json::write(*arguments) : std::string("{}");
  json::Object call;
  call["id"] = json::get_string_or(block, "id", "");
  call["type"] = "function";
  call["function"] = std::move(function);
  return call;
}

// Thinking goes back only to the model it came from, in the field it came in: some models (DeepSeek, Kimi)
// refuse a tool step without it.
void add_thinking(json::Object& out, const json::Object& block) {
  const std::string field = json::get_string_or(block, "thinkingSignature", "");
  if (field != "reasoning_content" && field != "reasoning" && field != "reasoning_text") return;
  out[field] = json::get_string_or(out, field, "") + json::get_string_or(block, "thinking", "");
}

json::Object assistant_message(const json::Object& message, const json::Array& blocks,
                               const ModelTarget& target, const Compat& compat) {
  const bool same_model = json::get_string_or(message, "provider", "") == target.provider &&
                          json::get_string_or(message, "model", "") == target.model;
  std::string text;
  json::Array calls, details;
  json::Object out = role_message("assistant", nullptr);
  for (const auto& value : blocks) {
    const auto& block = value.get_object();
    if (is_type(value, "toolCall")) {
      calls.emplace_back(tool_call(block));
      auto detail = json::parse(json::get_string_or(block, "thoughtSignature", ""));
      if (same_model && detail && detail->is_object()) details.emplace_back(std::move(*detail));
    } else if (is_type(value, "thinking")) {
      if (compat.flag("requiresThinkingAsText", false))
        text += json::get_string_or(block, "thinking", "") + "\n\n";
      else if (same_model)
        add_thinking(out, block);
    }
  }
  text += joined_text(blocks);
  if (!text.empty()) out["content"] = text;
  if (!calls.empty()) out["tool_calls"] = std::move(calls);
  if (!details.empty()) out["reasoning_details"] = std::move(details);
  return out;
}

class Messages {
 public:
  Messages(const ModelRequest& request, const Compat& compat) : request_(request), compat_(compat) {
    if (!request.system.empty()) {
      const bool developer = compat.flag("supportsDeveloperRole", false);
      out_.emplace_back(role_message(developer ? "developer" : "system", json::Value(request.system)));
    }
  }

  json::Array run(const json::Array& messages) {
    for (const auto& value : messages) {
      const auto& message = value.get_object();
      const auto& blocks = message.at("content").get_array();
      const std::string role = json::get_string_or(message, "role", "");
      if (role == "toolResult") {
        tool(message, blocks);
        continue;
      }
      show_images();
      if (role == "assistant") {
        out_.emplace_back(assistant_message(message, blocks, request_.target, compat_));
      } else {
        after_tool();
        out_.emplace_back(user_message(blocks));
      }
    }
    show_images();
    return std::move(out_);
  }

 private:
  void tool(const json::Object& message, const json::Array& blocks) {
    std::string text = joined_text(blocks);
    for (const auto& block : blocks) {
      if (is_type(block, "image")) images_.emplace_back(image_part(block.get_object()));
    }
    if (text.empty()) text = "(see the image that follows)";
    json::Object out = role_message("tool", json::Value(text));
    out["tool_call_id"] = json::get_string_or(message, "toolCallId", "");
    if (compat_.flag("requiresToolResultName", false))
      out["name"] = json::get_string_or(message, "toolName", "");
    out_.emplace_back(std::move(out));
  }

  // A tool message holds text only, so the images of a step's results follow as a user message.
  void show_images() {
    if (images_.empty()) return;
    after_tool();
    json::Object caption;
    caption["type"] = "text";
    caption["text"] = "Images from the tool results above:";
    json::Array parts;
    parts.emplace_back(std::move(caption));
    for (auto& part : images_) parts.emplace_back(std::move(part));
    images_.clear();
    out_.emplace_back(role_message("user", std::move(parts)));
  }

  void after_tool() {
    if (!compat_.flag("requiresAssistantAfterToolResult", false) || out_.empty()) return;
    if (json::get_string_or(out_.back().get_object(), "role", "") != "tool") return;
    out_.emplace_back(role_message("assistant", "I have read the tool results."));
  }

  const ModelRequest& request_;
  const Compat& compat_;
  json::Array out_, images_;
};

json::Array tool_list(const std::vector<ToolSpec>& tools, bool strict_field) {
  json::Array out;
  for (const auto& tool : tools) {
    json::Object function;
    function["name"] = tool.name;
    function["description"] = tool.description;
    function["parameters"] = tool.parameters;
    if (strict_field) function["strict"] = false;
    json::Object item;
    item["type"] = "function";
    item["function"] = std::move(function);
    out.emplace_back(std::move(item));
  }
  return out;
}

}  // namespace

json::Object openai_body(const ModelRequest& request) {
  const ModelTarget& target = request.target;
  std::string host;
  if (auto url = net::parse_url(target.base_url)) host = url->host;
  const Compat compat{host == "api.openai.com", target.compat};

  ContextRules rules;
  rules.max_id = kMaxOpenAiId;
  rules.mistral_ids = compat.flag("requiresMistralToolIds", host == "api.mistral.ai");
  rules.images = target.images;
  rules.model = target.provider + "/" + target.model;

  json::Object body;
  body["model"] = target.model;
  body["messages"] = Messages(request, compat).run(clean_context(request.messages, rules));
  body["stream"] = true;
  if (compat.flag("supportsUsageInStreaming", compat.openai)) {
    json::Object options;
    options["include_usage"] = true;
    body["stream_options"] = std::move(options);
  }
  if (compat.flag("supportsStore", compat.openai)) body["store"] = false;
  const std::string field = json::get_string_or(target.compat, "maxTokensField",
                                                compat.openai ? "max_completion_tokens" : "max_tokens");
  body[field == "max_completion_tokens" ? "max_completion_tokens" : "max_tokens"] = target.max_tokens;
  if (!request.tools.empty() && compat.flag("supportsTools", true)) {
    body["tools"] = tool_list(request.tools, compat.flag("supportsStrictMode", compat.openai));
  }
  return body;
}

}  // namespace openclaw::agent
