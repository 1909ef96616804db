#include "nodes/host/text.h"

#include "base/strings.h"

namespace openclaw::nodes {

std::string lossy_utf8(std::string_view bytes) {
  if (base::is_utf8(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (at + size <= bytes.size() && base::is_utf8(bytes.substr(at, size))) {
      out += bytes.substr(at, size);
      at += size;
    } else {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
  return out;
}

std::string_view utf16_tail(std::string_view utf8, std::size_t units) {
  std::size_t at = utf8.size(), used = 0;
  while (at > 0) {
    std::size_t start = at - 1;
    while (start > 0 && (static_cast<unsigned char>(utf8[start]) & 0xC0) == 0x80) --start;
    used += at - start == 4 ? 2 : 1;
    if (used > units) break;
    at = start;
  }
  return utf8.substr(at);
}

}  // namespace openclaw::nodes
