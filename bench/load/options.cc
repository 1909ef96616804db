#include "bench/load/options.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

namespace openclaw::bench {

std::optional<Options> parse_options(int argc, char** argv) {
  Options out;
  if (argc < 2) return std::nullopt;
  const std::map<std::string_view, Mode> modes{
      {"rpc", Mode::rpc}, {"conn", Mode::conn}, {"idle", Mode::idle}};
  const auto mode = modes.find(argv[1]);
  if (mode == modes.end()) return std::nullopt;
  out.mode = mode->second;

  const std::map<std::string_view, int*> numbers{{"--port", &out.port},
                                                 {"--conns", &out.connections},
                                                 {"--depth", &out.depth},
                                                 {"--ramp", &out.ramp},
                                                 {"--identities", &out.identities}};
  const std::map<std::string_view, std::string*> texts{{"--method", &out.method}, {"--params", &out.params}};
  for (int i = 2; i < argc; i += 2) {
    if (i + 1 >= argc) return std::nullopt;
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (const auto number = numbers.find(name); number != numbers.end()) {
      *number->second = std::atoi(value);
    } else if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = value;
    } else if (name == "--seconds") {
      out.seconds = std::atof(value);
    } else if (name == "--total") {
      out.total = std::atol(value);
    } else {
      return std::nullopt;
    }
  }
  if (const char* token = std::getenv("OPENCLAW_GATEWAY_TOKEN")) out.token = token;
  const bool sane = out.port > 0 && out.port < 65536 && out.connections > 0 && out.depth > 0 &&
                    out.ramp > 0 && out.identities >= 0 && out.total > 0;
  return sane ? std::optional(out) : std::nullopt;
}

}  // namespace openclaw::bench
