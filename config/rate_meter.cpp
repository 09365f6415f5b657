#include "config/rate_meter.hpp"

namespace confab::metrics {
namespace {

std::int64_t second_of(RateMeter::Clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void RateMeter::count(Clock::time_point now) {
  const std::int64_t second = second_of(now);
  Slot& slot = slots_[static_cast<std::size_t>(second) % slots_.size()];
  if (slot.second.load(std::memory_order_relaxed) != second &&
      slot.second.exchange(second, std::memory_order_relaxed) != second) {
    slot.count.store(0, std::memory_order_relaxed);
  }
  slot.count.fetch_add(1, std::memory_order_relaxed);
}

double RateMeter::per_second(Clock::time_point now) const {
  const std::int64_t current = second_of(now);
  std::uint64_t total = 0;
  for (const Slot& slot : slots_) {
    const std::int64_t age = current - slot.second.load(std::memory_order_relaxed);
    if (age >= 1 && age <= kSeconds) total += slot.count.load(std::memory_order_relaxed);
  }
  return static_cast<double>(total) / static_cast<double>(kSeconds);
}

}  // namespace confab::metrics
