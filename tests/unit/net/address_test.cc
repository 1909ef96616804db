#include "net/address.h"

#include <gtest/gtest.h>

#include "net/sse.h"

namespace openclaw::net {
namespace {

TEST(Url, PartsAndDefaults) {
  const auto url = parse_url("ws://user:pw@Example.COM:123/a?b#c");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 123);
  EXPECT_EQ(url->path, "/a?b");
  EXPECT_EQ(parse_url("wss://[::1]")->port, 443);
  EXPECT_EQ(parse_url("wss://[::1]")->host_port(), "[::1]");
  EXPECT_EQ(parse_url("ws://127.1:1")->host, "127.0.0.1");
  EXPECT_EQ(parse_url("ws://0x7f.1:1")->host, "127.0.0.1");
  EXPECT_EQ(parse_url("ws://2130706433:1")->host, "127.0.0.1");
  for (const char* bad : {"", "gw:18789", "ftp://x", "ws://", "ws://x:0", "ws://x:70000", "ws://[::1", "ws://a b"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(Address, LoopbackAndPrivate) {
  for (const char* ip : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "[::1]"}) EXPECT_TRUE(is_loopback_ip(ip)) << ip;
  for (const char* ip : {"0.0.0.0", "::", "128.0.0.1", "127.0.0.1.example.com", "10.0.0.1"}) EXPECT_FALSE(is_loopback_ip(ip)) << ip;
  EXPECT_TRUE(is_loopback_host("LocalHost."));
  EXPECT_FALSE(is_loopback_host("foo.localhost"));
  for (const char* ip : {"10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"}) EXPECT_TRUE(is_private_ip(ip)) << ip;
  for (const char* ip : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "2001:4860::1"}) EXPECT_FALSE(is_private_ip(ip)) << ip;
}

// A stream gives the same events wherever it is cut.
TEST(Sse, CutsDoNotMatter) {
  const std::string stream = ": hello\r\nevent: a\r\ndata: 1\r\ndata: 2\r\n\r\ndata:x\n\nid: 7\nretry: 1\n\ndata: €\r\r";
  const auto run = [&](std::size_t cut) {
    std::string seen;
    SseParser parser(1000);
    const auto sink = [&](const SseEvent& e) { seen += "[" + e.event + "|" + e.data + "]"; };
    EXPECT_TRUE(parser.feed(std::string_view(stream).substr(0, cut), sink));
    EXPECT_TRUE(parser.feed(std::string_view(stream).substr(cut), sink));
    parser.finish(sink);
    return seen;
  };
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) EXPECT_EQ(run(cut), "[a|1\n2][|x][|€]") << cut;
}

TEST(Sse, BoundHolds) {
  SseParser parser(10);
  EXPECT_FALSE(parser.feed("data: 0123456789abcdef", [](const SseEvent&) {}));
  SseParser many(10);
  EXPECT_FALSE(many.feed("data: 123456\ndata: 123456\n", [](const SseEvent&) {}));
}

}  // namespace
}  // namespace openclaw::net
