#include "auth/origin.h"

#include "base/strings.h"
#include "net/address.h"

#include <algorithm>
#include <optional>

namespace openclaw::auth {
namespace {

struct Parsed {
  std::string scheme, host, host_port;
  std::uint16_t port = 0;
  // A scheme without a tuple origin (chrome-extension:) has an origin no entry can equal.
  std::string text() const { return scheme.empty() ? std::string() : scheme + "://" + host_port; }
};

std::optional<Parsed> parse(std::string_view origin) {
  if (const auto url = net::parse_url(origin))
    return Parsed{url->scheme, url->host, url->host_port(), url->port};
  const std::size_t colon = origin.find("://");
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = base::lower_ascii(origin.substr(0, colon));
  if (scheme == "http" || scheme == "https" || scheme == "ws" || scheme == "wss") return std::nullopt;
  const auto scheme_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (!std::all_of(scheme.begin(), scheme.end(), scheme_char) || scheme[0] < 'a') return std::nullopt;
  return Parsed{};
}

bool in_allowlist(const std::string& origin, const std::vector<std::string>& allowed) {
  for (const auto& entry : allowed) {
    const std::string_view text = base::trim(entry);
    if (text == "*") return true;
    if (origin.empty()) continue;
    if (base::lower_ascii(text) == origin) return true;
    const auto parsed = parse(text);
    if (parsed && parsed->text() == origin) return true;
  }
  return false;
}

bool is_own_address(const std::string& host, const std::vector<std::string>& addresses) {
  if (!net::is_ip_literal(host)) return false;
  const std::string ip = net::normalize_ip(host);
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const auto& own) { return net::normalize_ip(own) == ip; });
}

std::string_view matched_rule(const Parsed& origin, std::string_view request_host, bool local_direct,
                              const OriginRule& rule) {
  if (in_allowlist(origin.text(), rule.allowed)) return "allowlist";
  if (origin.scheme.empty()) return {};
  const std::string host_header = base::lower_ascii(base::trim(request_host));
  if (rule.host_header_fallback && !host_header.empty() && origin.host_port == host_header)
    return "host-header-fallback";
  const bool loopback = net::is_loopback_host(origin.host);
  if (local_direct && loopback) return "local-loopback";
  const bool our_port = rule.port != 0 && origin.port == rule.port;
  if (our_port && loopback) return "own-loopback";
  if (our_port && is_own_address(origin.host, rule.own_addresses)) return "own-address";
  if (!rule.serve_name.empty() && origin.scheme == "https" && origin.port == 443 &&
      base::equals_ignore_case(origin.host, rule.serve_name)) {
    return "tailscale-serve";
  }
  return {};
}

}  // namespace

OriginVerdict check_origin(std::string_view given, std::string_view request_host, bool local_direct,
                           const OriginRule& rule) {
  OriginVerdict out;
  const std::string_view text = base::trim(given);
  const auto origin = text.empty() || base::equals_ignore_case(text, "null") ? std::nullopt : parse(text);
  if (!origin) {
    out.reason = "origin missing or invalid";
    return out;
  }
  out.origin = origin->text();
  out.matched_by = matched_rule(*origin, request_host, local_direct, rule);
  out.ok = !out.matched_by.empty();
  if (!out.ok) out.reason = "origin not allowed";
  return out;
}

}  // namespace openclaw::auth
