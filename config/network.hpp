// IP addresses and networks, as TRUSTED_PROXIES names them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace confab::config {

// An IPv4 or IPv6 network ("10.0.0.0/8", "fd00::/8") or a single address. Immutable.
class Network {
 public:
  // Empty when `text` is not an address with an optional prefix length.
  static std::optional<Network> parse(std::string_view text);

  // `address` in numeric form, without port or brackets; anything else is not contained. An IPv4
  // address equals its IPv4-mapped IPv6 form.
  bool contains(std::string_view address) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;

  Network(const Bytes& base, int prefix_bits) : base_(base), prefix_bits_(prefix_bits) {}

  Bytes base_;
  int prefix_bits_;
};

bool any_contains(const std::vector<Network>& networks, std::string_view address);

}  // namespace confab::config
