// Proxy headers of any bytes: what comes out is an address in normal form, never a trusted proxy or loopback,
// and the same again when it is read again. The first byte cuts the input into header and CIDR block.
#include "auth/authorize.h"
#include "net/address.h"
#include "net/proxy_headers.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openclaw;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view cidr = bytes.substr(0, data[0]);
  const std::string_view header = bytes.substr(cidr.size());
  const std::vector<std::string> proxies = {"127.0.0.1", "10.0.0.0/8", std::string(cidr)};
  const auto hop = net::rightmost_untrusted_hop(header, proxies);
  if (hop && (!net::is_ip_literal(*hop) || net::is_loopback_ip(*hop) || net::is_trusted_proxy(*hop, proxies)))
    std::abort();
  const auto ip = net::parse_forwarded_ip(header);
  if (ip && net::parse_forwarded_ip(*ip) != ip) std::abort();
  net::ip_in_cidr(header, cidr);
  net::host_header_name(header);

  auth::ServerAuth server;
  server.trusted_proxies = proxies;
  server.allow_real_ip_fallback = true;
  auth::Headers headers = {{"x-forwarded-for", std::string(header)}, {"x-real-ip", std::string(cidr)}};
  const auto facts = auth::request_facts("10.0.0.1", std::move(headers), server);
  if (facts.local_direct || (facts.client_ip && !net::is_ip_literal(*facts.client_ip))) std::abort();
  return 0;
}
