// WebSocket frames of a client (RFC 6455 5), just enough for a load generator.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace openclaw::bench {

enum class Opcode : unsigned char { text = 1, close = 8, ping = 9, pong = 10 };

// Appends a masked frame. The mask is zero, which is valid and keeps the generator cheap.
void append_frame(std::string& out, std::string_view payload, Opcode opcode = Opcode::text);

// The first frame of `in`, when it is complete. `size` bytes belong to it.
struct FrameView {
  bool complete = false;
  Opcode opcode = Opcode::text;
  std::string_view payload;
  std::size_t size = 0;
};
FrameView next_frame(std::string_view in);

}  // namespace openclaw::bench
