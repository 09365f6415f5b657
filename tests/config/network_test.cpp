#include "config/network.hpp"

#include <gtest/gtest.h>

namespace confab::config {
namespace {

bool contains(const char* network, const char* address) {
  const auto parsed = Network::parse(network);
  return parsed && parsed->contains(address);
}

TEST(Network, ContainsTheAddressesUnderItsPrefix) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.168.16.0/20", "192.168.31.255"));
  EXPECT_FALSE(contains("192.168.16.0/20", "192.168.32.0"));
  EXPECT_TRUE(contains("fd00::/8", "fd12::1"));
  EXPECT_FALSE(contains("fd00::/8", "fe80::1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
}

TEST(Network, ASingleAddressContainsItselfOnly) {
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
  EXPECT_TRUE(contains("::1", "0:0::1"));
}

TEST(Network, AnIpv4AddressEqualsItsMappedForm) {
  EXPECT_TRUE(contains("127.0.0.1", "::ffff:127.0.0.1"));
  EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
}

TEST(Network, RefusesWhatIsNoNetwork) {
  for (const auto* text : {"", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129",
                           "localhost", "[::1]", "10.0.0.0/8x"}) {
    EXPECT_FALSE(Network::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(contains("10.0.0.0/8", "not an address"));
}

TEST(Network, AnyOfSeveralMayContainAnAddress) {
  const std::vector<Network> networks = {*Network::parse("10.0.0.0/8"), *Network::parse("::1")};
  EXPECT_TRUE(any_contains(networks, "::1"));
  EXPECT_FALSE(any_contains(networks, "::2"));
  EXPECT_FALSE(any_contains({}, "::1"));
}

}  // namespace
}  // namespace confab::config
