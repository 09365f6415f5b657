#include "config/network.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <arpa/inet.h>

namespace confab::config {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr int kMappedPrefixBits = 96;

// IPv4 addresses are kept as ::ffff:a.b.c.d, so that one comparison serves both families.
std::optional<Bytes> parse_address(std::string_view text) {
  const std::string terminated(text);
  Bytes bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
    return bytes;
  }
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data() + 12) == 1) {
    return bytes;
  }
  return std::nullopt;
}

std::optional<int> parse_prefix(std::string_view text, int highest) {
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || bits < 0 || bits > highest) {
    return std::nullopt;
  }
  return bits;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address_text = text.substr(0, slash);
  const auto address = parse_address(address_text);
  if (!address) {
    return std::nullopt;
  }
  if (slash == std::string_view::npos) {
    return Network(*address, 128);
  }
  const int offset = address_text.find(':') == std::string_view::npos ? kMappedPrefixBits : 0;
  const auto bits = parse_prefix(text.substr(slash + 1), 128 - offset);
  if (!bits) {
    return std::nullopt;
  }
  return Network(*address, *bits + offset);
}

bool Network::contains(std::string_view address) const {
  const auto bytes = parse_address(address);
  if (!bytes) {
    return false;
  }
  const auto whole_bytes = static_cast<std::size_t>(prefix_bits_ / 8);
  const int rest = prefix_bits_ % 8;
  if (!std::equal(base_.begin(), base_.begin() + static_cast<std::ptrdiff_t>(whole_bytes),
                  bytes->begin())) {
    return false;
  }
  return rest == 0 || ((base_[whole_bytes] ^ (*bytes)[whole_bytes]) >> (8 - rest)) == 0;
}

bool any_contains(const std::vector<Network>& networks, std::string_view address) {
  return std::any_of(networks.begin(), networks.end(),
                     [address](const Network& network) { return network.contains(address); });
}

}  // namespace confab::config
