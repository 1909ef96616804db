// What a provider may send in an event stream: no input may crash the decoder, and what it accepts is well
// formed.
#include "agent/providers/anthropic_messages.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  std::size_t streamed = 0;
  agent::ModelSink sink;
  sink.on_text = [&](std::string_view delta) { streamed += delta.size(); };
  agent::AnthropicDecoder decoder(std::move(sink));
  net::SseParser parser(1 << 16);
  bool more = true;
  const auto feed = [&](const net::SseEvent& event) { more = more && decoder.feed(event); };
  if (parser.feed({reinterpret_cast<const char*>(data), size}, feed)) parser.finish(feed);
  auto result = decoder.finish();
  if (!result) {
    if (result.error().text.empty() || result.error().streamed != (streamed > 0)) std::abort();
    return 0;
  }
  std::size_t text = 0;
  for (const auto& value : result->content) {
    const auto& block = value.as_object();
    if (block.at("type").as_string() == "text") text += block.at("text").as_string().size();
    if (block.at("type").as_string() == "toolCall") block.at("arguments").as_object();
  }
  if (text != streamed) std::abort();
  return 0;
}
