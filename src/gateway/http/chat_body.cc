#include "gateway/http/chat_body.h"

#include "base/strings.h"
#include "gateway/http/conversation.h"

namespace openclaw::gateway {
namespace {

constexpr std::string_view kNoMessage = "Missing user message in `messages`.";
constexpr std::string_view kBadImage = "Invalid image_url content in `messages`.";

// The text parts of a content, one a line.
std::string text_of(const json::Value* content) {
  if (!content) return {};
  if (content->is_string()) return std::string(content->get_string());
  const auto* parts = content->if_array();
  if (!parts) return {};
  std::string out;
  for (const auto& item : *parts) {
    const auto* part = item.if_object();
    if (!part) continue;
    const auto type = json::get_string_or(*part, "type", "");
    if (type != "text" && type != "input_text") continue;
    const auto text = json::get_string(*part, "text");
    if (!text) continue;
    if (!out.empty()) out += '\n';
    out += *text;
  }
  return out;
}

// image_url: a string, or an object with the string as its url.
base::Result<> add_images(const json::Value* content, ImageList& images) {
  const auto* parts = content ? content->if_array() : nullptr;
  if (!parts) return {};
  for (const auto& item : *parts) {
    const auto* part = item.if_object();
    if (!part || json::get_string_or(*part, "type", "") != "image_url") continue;
    auto url = json::get_string(*part, "image_url");
    if (!url) {
      const auto* object = json::get_object(*part, "image_url");
      if (object) url = json::get_string(*object, "url");
    }
    if (!url) return base::fail(base::ErrorKind::invalid, std::string(kBadImage));
    if (!images.add_data_uri(*url)) return base::fail(base::ErrorKind::invalid, std::string(kBadImage));
  }
  return {};
}

// The message whose images count: the last one of a user, unless a tool has spoken since.
const json::Object* active_user(const json::Array& messages) {
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    const auto* message = it->if_object();
    if (!message) continue;
    const auto role = json::get_string_or(*message, "role", "");
    if (role == "user") return message;
    if (role == "tool" || role == "function") return nullptr;
  }
  return nullptr;
}

void add_turn(const json::Object& message, Conversation& conversation, bool has_images) {
  const auto role = json::get_string_or(message, "role", "");
  auto text = text_of(json::find(message, "content"));
  if (role == "system" || role == "developer") {
    conversation.instruct(text);
  } else if (role == "user") {
    if (base::trim(text).empty() && has_images) text = kImagesOnly;
    conversation.user(std::move(text));
  } else if (role == "assistant") {
    conversation.assistant(std::move(text));
  } else if (role == "tool" || role == "function") {
    auto name = json::get_string_or(message, "name", "");
    if (name.empty()) name = json::get_string_or(message, "tool_call_id", "");
    conversation.tool(base::trim(name), std::move(text));
  }
}

}  // namespace

ChatBody chat_envelope(const json::Object& body) {
  ChatBody out;
  out.model = json::get_string_or(body, "model", "openclaw");
  out.user = std::string(base::trim(json::get_string_or(body, "user", "")));
  out.stream = json::get_bool(body, "stream").value_or(false);
  if (const auto* options = json::get_object(body, "stream_options")) {
    out.stream_usage = json::get_bool(*options, "include_usage").value_or(false);
  }
  return out;
}

base::Result<ChatBody> decode_chat(const json::Object& body) {
  ChatBody out = chat_envelope(body);
  const auto* messages = json::get_array(body, "messages");
  if (!messages) return base::fail(base::ErrorKind::invalid, std::string(kNoMessage));
  const auto* active = active_user(*messages);
  ImageList images;
  if (active) OC_TRY(add_images(json::find(*active, "content"), images));
  Conversation conversation;
  for (const auto& item : *messages) {
    if (const auto* message = item.if_object()) add_turn(*message, conversation, message == active && !images.empty());
  }
  out.message = conversation.message();
  if (base::trim(out.message).empty()) return base::fail(base::ErrorKind::invalid, std::string(kNoMessage));
  out.instructions = conversation.instructions();
  out.images = images.take();
  return out;
}

}  // namespace openclaw::gateway
