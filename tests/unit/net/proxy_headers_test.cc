#include "net/proxy_headers.h"

#include "net/address.h"
#include "net/interfaces.h"

#include <gtest/gtest.h>

namespace openclaw::net {
namespace {

TEST(ProxyHeaders, CidrEdges) {
  EXPECT_TRUE(ip_in_cidr("10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(ip_in_cidr("10.1.2.3", "10.1.2.3/32"));
  EXPECT_TRUE(ip_in_cidr("192.168.127.255", "192.168.64.0/18"));
  EXPECT_FALSE(ip_in_cidr("192.168.128.0", "192.168.64.0/18"));
  EXPECT_TRUE(ip_in_cidr("::ffff:10.0.0.9", "10.0.0.0/8"));
  EXPECT_TRUE(ip_in_cidr("10.0.0.9", "::ffff:10.0.0.0/104"));
  EXPECT_TRUE(ip_in_cidr("2001:db8::1", "2001:db8::/33"));
  EXPECT_FALSE(ip_in_cidr("2001:db8:8000::1", "2001:db8::/33"));
  for (const char* cidr : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8",
                           "::ffff:10.0.0.0/8", "::/0", "x/8"}) {
    EXPECT_FALSE(ip_in_cidr("10.0.0.1", cidr)) << cidr;
  }
}

TEST(ProxyHeaders, OneForwardedAddress) {
  EXPECT_EQ(parse_forwarded_ip(" 1.2.3.4:99 "), "1.2.3.4");
  EXPECT_EQ(parse_forwarded_ip("[2001:DB8::1]:99"), "2001:db8::1");
  EXPECT_EQ(parse_forwarded_ip("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(parse_forwarded_ip("::ffff:1.2.3.4"), "1.2.3.4");
  for (const char* bad :
       {"", "unknown", "_hidden", "1.2.3", "01.2.3.4", "[::1", "a:b:c", "1.2.3.4, 5.6.7.8"}) {
    EXPECT_FALSE(parse_forwarded_ip(bad)) << bad;
  }
}

TEST(ProxyHeaders, HopsAreBounded) {
  std::string chain = "203.0.113.1";
  for (int i = 0; i < 100; ++i) chain += ",127.0.0.1";
  EXPECT_FALSE(rightmost_untrusted_hop(chain, {}));
  EXPECT_EQ(rightmost_untrusted_hop("203.0.113.1,,, 127.0.0.1,", {}), "203.0.113.1");
}

TEST(ProxyHeaders, RealIpOnlyWhenAllowedAndForwardedForDoesNotHelp) {
  const std::vector<std::string> proxies = {"10.0.0.1"};
  EXPECT_EQ(client_ip({"10.0.0.1", "", "203.0.113.7"}, proxies, true), "203.0.113.7");
  EXPECT_EQ(client_ip({"10.0.0.1", "198.51.100.1", "203.0.113.7"}, proxies, true), "198.51.100.1");
  EXPECT_FALSE(client_ip({"10.0.0.1", "", "203.0.113.7"}, proxies, false));
  EXPECT_EQ(client_ip({"192.0.2.1", "198.51.100.1", "203.0.113.7"}, proxies, true), "192.0.2.1");
  EXPECT_FALSE(client_ip({"", "198.51.100.1", ""}, proxies, true));
}

TEST(Interfaces, TheSystemTellsOfLoopback) {
  const auto interfaces = list_interfaces();
  const auto loopback = std::find_if(interfaces.begin(), interfaces.end(), [](const InterfaceAddress& entry) {
    return entry.address == "127.0.0.1";
  });
  ASSERT_NE(loopback, interfaces.end());
  EXPECT_TRUE(loopback->internal);
  EXPECT_FALSE(loopback->v6);
  for (const auto& entry : interfaces) EXPECT_TRUE(is_ip_literal(entry.address)) << entry.address;
}

TEST(Interfaces, Preferences) {
  const std::vector<InterfaceAddress> host = {{"docker0", "172.17.0.1", false, false},
                                              {"wlan0", "8.8.4.4", false, false},
                                              {"eth0", "192.168.1.5", false, false}};
  EXPECT_EQ(pick_lan_ipv4(host), "192.168.1.5");
  EXPECT_EQ(pick_private_ipv4({host[1]}), std::nullopt);
  EXPECT_EQ(pick_private_ipv4({host[1], host[2]}), "192.168.1.5");
}

TEST(Address, Networks) {
  EXPECT_EQ(network_of("2001:db8:1:2:3::4", 64), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("1.2.3.4", 64), "1.2.3.4");
  EXPECT_EQ(network_of("text", 64), "text");
}

}  // namespace
}  // namespace openclaw::net
