#include "actors/auth/secret_random.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/rand.h>

namespace confab::actors {

namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes() {
  std::array<std::uint8_t, Size> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  return bytes;
}

}  // namespace

storage::Uuid make_secret_uuid() {
  storage::Uuid uuid{random_bytes<16>()};
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x40U);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);
  return uuid;
}

std::string make_secret_text() { return fmt::format("{:02x}", fmt::join(random_bytes<32>(), "")); }

}  // namespace confab::actors
