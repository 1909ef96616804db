// Attachments of chat.send and agent: base64 or data URLs in the request. Pure.
#pragma once
#include "base/result.h"
#include "json/json.h"

#include <cstddef>

namespace openclaw::session {

inline constexpr std::size_t kMaxAttachment = 5'000'000;  // decoded bytes; what model providers take of one image

// The images as content blocks {"type":"image","data":<base64>,"mimeType"}. Entries without content and files of other
// kinds are left out. ErrorKind::invalid with the exact text for the wire.
base::Result<json::Array> read_images(const json::Array& attachments);

}  // namespace openclaw::session
