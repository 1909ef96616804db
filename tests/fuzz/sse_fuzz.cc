// The SSE parser on any bytes, cut anywhere (the first byte says where): the same events whichever way it is
// cut.
#include "net/sse.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t kMax = 4096;
  const auto run = [&](std::size_t step) {
    std::vector<std::string> events;
    const auto sink = [&](const openclaw::net::SseEvent& event) {
      if (event.data.size() > kMax) std::abort();
      events.push_back(event.event + "\n" + event.data);
    };
    openclaw::net::SseParser parser(kMax);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      if (!parser.feed(bytes.substr(at, step), sink)) return events;
    }
    parser.finish(sink);
    return events;
  };
  if (run(piece) != run(bytes.size() + 1)) std::abort();
  return 0;
}
