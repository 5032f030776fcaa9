// Which hosts an agent may reach, and what of a request is taken for a host.
#include "agent/gate_hosts.h"

#include <gtest/gtest.h>

namespace leanlab::agent {
namespace {

using namespace std::literals;

TEST(HostList, KnowsNamesPatternsPortsAndUrls) {
  const HostList list({"api.x.com", "*.y.com", "z.com:8443", "https://u.com/v1", "http://127.0.0.1:8080/v1"});
  EXPECT_TRUE(list.allows("api.x.com", 443));
  EXPECT_TRUE(list.allows("API.X.com", 80));
  EXPECT_FALSE(list.allows("api.x.com", 22));
  EXPECT_FALSE(list.allows("x.com", 443));
  EXPECT_FALSE(list.allows("api.x.com.evil.org", 443));
  EXPECT_TRUE(list.allows("a.b.y.com", 443));
  EXPECT_FALSE(list.allows("y.com", 443));
  EXPECT_FALSE(list.allows("evily.com", 443));
  EXPECT_TRUE(list.allows("z.com", 8443));
  EXPECT_FALSE(list.allows("z.com", 443));
  EXPECT_TRUE(list.allows("u.com", 443));
  EXPECT_FALSE(list.allows("127.0.0.1", 8080)) << "loopback has doors of its own";
  EXPECT_EQ(list.loopback(), std::vector<std::uint16_t>{8080});
}

TEST(HostList, OnlyAddressesAreOnLoopback) {
  const HostList list({"*.y.com", "127.x.com:8080", "*.0.0.1"});
  EXPECT_TRUE(list.allows("127.0.y.com", 443));
  EXPECT_TRUE(list.allows("127.x.com", 8080));
  EXPECT_TRUE(list.loopback().empty());
  EXPECT_FALSE(list.allows("127.0.0.1", 443));
}

TEST(ParseProxyRequest, TakesTunnelsAndWhatAProxyWouldPassOn) {
  const auto tunnel = parse_proxy_request("CONNECT API.x.com:8443 HTTP/1.1\r\nhost: other\r\n\r\n");
  ASSERT_TRUE(tunnel);
  EXPECT_TRUE(tunnel->is_tunnel);
  EXPECT_EQ(authority(tunnel->target), "api.x.com:8443");
  const auto plain = parse_proxy_request("GET http://x.com/a?b HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->is_tunnel);
  EXPECT_EQ(authority(plain->target), "x.com:80");
  EXPECT_EQ(authority(parse_proxy_request("CONNECT [2001:DB8::1]:443 HTTP/1.1\r\n\r\n")->target),
            "[2001:db8::1]:443");
}

TEST(ParseProxyRequest, AHostThatAnotherReaderWouldTakeForAnotherIsRefused) {
  // The list sees ".y.com" at the end; getaddrinfo would see only what stands before the NUL.
  EXPECT_FALSE(parse_proxy_request("CONNECT evil.org\0.y.com:443 HTTP/1.1\r\n\r\n"s));
  // A proxy behind ours would see a line of its own, or its own end of the target.
  EXPECT_FALSE(parse_proxy_request("CONNECT evil.org:443\r\nx:.y.com:443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT evil.org:443\n.y.com:443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT evil.org\t.y.com:443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT evil.org/.y.com:443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT u@evil.org#.y.com:443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT " + std::string(256, 'a') + ":443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT :443 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT x.com:65536 HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request("CONNECT x.com:443\r\n\r\n"));
  EXPECT_FALSE(parse_proxy_request(""));
}

}  // namespace
}  // namespace leanlab::agent
