// Server-sent events, incremental (WHATWG HTML 9.2.6). Pure.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace openclaw::net {

struct SseEvent {
  std::string event;  // empty when not named
  std::string data;   // lines joined with LF
};

class SseParser {
 public:
  explicit SseParser(std::size_t max_event_bytes) : max_(max_event_bytes) {}
  // Feeds bytes cut anywhere; calls `sink` for each finished event. False when an event exceeds the bound.
  bool feed(std::string_view bytes, const std::function<void(const SseEvent&)>& sink);
  // End of stream: dispatches a last event that lacks its blank line.
  void finish(const std::function<void(const SseEvent&)>& sink);

 private:
  bool line(std::string_view text, const std::function<void(const SseEvent&)>& sink);
  std::size_t max_;
  std::string buffer_;
  SseEvent current_;
  bool have_data_ = false, skip_lf_ = false;
};

}  // namespace openclaw::net
