// The addresses of this host, and which of them a phone or another machine would dial (OpenClaw remote 3).
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace openclaw::net {

struct InterfaceAddress {
  std::string name;     // "eth0"
  std::string address;  // without zone
  bool v6 = false;
  bool internal = false;  // of a loopback interface
};

// In the system's order; interfaces that are down are left out. Empty when the system does not tell. The only
// function here that asks the system: everything else takes its answer.
std::vector<InterfaceAddress> list_interfaces();

// en0, then eth0, then the first other IPv4 address that is not internal.
std::optional<std::string> pick_lan_ipv4(const std::vector<InterfaceAddress>& interfaces);
// The first RFC 1918 address that is not internal.
std::optional<std::string> pick_private_ipv4(const std::vector<InterfaceAddress>& interfaces);

struct TailnetAddresses {
  std::optional<std::string> ipv4, ipv6;
};
TailnetAddresses pick_tailnet(const std::vector<InterfaceAddress>& interfaces);

}  // namespace openclaw::net
