// Address policy: which texts are loopback, private, or a tailnet. Pure; spec/remote.md 3 and 5.7 of
// protocol.md.
#pragma once
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::net {

// ws[s]:// or http[s]:// URL, host without brackets. path starts with '/' and includes the query.
struct Url {
  std::string scheme, host, path;
  std::uint16_t port = 0;
  bool tls = false;
  std::string host_port() const;  // as for a Host header
};
base::Result<Url> parse_url(std::string_view text);

bool is_ip_literal(std::string_view host);
bool is_loopback_ip(std::string_view ip);  // 127/8, ::1, ::ffff:127/8
bool is_loopback_host(
    std::string_view host);               // is_loopback_ip or "localhost" in any case, trailing dots stripped
bool is_private_ip(std::string_view ip);  // RFC 1918, link-local, CGNAT, ULA; loopback excluded
// IPv4-mapped IPv6 becomes plain IPv4; brackets and zone are stripped.
std::string normalize_ip(std::string_view ip);

bool is_rfc1918(std::string_view ip);
bool is_tailnet_ip(std::string_view ip);  // 100.64.0.0/10, fd7a:115c:a1e0::/48
bool is_canonical_ipv4(
    std::string_view text);  // plain dotted decimal, no leading zeros; surrounding space allowed
// Private or loopback, and for IPv6 also unspecified and multicast: an address no public client has.
bool is_private_or_loopback_ip(std::string_view ip);
// The same of a host an own socket may be dialled at: unspecified and multicast excluded, "localhost"
// included.
bool is_private_or_loopback_host(std::string_view host);
// The network an IPv6 address lies in, as "2001:db8::/64" (`bits` a multiple of 8); other texts come back
// normalised.
std::string network_of(std::string_view ip, int bits);

// A Host header without port and brackets, lower case.
std::string host_header_name(std::string_view host);
bool is_local_or_tailnet_host(std::string_view host);  // of a Host header: loopback, or a *.ts.net name

// Plaintext rule of spec/remote.md 3 for a client. `private_allowed` = OPENCLAW_ALLOW_INSECURE_PRIVATE_WS
// is 1.
bool plaintext_allowed(const Url& url, bool private_allowed);

}  // namespace openclaw::net
