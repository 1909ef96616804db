#include "net/proxy_headers.h"

#include "base/strings.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace openclaw::net {
namespace {

// Bounds one header's work; the head of a request is limited to far less by the server.
constexpr std::size_t kMaxHops = 64;

struct Bits {
  std::array<unsigned char, 16> bytes{};
  int size = 0;  // 4 or 16
};

std::optional<Bits> bits_of(std::string_view text) {
  const std::string ip = normalize_ip(text);
  Bits out;
  if (inet_pton(AF_INET, ip.c_str(), out.bytes.data()) == 1)
    out.size = 4;
  else if (inet_pton(AF_INET6, ip.c_str(), out.bytes.data()) == 1)
    out.size = 16;
  else
    return std::nullopt;
  return out;
}

bool same_prefix(const Bits& a, const Bits& b, int prefix) {
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(a.bytes.data(), b.bytes.data(), whole) != 0) return false;
  const int rest = prefix % 8;
  return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

bool ip_in_cidr(std::string_view ip, std::string_view cidr) {
  cidr = base::trim(cidr);
  const std::size_t slash = cidr.find('/');
  const std::string_view network_text = cidr.substr(0, slash);
  const auto address = bits_of(base::trim(ip)), network = bits_of(network_text);
  if (!address || !network || address->size != network->size) return false;
  int prefix = network->size * 8;
  if (slash != std::string_view::npos) {
    const auto given = base::parse_int(cidr.substr(slash + 1));
    if (!given) return false;
    // A block written in IPv4-mapped form counts its prefix from the 96 bits in front.
    const bool mapped = network->size == 4 && network_text.find(':') != std::string_view::npos;
    const std::int64_t wanted = mapped ? *given - 96 : *given;
    if (wanted < 0 || wanted > prefix) return false;
    prefix = static_cast<int>(wanted);
  }
  return same_prefix(*address, *network, prefix);
}

bool is_trusted_proxy(std::string_view ip, const std::vector<std::string>& trusted_proxies) {
  for (const auto& entry : trusted_proxies) {
    if (!base::trim(entry).empty() && ip_in_cidr(ip, entry)) return true;
  }
  return false;
}

std::optional<std::string> parse_forwarded_ip(std::string_view text) {
  text = base::trim(text);
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (const std::size_t colon = text.find(':');
             colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
    text = text.substr(0, colon);
  }
  const std::string ip = normalize_ip(text);
  return is_ip_literal(ip) ? std::optional(ip) : std::nullopt;
}

std::optional<std::string> rightmost_untrusted_hop(std::string_view forwarded_for,
                                                   const std::vector<std::string>& trusted_proxies) {
  std::string_view rest = forwarded_for;
  for (std::size_t hop = 0; hop < kMaxHops && !rest.empty(); ++hop) {
    const std::size_t comma = rest.rfind(',');
    const auto ip = parse_forwarded_ip(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    if (ip && !is_loopback_ip(*ip) && !is_trusted_proxy(*ip, trusted_proxies)) return ip;
    if (comma == std::string_view::npos) break;
    rest = rest.substr(0, comma);
  }
  return std::nullopt;
}

std::optional<std::string> client_ip(const ForwardedFacts& facts,
                                     const std::vector<std::string>& trusted_proxies,
                                     bool allow_real_ip_fallback) {
  const auto peer = parse_forwarded_ip(facts.remote_address);
  if (!peer) return std::nullopt;
  if (!is_trusted_proxy(*peer, trusted_proxies)) return peer;
  if (auto hop = rightmost_untrusted_hop(facts.forwarded_for, trusted_proxies)) return hop;
  return allow_real_ip_fallback ? parse_forwarded_ip(facts.real_ip) : std::nullopt;
}

}  // namespace openclaw::net
