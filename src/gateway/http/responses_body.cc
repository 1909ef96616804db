#include "gateway/http/responses_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/encoding.h"
#include "base/strings.h"
#include "gateway/http/conversation.h"
#include "gateway/http/responses_schema.h"

namespace openclaw::gateway {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kMaxFileBytes = 5u << 20;
constexpr std::size_t kMaxFileText = 200'000;
constexpr std::string_view kFileTypes[] = {"text/plain", "text/markdown", "text/html", "text/csv", "application/json"};

tl::unexpected<base::Error> refuse(std::string text) { return base::fail(ErrorKind::invalid, std::move(text)); }

// Type and base64 data of a source; false for an address elsewhere, which is not fetched.
bool source_data(const json::Object& part, std::string& type, std::string_view& data) {
  const auto* source = json::get_object(part, "source");
  if (!source) return false;
  if (json::get_string_or(*source, "type", "") == "base64") {
    const auto* text = json::find(*source, "data");
    if (!text || !text->is_string()) return false;
    type = base::lower_ascii(json::get_string_or(*source, "media_type", ""));
    data = std::string_view(text->get_string());
    return true;
  }
  const auto* url = json::find(*source, "url");
  return url && url->is_string() && split_data_uri(std::string_view(url->get_string()), type, data);
}

// The text of a file, marked as one.
Result<std::string> file_text(const json::Object& part) {
  std::string type;
  std::string_view data;
  if (!source_data(part, type, data)) return refuse("invalid request");
  type = std::string(base::trim(std::string_view(type).substr(0, type.find(';'))));
  if (std::find(std::begin(kFileTypes), std::end(kFileTypes), type) == std::end(kFileTypes)) return refuse("invalid request");
  if (data.size() / 4 * 3 > kMaxFileBytes + 3) return refuse("invalid request");
  const auto bytes = base::base64_decode_any(data);
  if (!bytes || !base::is_utf8(*bytes)) return refuse("invalid request");
  const auto* source = json::get_object(part, "source");
  auto name = json::get_string_or(*source, "filename", "file");
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return fmt::format("[content of {} ({})]\n{}\n[end of the file]", base::cut_utf8(name, 200), type, base::cut_utf8(*bytes, kMaxFileText));
}

struct Content {
  std::string text;
  bool images = false;
};

Result<Content> read_content(const json::Value& content, ImageList& images) {
  Content out;
  if (content.is_string()) {
    out.text = std::string(content.get_string());
    return out;
  }
  for (const auto& value : content.get_array()) {
    const auto& part = value.get_object();
    const auto type = json::get_string_or(part, "type", "");
    std::string text;
    if (type == "input_text" || type == "output_text") {
      text = json::get_string_or(part, "text", "");
    } else if (type == "input_file") {
      OC_TRY_ASSIGN(text, file_text(part));
    } else {
      std::string mime_type;
      std::string_view data;
      if (!source_data(part, mime_type, data) || !images.add(mime_type, data)) return refuse("invalid request");
      out.images = true;
    }
    if (text.empty()) continue;
    if (!out.text.empty()) out.text += '\n';
    out.text += text;
  }
  return out;
}

Result<> add_message(const json::Object& item, Conversation& conversation, ImageList& images) {
  const auto role = json::get_string_or(item, "role", "");
  ImageList unused;
  OC_TRY_ASSIGN(auto content, read_content(*json::find(item, "content"), role == "user" ? images : unused));
  if (role == "user") {
    if (base::trim(content.text).empty() && content.images) content.text = kImagesOnly;
    conversation.user(std::move(content.text));
  } else if (role == "assistant") {
    conversation.assistant(std::move(content.text));
  } else {
    conversation.instruct(content.text);
  }
  return {};
}

// `names` of the functions by call id, as far as the input tells them.
Result<> add_items(const json::Array& items, Conversation& conversation, ImageList& images) {
  std::map<std::string, std::string> names;
  for (const auto& value : items) {
    const auto& item = value.get_object();
    const auto type = json::get_string_or(item, "type", "message");
    if (type == "message") {
      OC_TRY(add_message(item, conversation, images));
    } else if (type == "function_call") {
      const auto name = json::get_string_or(item, "name", "");
      names[json::get_string_or(item, "call_id", json::get_string_or(item, "id", ""))] = name;
      conversation.assistant(fmt::format("(calls {} with {})", name, json::get_string_or(item, "arguments", "")));
    } else if (type == "function_call_output") {
      const auto id = json::get_string_or(item, "call_id", "");
      const auto known = names.find(id);
      conversation.tool(known == names.end() ? id : known->second, json::get_string_or(item, "output", ""));
    }
  }
  return {};
}

bool valid_name(const std::string& name) {
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

Result<std::vector<agent::ToolSpec>> read_tools(const json::Object& body) {
  std::vector<agent::ToolSpec> out;
  std::set<std::string> names;
  const auto* tools = json::get_array(body, "tools");
  if (!tools) return out;
  for (const auto& value : *tools) {
    const auto& tool = value.get_object();
    agent::ToolSpec spec;
    spec.name = json::get_string_or(tool, "name", "");
    if (!valid_name(spec.name) || !names.insert(spec.name).second) return refuse("invalid tool configuration");
    spec.description = json::get_string_or(tool, "description", "");
    if (const auto* parameters = json::get_object(tool, "parameters")) spec.parameters = *parameters;
    if (!spec.parameters.contains("type")) spec.parameters["type"] = "object";
    out.push_back(std::move(spec));
  }
  return out;
}

// What tool_choice leaves of the tools, and what it tells the model.
Result<> apply_choice(const json::Object& body, ResponsesBody& out, Conversation& conversation) {
  const auto* choice = json::find(body, "tool_choice");
  if (!choice) return {};
  if (choice->is_string()) {
    const auto word = std::string_view(choice->get_string());
    if (word == "none") out.tools.clear();
    if (word != "required") return {};
    if (out.tools.empty()) return refuse("invalid tool configuration");
    conversation.instruct("Call one of the functions that this request brings before you answer.");
    return {};
  }
  const auto name = json::get_string_or(*json::get_object(choice->get_object(), "function"), "name", "");
  std::erase_if(out.tools, [&](const agent::ToolSpec& spec) { return spec.name != name; });
  if (out.tools.empty()) return refuse("invalid tool configuration");
  conversation.instruct("Call the function " + name + " before you answer.");
  return {};
}

}  // namespace

Result<ResponsesBody> decode_responses(const json::Value& value) {
  if (auto complaint = responses_complaint(value)) return refuse(std::move(*complaint));
  const auto& body = value.get_object();
  ResponsesBody out;
  out.model = json::get_string_or(body, "model", "");
  out.user = std::string(base::trim(json::get_string_or(body, "user", "")));
  out.previous_response_id = std::string(base::trim(json::get_string_or(body, "previous_response_id", "")));
  out.stream = json::get_bool(body, "stream").value_or(false);
  out.max_output_tokens = json::get_int(body, "max_output_tokens").value_or(0);
  OC_TRY_ASSIGN(out.tools, read_tools(body));
  Conversation conversation;
  conversation.instruct(json::get_string_or(body, "instructions", ""));
  OC_TRY(apply_choice(body, out, conversation));
  ImageList images;
  const auto& input = *json::find(body, "input");
  if (input.is_string()) {
    conversation.user(std::string(input.get_string()));
  } else {
    OC_TRY(add_items(input.get_array(), conversation, images));
  }
  out.message = conversation.message();
  if (base::trim(out.message).empty()) return refuse("Missing user message in `input`.");
  out.instructions = conversation.instructions();
  out.images = images.take();
  return out;
}

}  // namespace openclaw::gateway
