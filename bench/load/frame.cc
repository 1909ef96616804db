#include "bench/load/frame.h"

namespace openclaw::bench {

void append_frame(std::string& out, std::string_view payload, Opcode opcode) {
  constexpr char kMasked = static_cast<char>(0x80);
  const std::size_t size = payload.size();
  out.push_back(static_cast<char>(0x80 | static_cast<unsigned char>(opcode)));
  if (size < 126) {
    out.push_back(static_cast<char>(kMasked | static_cast<char>(size)));
  } else {
    const int bytes = size < 65536 ? 2 : 8;
    out.push_back(static_cast<char>(kMasked | (bytes == 2 ? 126 : 127)));
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(size >> (8 * i)));
  }
  out.append(4, '\0');
  out.append(payload);
}

FrameView next_frame(std::string_view in) {
  if (in.size() < 2) return {};
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in[i]); };
  std::size_t length = byte(1) & 0x7f;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (in.size() < 2 + extra) return {};
  if (extra) length = 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(2 + i);
  const std::size_t head = 2 + extra;
  if (in.size() - head < length) return {};
  return {true, static_cast<Opcode>(byte(0) & 0x0f), in.substr(head, length), head + length};
}

}  // namespace openclaw::bench
