#include "actors/cluster/gate/frame_check.hpp"

#include <algorithm>
#include <cstring>

namespace confab::actors::cluster {

bool FrameCheck::accept(std::string_view bytes) {
  while (!bytes.empty()) {
    if (payload_left_ > 0) {
      const auto part = std::min<std::uint64_t>(payload_left_, bytes.size());
      payload_left_ -= part;
      bytes.remove_prefix(part);
      continue;
    }
    const std::size_t part = std::min(kHeader - header_filled_, bytes.size());
    std::memcpy(header_.data() + header_filled_, bytes.data(), part);
    header_filled_ += part;
    bytes.remove_prefix(part);
    if (header_filled_ < kHeader) continue;
    header_filled_ = 0;
    if (!accept_header()) return false;
  }
  return true;
}

/// One byte of operation, three of flags, four of length (big-endian), then addresses.
bool FrameCheck::accept_header() {
  constexpr std::uint8_t kLastOperation = 6;
  auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(header_[i]); };
  const std::uint32_t length = std::uint32_t{byte(4)} << 24 | std::uint32_t{byte(5)} << 16 |
                               std::uint32_t{byte(6)} << 8 | byte(7);
  payload_left_ = length;
  return byte(0) <= kLastOperation && length <= longest_;
}

}  // namespace confab::actors::cluster
