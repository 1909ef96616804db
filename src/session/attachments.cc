#include "session/attachments.h"

#include "base/encoding.h"
#include "base/strings.h"

#include <fmt/format.h>

namespace openclaw::session {
namespace {

struct Given {
  std::string label, mime, content;
};

std::string first_of(const json::Object& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const std::string text(base::trim(json::get_string_or(object, name, "")));
    if (!text.empty()) return text;
  }
  return {};
}

Given read_entry(const json::Object& entry, std::size_t number) {
  Given out;
  out.label = first_of(entry, {"fileName", "type"});
  if (out.label.empty()) out.label = fmt::format("attachment-{}", number);
  out.mime = first_of(entry, {"mimeType"});
  out.content = json::get_string_or(entry, "content", "");
  const auto* source = json::get_object(entry, "source");
  if (out.content.empty() && source && json::get_string_or(*source, "type", "") == "base64") {
    out.content = json::get_string_or(*source, "data", "");
    if (out.mime.empty()) out.mime = first_of(*source, {"media_type"});
  }
  // data:image/png;base64,....
  const auto comma = out.content.find(',');
  if (out.content.starts_with("data:") && comma != std::string::npos) {
    const std::string head = out.content.substr(5, comma - 5);
    if (out.mime.empty()) out.mime = head.substr(0, head.find(';'));
    out.content.erase(0, comma + 1);
  }
  std::erase_if(out.content, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return out;
}

// What the bytes are, whatever the client calls them; empty when they look like no image.
std::string sniff(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "image/webp";
  return {};
}

}  // namespace

base::Result<json::Array> read_images(const json::Array& attachments) {
  json::Array out;
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    const auto* entry = attachments[i].if_object();
    if (!entry) continue;
    const Given given = read_entry(*entry, i + 1);
    if (given.content.empty()) continue;
    const auto refuse = [&](const std::string& why) {
      return base::fail(base::ErrorKind::invalid, fmt::format("attachment {}: {}", given.label, why));
    };
    if (given.content.size() / 4 * 3 > kMaxAttachment + 3) {
      return refuse(fmt::format("exceeds size limit ({} > {} bytes)", given.content.size() / 4 * 3, kMaxAttachment));
    }
    const auto bytes = given.content.size() % 4 == 0 ? base::base64_decode_any(given.content) : std::nullopt;
    if (!bytes) return refuse("invalid base64 content");
    if (bytes->size() > kMaxAttachment) {
      return refuse(fmt::format("exceeds size limit ({} > {} bytes)", bytes->size(), kMaxAttachment));
    }
    const std::string mime = sniff(*bytes);
    if (mime.empty()) continue;
    json::Object block;
    block["type"] = "image";
    block["data"] = base::base64_encode(*bytes);
    block["mimeType"] = mime;
    out.emplace_back(std::move(block));
  }
  return out;
}

}  // namespace openclaw::session
