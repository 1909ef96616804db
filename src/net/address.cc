#include "net/address.h"

#include "base/strings.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace openclaw::net {
namespace {

using base::ErrorKind;

std::optional<std::uint32_t> ipv4(std::string_view text) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<std::array<unsigned char, 16>> ipv6(std::string_view text) {
  std::array<unsigned char, 16> out{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), out.data()) != 1) return std::nullopt;
  return out;
}

bool in4(std::uint32_t ip, std::uint32_t network, int bits) { return (ip ^ network) >> (32 - bits) == 0; }

// The number forms a WHATWG URL host takes for IPv4: 127.1, 2130706433, 0x7f.1, 017700000001.
std::optional<std::string> whatwg_ipv4(std::string_view host) {
  const auto parts = base::split(host, '.');
  if (parts.empty() || parts.size() > 4) return std::nullopt;
  std::uint64_t values[4] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string_view digits = parts[i];
    int radix = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X"))
      radix = 16, digits.remove_prefix(2);
    else if (digits.size() > 1 && digits[0] == '0')
      radix = 8, digits.remove_prefix(1);
    else if (digits.empty())
      return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : digits) {
      const int d = c >= '0' && c <= '9'                 ? c - '0'
                    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                         : 99;
      if (d >= radix || value > 0xffffffffu) return std::nullopt;
      value = value * static_cast<unsigned>(radix) + static_cast<unsigned>(d);
    }
    values[i] = value;
  }
  const std::size_t last = parts.size() - 1;
  std::uint64_t ip = 0;
  for (std::size_t i = 0; i < last; ++i) {
    if (values[i] > 255) return std::nullopt;
    ip |= values[i] << (24 - 8 * i);
  }
  if (values[last] >= 1ull << (8 * (4 - last))) return std::nullopt;
  ip |= values[last];
  return fmt::format("{}.{}.{}.{}", ip >> 24 & 255, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

}  // namespace

std::string Url::host_port() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? "[" + host + "]" : host;
  const std::uint16_t usual = tls ? 443 : 80;
  return port == usual ? name : name + ":" + std::to_string(port);
}

base::Result<Url> parse_url(std::string_view given) {
  const std::string_view text = base::trim(given);
  const auto bad = [&](std::string_view why) {
    return base::fail(ErrorKind::usage,
                      fmt::format("invalid URL \"{}\": {}", base::cut_utf8(text, 200), why));
  };
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("no scheme (expected ws://host:port or wss://host)");
  Url url;
  url.scheme = base::lower_ascii(text.substr(0, colon));
  if (url.scheme == "wss" || url.scheme == "https")
    url.tls = true;
  else if (url.scheme != "ws" && url.scheme != "http")
    return bad("the scheme must be ws, wss, http or https");
  std::string_view rest = text.substr(colon + 3);
  const std::size_t path_at = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, path_at);
  std::string_view path = path_at == std::string_view::npos ? std::string_view{} : rest.substr(path_at);
  path = path.substr(0, path.find('#'));
  url.path = path.empty() || path[0] != '/' ? "/" + std::string(path) : std::string(path);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  std::string_view port_text;
  if (!authority.empty() && authority[0] == '[') {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("'[' without ']'");
    url.host = base::lower_ascii(authority.substr(1, end - 1));
    if (!ipv6(url.host)) return bad("not an IPv6 address");
    if (end + 1 < authority.size()) {
      if (authority[end + 1] != ':') return bad("unexpected text after ']'");
      port_text = authority.substr(end + 2);
    }
  } else {
    const std::size_t at = authority.find(':');
    url.host = base::lower_ascii(authority.substr(0, at));
    if (at != std::string_view::npos) port_text = authority.substr(at + 1);
    if (const auto number = whatwg_ipv4(url.host)) url.host = *number;
  }
  if (url.host.empty()) return bad("no host");
  for (const char c : url.host) {
    if (static_cast<unsigned char>(c) <= ' ' || std::strchr("<>\\^`{|}%\"", c))
      return bad("a character that no host has");
  }
  url.port = url.tls ? 443 : 80;
  if (!port_text.empty()) {
    const auto port = base::parse_int(port_text);
    if (!port || *port < 1 || *port > 65535) return bad("the port must be 1 to 65535");
    url.port = static_cast<std::uint16_t>(*port);
  }
  return url;
}

std::string normalize_ip(std::string_view ip) {
  if (ip.size() > 1 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  ip = ip.substr(0, ip.find('%'));
  if (const auto v6 = ipv6(ip)) {
    static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(v6->data(), kMapped, 12) == 0) {
      return fmt::format("{}.{}.{}.{}", (*v6)[12], (*v6)[13], (*v6)[14], (*v6)[15]);
    }
    char buffer[INET6_ADDRSTRLEN];
    return inet_ntop(AF_INET6, v6->data(), buffer, sizeof buffer) ? buffer : std::string(ip);
  }
  return std::string(ip);
}

bool is_ip_literal(std::string_view host) { return ipv4(host) || ipv6(host); }

bool is_loopback_ip(std::string_view text) {
  const std::string ip = normalize_ip(text);
  if (const auto v4 = ipv4(ip)) return in4(*v4, 0x7f000000, 8);
  return ip == "::1";
}

bool is_loopback_host(std::string_view host) {
  while (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return base::equals_ignore_case(host, "localhost") || is_loopback_ip(host);
}

bool is_private_ip(std::string_view text) {
  const std::string ip = normalize_ip(text);
  if (const auto v4 = ipv4(ip)) {
    return in4(*v4, 0x0a000000, 8) || in4(*v4, 0xac100000, 12) || in4(*v4, 0xc0a80000, 16) ||
           in4(*v4, 0xa9fe0000, 16) || in4(*v4, 0x64400000, 10);
  }
  const auto v6 = ipv6(ip);
  if (!v6) return false;
  const auto& b = *v6;
  if ((b[0] & 0xfe) == 0xfc) return true;                                             // fc00::/7
  if (b[0] == 0xfe && ((b[1] & 0xc0) == 0x80 || (b[1] & 0xc0) == 0xc0)) return true;  // fe80::/10, fec0::/10
  return false;
}

bool is_rfc1918(std::string_view text) {
  const auto v4 = ipv4(normalize_ip(text));
  return v4 && (in4(*v4, 0x0a000000, 8) || in4(*v4, 0xac100000, 12) || in4(*v4, 0xc0a80000, 16));
}

bool is_tailnet_ip(std::string_view text) {
  const std::string ip = normalize_ip(base::trim(text));
  if (const auto v4 = ipv4(ip)) return in4(*v4, 0x64400000, 10);
  static constexpr unsigned char kTailnet[6] = {0xfd, 0x7a, 0x11, 0x5c, 0xa1, 0xe0};
  const auto v6 = ipv6(ip);
  return v6 && std::memcmp(v6->data(), kTailnet, sizeof kTailnet) == 0;
}

bool is_canonical_ipv4(std::string_view text) { return ipv4(base::trim(text)).has_value(); }

bool is_private_or_loopback_ip(std::string_view text) {
  const std::string ip = normalize_ip(base::trim(text));
  if (is_loopback_ip(ip) || is_private_ip(ip) || ip == "::") return true;
  const auto v6 = ipv6(ip);
  return v6 && (*v6)[0] == 0xff;
}

bool is_private_or_loopback_host(std::string_view host) {
  return is_loopback_host(host) || is_private_ip(base::trim(host));
}

std::string network_of(std::string_view text, int bits) {
  const std::string ip = normalize_ip(text);
  auto v6 = ipv6(ip);
  if (!v6) return ip;
  for (std::size_t i = static_cast<std::size_t>(bits / 8); i < v6->size(); ++i) (*v6)[i] = 0;
  char buffer[INET6_ADDRSTRLEN];
  if (!inet_ntop(AF_INET6, v6->data(), buffer, sizeof buffer)) return ip;
  return fmt::format("{}/{}", buffer, bits);
}

std::string host_header_name(std::string_view given) {
  const std::string host = base::lower_ascii(base::trim(given));
  if (host.starts_with('[')) {
    if (const std::size_t end = host.find(']'); end != std::string::npos) return host.substr(1, end - 1);
  }
  if (ipv6(host)) return host;  // without brackets there is no port
  return host.substr(0, host.find(':'));
}

bool is_local_or_tailnet_host(std::string_view host) {
  const std::string name = host_header_name(host);
  return is_loopback_host(name) || name.ends_with(".ts.net");
}

bool plaintext_allowed(const Url& url, bool private_allowed) {
  if (url.tls) return true;
  if (is_loopback_host(url.host)) return true;
  if (!private_allowed) return false;
  // A host name is judged by the addresses it resolves to when the connection is made; here only its form is
  // known.
  return is_ip_literal(url.host) ? is_private_ip(url.host) : true;
}

}  // namespace openclaw::net
