#include "net/interfaces.h"

#include "net/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>

namespace openclaw::net {
namespace {

constexpr std::size_t kMaxAddresses = 1024;

std::optional<InterfaceAddress> read(const ifaddrs& entry) {
  if (!entry.ifa_addr || !(entry.ifa_flags & IFF_UP)) return std::nullopt;
  InterfaceAddress out;
  char text[INET6_ADDRSTRLEN];
  if (entry.ifa_addr->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry.ifa_addr);
    if (!inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text)) return std::nullopt;
  } else if (entry.ifa_addr->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr);
    if (!inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text)) return std::nullopt;
    out.v6 = true;
  } else {
    return std::nullopt;
  }
  out.name = entry.ifa_name;
  out.address = text;
  out.internal = (entry.ifa_flags & IFF_LOOPBACK) != 0;
  return out;
}

}  // namespace

std::vector<InterfaceAddress> list_interfaces() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, &freeifaddrs);
  std::vector<InterfaceAddress> out;
  for (const ifaddrs* entry = first; entry && out.size() < kMaxAddresses; entry = entry->ifa_next) {
    if (auto address = read(*entry)) out.push_back(std::move(*address));
  }
  return out;
}

std::optional<std::string> pick_lan_ipv4(const std::vector<InterfaceAddress>& interfaces) {
  for (const std::string_view preferred : {"en0", "eth0", ""}) {
    for (const auto& entry : interfaces) {
      if (!entry.v6 && !entry.internal && (preferred.empty() || entry.name == preferred))
        return entry.address;
    }
  }
  return std::nullopt;
}

std::optional<std::string> pick_private_ipv4(const std::vector<InterfaceAddress>& interfaces) {
  for (const auto& entry : interfaces) {
    if (!entry.v6 && !entry.internal && is_rfc1918(entry.address)) return entry.address;
  }
  return std::nullopt;
}

TailnetAddresses pick_tailnet(const std::vector<InterfaceAddress>& interfaces) {
  TailnetAddresses out;
  for (const auto& entry : interfaces) {
    if (entry.internal || !is_tailnet_ip(entry.address)) continue;
    auto& place = entry.v6 ? out.ipv6 : out.ipv4;
    if (!place) place = entry.address;
  }
  return out;
}

}  // namespace openclaw::net
