// The built-in operator on any request and any tool result: it must always give a step, and come to a final
// answer.
#include "agent/builtin/operator.h"
#include "agent/transcript.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

namespace json = openclaw::json;

json::Object message(std::string_view role, std::string_view text) {
  json::Object out;
  out["role"] = role;
  out["content"] = text;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto cut = input.find('\0');
  const auto request = input.substr(0, cut);
  const auto answer = cut == std::string_view::npos ? std::string_view() : input.substr(cut + 1);
  json::Array messages;
  messages.push_back(message("user", request));
  for (int round = 0; round < 16; ++round) {
    const auto reply = openclaw::agent::next_step(messages);
    const auto calls = openclaw::agent::tool_calls(reply.content);
    if (calls.empty()) return 0;
    json::Object assistant = message("assistant", "");
    assistant["content"] = reply.content;
    messages.push_back(std::move(assistant));
    for (const auto& call : calls) {
      auto result = message("toolResult", answer);
      result["toolCallId"] = call.id;
      result["toolName"] = call.name;
      messages.push_back(std::move(result));
    }
  }
  std::abort();
}
