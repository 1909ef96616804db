#include "protocol/session_label.h"

#include "base/strings.h"

namespace openclaw::protocol {

base::Result<std::string> parse_session_label(const json::Value& label) {
  const auto* text = label.if_string();
  if (!text) return base::fail(base::ErrorKind::invalid, "invalid label: must be a string");
  const std::string_view trimmed = base::trim(std::string_view(text->data(), text->size()));
  if (trimmed.empty()) return base::fail(base::ErrorKind::invalid, "invalid label: empty");
  if (base::utf16_length(trimmed) > kMaxSessionLabel) {
    return base::fail(base::ErrorKind::invalid, fmt::format("invalid label: too long (max {})", kMaxSessionLabel));
  }
  return std::string(trimmed);
}

}  // namespace openclaw::protocol
