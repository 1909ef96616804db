// Any bytes as a frame: never more than one of "no JSON", "no request" and a request; answers are JSON.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "json/json.h"
#include "protocol/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  if (size == 0) return 0;
  constexpr protocol::FrameRule kRules[] = {protocol::FrameRule::closed, protocol::FrameRule::open, protocol::FrameRule::by_offer};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const protocol::IncomingFrame frame(text, kRules[data[0] % 3]);
  if (!frame.is_json()) {
    if (frame.request()) std::abort();
    return 0;
  }
  if (frame.request().has_value() == !frame.problem().empty()) std::abort();
  const std::string id = frame.request() ? protocol::quote(frame.request()->id) : frame.answer_id_json();
  protocol::WireError error;
  error.code = protocol::kInvalidRequest;
  error.message = frame.problem();
  if (!json::parse(protocol::error_text_for(id, error))) std::abort();
  return 0;
}
