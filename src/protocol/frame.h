// Frames on the wire (OpenClaw protocol 2). Pure; no frame outlives the parse buffer it points into.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "json/json.h"
#include "protocol/errors.h"

namespace openclaw::protocol {

struct RequestFrame {
  std::string_view id, method;
  const json::Value* params = nullptr;  // nullptr when absent
};

// Further top-level properties of a request: refused on protocol 3, ignored on protocol 4 (traceparent,
// expectedProfileId and what later releases add). Before the protocol is agreed, the frame's own offer decides.
enum class FrameRule : std::uint8_t { closed, open, by_offer };

// One parsed incoming frame.
class IncomingFrame {
 public:
  explicit IncomingFrame(std::string_view text, FrameRule rule = FrameRule::closed);
  bool is_json() const { return json_; }
  // The request, or nothing with `problem()` set to the validation text.
  const std::optional<RequestFrame>& request() const { return request_; }
  const std::string& problem() const { return problem_; }
  // The id to answer a broken frame with, as JSON text: its own whatever its type, or "invalid".
  std::string answer_id_json() const;

 private:
  alignas(std::max_align_t) unsigned char first_[4096];
  boost::json::monotonic_resource memory_;
  json::Value value_;
  bool json_ = false;
  std::optional<RequestFrame> request_;
  std::string problem_;
};

// {"type":"res","id":..,"ok":true,"payload":..} with a payload that is JSON text already; empty = no payload.
std::string response_text(std::string_view id, std::string_view payload_json);
std::string error_text(std::string_view id, const WireError& error);
std::string error_text_for(std::string_view id_json, const WireError& error);
// {"type":"event","event":..,"payload":..  without the closing brace, to which each receiver adds its own end.
std::shared_ptr<const std::string> event_head(std::string_view event, std::string_view payload_json);
std::string quote(std::string_view text);  // a JSON string literal

}  // namespace openclaw::protocol
