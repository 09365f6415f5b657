// Latencies in logarithmic buckets: constant memory, at most 1.6 % off.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace confab::bench {

// Not thread-safe. All values in microseconds.
class Histogram {
 public:
  void record(std::uint64_t microseconds);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }

  // The value that `share` (0 to 1) of all recorded ones do not exceed; 0 when nothing is recorded.
  std::uint64_t quantile(double share) const;

 private:
  // Each power of two is cut into 64 steps; values below 64 are exact.
  static constexpr unsigned kStepBits = 6;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kBuckets = kSteps * (64 - kStepBits + 1);

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace confab::bench
