#include "agent/providers/anthropic_messages.h"
#include "agent/providers/context.h"

namespace openclaw::agent {
namespace {

json::Object cache_mark() {
  json::Object mark;
  mark["type"] = "ephemeral";
  return mark;
}

json::Object text_block(std::string_view text) {
  json::Object block;
  block["type"] = "text";
  block["text"] = text;
  return block;
}

json::Object image_block(const json::Object& block) {
  json::Object source;
  source["type"] = "base64";
  source["media_type"] = json::get_string_or(block, "mimeType", "image/png");
  source["data"] = json::get_string_or(block, "data", "");
  json::Object out;
  out["type"] = "image";
  out["source"] = std::move(source);
  return out;
}

// Text and images; other blocks have no place in a user turn.
json::Array plain_blocks(const json::Array& blocks) {
  json::Array out;
  for (const auto& value : blocks) {
    const auto& block = value.get_object();
    const std::string type = json::get_string_or(block, "type", "");
    if (type == "text")
      out.emplace_back(text_block(json::get_string_or(block, "text", "")));
    else if (type == "image")
      out.emplace_back(image_block(block));
  }
  return out;
}

json::Array assistant_blocks(const json::Object& message, const json::Array& blocks,
                             const ModelTarget& target) {
  // A signature is good only for the model that made it.
  const bool same_model = json::get_string_or(message, "api", "") == target.api &&
                          json::get_string_or(message, "model", "") == target.model;
  json::Array out;
  for (const auto& value : blocks) {
    const auto& block = value.get_object();
    const std::string type = json::get_string_or(block, "type", "");
    json::Object item;
    if (type == "text") {
      item = text_block(json::get_string_or(block, "text", ""));
    } else if (type == "toolCall") {
      const auto* arguments = json::get_object(block, "arguments");
      item["type"] = "tool_use";
      item["id"] = json::get_string_or(block, "id", "");
      item["name"] = json::get_string_or(block, "name", "");
      item["input"] = arguments ? *arguments : json::Object();
    } else if (type == "thinking" && same_model) {
      const std::string signature = json::get_string_or(block, "thinkingSignature", "");
      if (signature.empty()) continue;
      const bool redacted = json::get_bool(block, "redacted").value_or(false);
      item["type"] = redacted ? "redacted_thinking" : "thinking";
      if (!redacted) item["thinking"] = json::get_string_or(block, "thinking", "");
      item[redacted ? "data" : "signature"] = signature;
    } else {
      continue;
    }
    out.emplace_back(std::move(item));
  }
  return out;
}

json::Array result_blocks(const json::Object& message, const json::Array& blocks) {
  json::Object result;
  result["type"] = "tool_result";
  result["tool_use_id"] = json::get_string_or(message, "toolCallId", "");
  result["content"] = plain_blocks(blocks);
  result["is_error"] = json::get_bool(message, "isError").value_or(false);
  json::Array out;
  out.emplace_back(std::move(result));
  return out;
}

// Turns alternate, so neighbours of one role become one message; a step's tool results, too, have to be in
// one.
void push(json::Array& out, std::string_view role, json::Array blocks) {
  if (!out.empty() && out.back().at("role").get_string() == role) {
    auto& content = out.back().at("content").get_array();
    for (auto& block : blocks) content.emplace_back(std::move(block));
    return;
  }
  json::Object message;
  message["role"] = role;
  message["content"] = std::move(blocks);
  out.emplace_back(std::move(message));
}

json::Array message_list(const ModelRequest& request) {
  ContextRules rules;
  rules.images = request.target.images;
  rules.model = request.target.provider + "/" + request.target.model;
  json::Array out;
  for (const auto& value : clean_context(request.messages, rules)) {
    const auto& message = value.get_object();
    const auto& blocks = message.at("content").get_array();
    const std::string role = json::get_string_or(message, "role", "");
    if (role == "assistant") {
      if (out.empty()) {  // the API wants the user to begin
        json::Array opening;
        opening.emplace_back(text_block("(earlier messages left out)"));
        push(out, "user", std::move(opening));
      }
      push(out, "assistant", assistant_blocks(message, blocks, request.target));
    } else {
      push(out, "user", role == "toolResult" ? result_blocks(message, blocks) : plain_blocks(blocks));
    }
  }
  // The conversation up to the last user turn is the prefix that the next request repeats.
  for (auto it = out.rbegin(); it != out.rend(); ++it) {
    if (it->at("role").get_string() != "user") continue;
    it->at("content").get_array().back().get_object()["cache_control"] = cache_mark();
    break;
  }
  return out;
}

json::Array tool_list(const std::vector<ToolSpec>& tools) {
  json::Array out;
  for (const auto& tool : tools) {
    json::Object schema = tool.parameters;
    if (!schema.contains("type")) schema["type"] = "object";
    json::Object item;
    item["name"] = tool.name;
    item["description"] = tool.description;
    item["input_schema"] = std::move(schema);
    out.emplace_back(std::move(item));
  }
  return out;
}

}  // namespace

json::Object anthropic_body(const ModelRequest& request) {
  json::Object body;
  body["model"] = request.target.model;
  body["max_tokens"] = request.target.max_tokens;
  body["stream"] = true;
  if (!request.system.empty()) {
    json::Object block = text_block(request.system);
    block["cache_control"] = cache_mark();
    json::Array system;
    system.emplace_back(std::move(block));
    body["system"] = std::move(system);
  }
  body["messages"] = message_list(request);
  if (!request.tools.empty()) body["tools"] = tool_list(request.tools);
  return body;
}

}  // namespace openclaw::agent
