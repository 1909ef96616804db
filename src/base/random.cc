#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "base/encoding.h"

namespace openclaw::base {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n = getrandom(out.data() + done, count - done, 0);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      std::abort();  // no entropy: nothing of ours may go on
    }
  }
  return out;
}

std::string uuid4() {
  std::string raw = random_bytes(16);
  raw[6] = static_cast<char>((static_cast<unsigned char>(raw[6]) & 0x0f) | 0x40);
  raw[8] = static_cast<char>((static_cast<unsigned char>(raw[8]) & 0x3f) | 0x80);
  const std::string hex = hex_encode(raw);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

std::string random_hex(std::size_t bytes) { return hex_encode(random_bytes(bytes)); }
std::string random_token() { return base64url_encode(random_bytes(32)); }

std::uint64_t random_below(std::uint64_t bound) {
  std::uint64_t value = 0;
  const std::string raw = random_bytes(sizeof value);
  for (const char c : raw) value = value << 8 | static_cast<unsigned char>(c);
  return bound == 0 ? 0 : value % bound;
}

}  // namespace openclaw::base
