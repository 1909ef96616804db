#include "interfaces.h"
#include "net/address.h"
#include "net/proxy_headers.h"
#include "runner.h"
#include "support.h"

namespace openclaw::vectors {
namespace {

Outcome host_name(const json::Object& in) {
  return got(one("name", json::Value(net::host_header_name(text_of(in, "host")))));
}

Outcome localish_host(const json::Object& in) {
  return got(one("localish", net::is_local_or_tailnet_host(text_of(in, "host"))));
}

Outcome trusted_proxy(const json::Object& in) {
  return got(one("trusted", net::is_trusted_proxy(text_of(in, "ip"), list_of(in, "trustedProxies"))));
}

Outcome client_ip(const json::Object& in) {
  const std::string remote = text_of(in, "remoteAddr"), forwarded = text_of(in, "forwardedFor"),
                    real = text_of(in, "realIp");
  const auto ip = net::client_ip({remote, forwarded, real}, list_of(in, "trustedProxies"),
                                 flag_of(in, "allowRealIpFallback"));
  return got(one("ip", text_or_null(ip)));
}

Outcome private_address(const json::Object& in) {
  return got(one("privateOrLoopback", net::is_private_or_loopback_ip(text_of(in, "ip"))));
}

Outcome private_host(const json::Object& in) {
  return got(one("privateOrLoopback", net::is_private_or_loopback_host(text_of(in, "host"))));
}

Outcome loopback_host(const json::Object& in) {
  return got(one("loopback", net::is_loopback_host(text_of(in, "host"))));
}

Outcome ip_in_cidr(const json::Object& in) {
  return got(one("inCidr", net::ip_in_cidr(text_of(in, "ip"), text_of(in, "cidr"))));
}

Outcome canonical_ipv4(const json::Object& in) {
  return got(one("canonical", net::is_canonical_ipv4(text_of(in, "value"))));
}

Outcome tailnet_address(const json::Object& in) {
  return got(one("tailnet", net::is_tailnet_ip(text_of(in, "ip"))));
}

Outcome pick_lan_ipv4(const json::Object& in) {
  return got(one("ip", text_or_null(net::pick_lan_ipv4(interfaces_of(in)))));
}

Outcome pick_tailnet(const json::Object& in) {
  const auto picked = net::pick_tailnet(interfaces_of(in));
  json::Object out;
  out["ipv4"] = text_or_null(picked.ipv4);
  out["ipv6"] = text_or_null(picked.ipv6);
  return got(std::move(out));
}

const Area kArea("net-helpers", {{"host_name", host_name},
                                 {"localish_host", localish_host},
                                 {"trusted_proxy", trusted_proxy},
                                 {"client_ip", client_ip},
                                 {"private_address", private_address},
                                 {"private_host", private_host},
                                 {"loopback_host", loopback_host},
                                 {"ip_in_cidr", ip_in_cidr},
                                 {"canonical_ipv4", canonical_ipv4},
                                 {"tailnet_address", tailnet_address},
                                 {"pick_lan_ipv4", pick_lan_ipv4},
                                 {"pick_tailnet", pick_tailnet}});

}  // namespace
}  // namespace openclaw::vectors
