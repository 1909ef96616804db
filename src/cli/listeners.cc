#include "cli/listeners.h"

#include "base/strings.h"
#include "fs/file.h"

#include <arpa/inet.h>

namespace openclaw::cli {
namespace {

constexpr char kListen[] = "0A";

// The kernel prints each 32-bit word of the address in the byte order of the machine.
std::string address_text(std::string_view hex) {
  unsigned char bytes[16] = {};
  if (hex.size() != 8 && hex.size() != 32) return {};
  for (std::size_t word = 0; word * 8 < hex.size(); ++word) {
    const auto value =
        static_cast<std::uint32_t>(std::strtoul(std::string(hex.substr(word * 8, 8)).c_str(), nullptr, 16));
    std::memcpy(bytes + word * 4, &value, 4);
  }
  char text[INET6_ADDRSTRLEN] = {};
  if (hex.size() == 8) {
    inet_ntop(AF_INET, bytes, text, sizeof text);
    return text;
  }
  inet_ntop(AF_INET6, bytes, text, sizeof text);
  return "[" + std::string(text) + "]";
}

}  // namespace

std::vector<std::string> parse_listeners(const std::string& table, int port) {
  std::vector<std::string> out;
  const auto lines = base::split(table, '\n');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> fields;
    for (auto& field : base::split(lines[i], ' ')) {
      if (!field.empty()) fields.push_back(std::move(field));
    }
    if (fields.size() < 4 || fields[3] != kListen) continue;
    const std::size_t colon = fields[1].find(':');
    if (colon == std::string::npos || std::strtol(fields[1].c_str() + colon + 1, nullptr, 16) != port)
      continue;
    const auto address = address_text(std::string_view(fields[1]).substr(0, colon));
    if (!address.empty()) out.push_back(address + ":" + std::to_string(port));
  }
  return out;
}

std::vector<std::string> listening_on(int port) {
  std::vector<std::string> out;
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    const auto table = fs::read_file(path);
    if (!table) continue;
    for (auto& address : parse_listeners(*table, port)) out.push_back(std::move(address));
  }
  return out;
}

}  // namespace openclaw::cli
