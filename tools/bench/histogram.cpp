#include "tools/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace confab::bench {

void Histogram::record(std::uint64_t microseconds) {
  ++buckets_[bucket_of(microseconds)];
  ++count_;
  max_ = std::max(max_, microseconds);
}

std::uint64_t Histogram::quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted && seen > 0) {
      return std::min(upper_bound_of(bucket), max_);
    }
  }
  return max_;
}

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < kSteps) {
    return value;
  }
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kStepBits;
  const std::size_t step = (value >> shift) - kSteps;
  return kSteps * (shift + 1) + step;
}

std::uint64_t Histogram::upper_bound_of(std::size_t bucket) {
  if (bucket < kSteps) {
    return bucket;
  }
  const std::size_t shift = bucket / kSteps - 1;
  const std::uint64_t step = bucket % kSteps + kSteps;
  return ((step + 1) << shift) - 1;
}

}  // namespace confab::bench
