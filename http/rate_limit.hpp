#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace confab::http {

/// Allows each key so many requests a minute, with bursts of as many (generic cell rate algorithm:
/// one timestamp per key). Thread-safe; memory is bounded by the keys active within the last
/// minute.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0: no limit.
  explicit RateLimiter(std::size_t per_minute) : per_minute_(per_minute) {}

  /// Counts one request; the seconds to wait (at least 1) if it is one too many.
  std::optional<std::int64_t> admit(std::uint64_t key, Clock::time_point now);

  bool active() const { return per_minute_ != 0; }

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Clock::time_point> full_again_at;
    std::size_t sweep_at = 1024;
  };

  static void sweep(Shard& shard, Clock::time_point now);

  std::size_t per_minute_;
  std::array<Shard, 16> shards_;
};

/// Keys of different kinds of callers do not meet but by chance.
std::uint64_t rate_key(std::int64_t user);
std::uint64_t rate_key(std::string_view address);

}  // namespace confab::http
