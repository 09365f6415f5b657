#include "http/text/request_id.hpp"

#include <atomic>
#include <cstdint>
#include <random>

namespace confab::http {

std::string make_request_id() {
  static const std::uint64_t seed =
      (std::uint64_t{std::random_device{}()} << 32) ^ std::random_device{}();
  static std::atomic<std::uint64_t> count{0};
  std::uint64_t x = seed + 0x9E3779B97F4A7C15U * count.fetch_add(1, std::memory_order_relaxed);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  x ^= x >> 31;
  std::string id(16, '0');
  for (char& digit : id) {
    digit = "0123456789abcdef"[x & 15];
    x >>= 4;
  }
  return id;
}

}  // namespace confab::http
