// What a reverse proxy says about the client behind it (OpenClaw protocol 5.7 and 5.8), and which proxies are
// believed. Pure; the texts come from outside and may be anything.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::net {

// Is `ip` inside `cidr` ("10.0.0.0/8", "fd00::/8", or one address)? IPv4-mapped IPv6 counts as IPv4. Junk:
// no.
bool ip_in_cidr(std::string_view ip, std::string_view cidr);
// Entries are addresses or CIDR blocks; white space around them and blank entries are ignored.
bool is_trusted_proxy(std::string_view ip, const std::vector<std::string>& trusted_proxies);

// An address as proxies write it: "1.2.3.4", "1.2.3.4:99", "[v6]:99", "v6", "::ffff:1.2.3.4". Normalised;
// nothing when it is no address.
std::optional<std::string> parse_forwarded_ip(std::string_view text);

// The rightmost address of an X-Forwarded-For list that is neither a trusted proxy nor loopback. Parts that
// are no address are passed over.
std::optional<std::string> rightmost_untrusted_hop(std::string_view forwarded_for,
                                                   const std::vector<std::string>& trusted_proxies);

struct ForwardedFacts {
  std::string_view remote_address;  // of the TCP peer
  std::string_view forwarded_for;   // X-Forwarded-For, blank = absent
  std::string_view real_ip;         // X-Real-IP, blank = absent
};
// The client's address; nothing = unknown. The headers count only when the peer is a trusted proxy.
std::optional<std::string> client_ip(const ForwardedFacts& facts,
                                     const std::vector<std::string>& trusted_proxies,
                                     bool allow_real_ip_fallback);

}  // namespace openclaw::net
