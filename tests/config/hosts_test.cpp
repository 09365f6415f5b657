#include "config/hosts.hpp"

#include <gtest/gtest.h>

namespace confab::config {
namespace {

TEST(HostWithoutPort, CutsThePort) {
  EXPECT_EQ(host_without_port("example.org:8000"), "example.org");
  EXPECT_EQ(host_without_port("example.org"), "example.org");
  EXPECT_EQ(host_without_port("[::1]:8000"), "[::1]");
  EXPECT_EQ(host_without_port("127.0.0.1:80"), "127.0.0.1");
}

TEST(HostWithoutPort, RefusesWhatIsNoHost) {
  for (const auto* header : {"", ":80", "a b", "a/b", "a@b", "[::1", "[]", "[::1]x", "a:b", "a:1:2",
                             "a:123456", "a\r\nb", "[x/y]"}) {
    EXPECT_EQ(host_without_port(header), "") << header;
  }
}

TEST(HostList, MatchesNamesWithoutRegardToCasePortOrFinalDot) {
  const HostList hosts({"localhost", "Example.org", "[::1]"});
  for (const auto* header :
       {"localhost", "LOCALHOST:8000", "example.org.", "EXAMPLE.ORG:80", "[::1]:8000"}) {
    EXPECT_TRUE(hosts.allows(header)) << header;
  }
  for (const auto* header : {"", ".", "localhost.evil.org", "evil.org", "www.example.org",
                             "localhost@evil.org", "localhost evil"}) {
    EXPECT_FALSE(hosts.allows(header)) << header;
  }
}

TEST(HostList, ALeadingDotIncludesSubdomains) {
  const HostList hosts({".example.org"});
  EXPECT_TRUE(hosts.allows("example.org"));
  EXPECT_TRUE(hosts.allows("a.b.example.org:1"));
  EXPECT_FALSE(hosts.allows("badexample.org"));
  EXPECT_FALSE(hosts.allows(".example.org.evil"));
}

TEST(HostList, AStarAllowsEveryWellFormedHost) {
  const HostList hosts({"*"});
  EXPECT_TRUE(hosts.allows("anything.example"));
  EXPECT_FALSE(hosts.allows("any thing"));
  EXPECT_FALSE(hosts.allows(""));
}

}  // namespace
}  // namespace confab::config
