#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace confab::actors::cluster {

/// Watches a stream of CAF's network protocol (BASP) for what CAF itself would trust: a header that
/// claims more bytes than any of our messages has, or an operation that does not exist. Pure; looks
/// at headers only and keeps at most one.
class FrameCheck {
 public:
  explicit FrameCheck(std::uint32_t longest) : longest_(longest) {}

  /// False: the stream is not to be trusted any further.
  bool accept(std::string_view bytes);

 private:
  static constexpr std::size_t kHeader = 32;

  bool accept_header();

  std::uint32_t longest_;
  std::array<char, kHeader> header_{};
  std::size_t header_filled_ = 0;
  std::uint64_t payload_left_ = 0;
};

}  // namespace confab::actors::cluster
