#include "net/sse.h"

namespace openclaw::net {

bool SseParser::feed(std::string_view bytes, const std::function<void(const SseEvent&)>& sink) {
  while (!bytes.empty()) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (buffer_.size() + std::min(end, bytes.size()) > max_) return false;
    if (end == std::string_view::npos) {
      buffer_.append(bytes);
      return true;
    }
    buffer_.append(bytes.substr(0, end));
    skip_lf_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (!line(buffer_, sink)) return false;
    buffer_.clear();
  }
  return true;
}

void SseParser::finish(const std::function<void(const SseEvent&)>& sink) {
  if (!buffer_.empty()) {
    line(buffer_, sink);
    buffer_.clear();
  }
  line("", sink);
}

bool SseParser::line(std::string_view text, const std::function<void(const SseEvent&)>& sink) {
  if (text.empty()) {
    if (have_data_) sink(current_);
    current_ = {};
    have_data_ = false;
    return true;
  }
  if (text.front() == ':') return true;
  const std::size_t colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "data") {
    if (have_data_) current_.data += '\n';
    have_data_ = true;
    current_.data += value;
    if (current_.data.size() > max_) return false;
  } else if (field == "event") {
    current_.event = value;
  }
  return true;
}

}  // namespace openclaw::net
