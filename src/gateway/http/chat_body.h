// The body of POST /v1/chat/completions (OpenClaw protocol 8.3). Pure.
#pragma once
#include <string>

#include "base/result.h"
#include "json/json.h"

namespace openclaw::gateway {

struct ChatBody {
  std::string model = "openclaw", user;
  bool stream = false;
  bool stream_usage = false;  // stream_options.include_usage
  std::string message, instructions;
  json::Array images;
};
// Model, user and stream; of any object.
ChatBody chat_envelope(const json::Object& body);
// And the conversation. The message of an error is the text of the 400.
base::Result<ChatBody> decode_chat(const json::Object& body);

}  // namespace openclaw::gateway
