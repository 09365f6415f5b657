#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace confab::metrics {

// How often something happens: the average per second over the last ten whole seconds. Thread-safe;
// count() costs two atomic operations. Next to the turn of a second a count may be lost.
class RateMeter {
 public:
  using Clock = std::chrono::steady_clock;

  void count(Clock::time_point now);
  double per_second(Clock::time_point now) const;

 private:
  static constexpr std::int64_t kSeconds = 10;

  struct Slot {
    std::atomic<std::int64_t> second{-1};
    std::atomic<std::uint64_t> count{0};
  };

  std::array<Slot, kSeconds + 2> slots_;
};

}  // namespace confab::metrics
