#include "actors/boards/statistics_board.hpp"

#include <algorithm>
#include <vector>

namespace confab::actors {

namespace {

template <class Span>
std::int64_t number_of(storage::Timestamp time) {
  return std::chrono::floor<Span>(time.time_since_epoch()).count();
}

/// Precondition: `sorted` is not empty.
double percentile_ms(const std::vector<std::chrono::microseconds>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(last * share)].count()) / 1000.0;
}

}  // namespace

template <std::size_t N>
void StatisticsBoard::add(std::array<Slot, N>& slots, std::int64_t number, std::uint64_t count) {
  Slot& slot = slots[static_cast<std::size_t>(number) % N];
  if (slot.number != number) slot = {number, 0};
  slot.count += count;
}

template <std::size_t N>
std::uint64_t StatisticsBoard::count_of(const std::array<Slot, N>& slots, std::int64_t number) {
  const Slot& slot = slots[static_cast<std::size_t>(number) % N];
  return slot.number == number ? slot.count : 0;
}

void StatisticsBoard::committed(storage::Timestamp now, std::chrono::microseconds took,
                                std::uint64_t messages) {
  std::lock_guard lock(mutex_);
  add(minutes_, number_of<std::chrono::minutes>(now), messages);
  add(seconds_, number_of<std::chrono::seconds>(now), 1);
  durations_[next_sample_] = took;
  next_sample_ = (next_sample_ + 1) % kSamples;
  samples_ = std::min(samples_ + 1, kSamples);
}

StatisticsBoard::Figures StatisticsBoard::figures(storage::Timestamp now) const {
  Figures figures;
  std::vector<std::chrono::microseconds> sorted;
  {
    std::lock_guard lock(mutex_);
    const std::int64_t minute = number_of<std::chrono::minutes>(now);
    for (std::size_t i = 0; i < kMinutes; ++i) {
      const std::int64_t number = minute - static_cast<std::int64_t>(kMinutes - 1 - i);
      figures.messages[i] = {storage::Timestamp(std::chrono::minutes(number)),
                             count_of(minutes_, number)};
    }
    // The second that is running is left out: it would pull the average down.
    const std::int64_t second = number_of<std::chrono::seconds>(now);
    std::uint64_t commits = 0;
    for (std::int64_t i = 1; i <= kRateOver.count(); ++i) commits += count_of(seconds_, second - i);
    figures.commits_per_second =
        static_cast<double>(commits) / static_cast<double>(kRateOver.count());
    sorted.assign(durations_.begin(), durations_.begin() + static_cast<std::ptrdiff_t>(samples_));
  }
  if (sorted.empty()) return figures;
  std::sort(sorted.begin(), sorted.end());
  figures.commit_p50_ms = percentile_ms(sorted, 0.50);
  figures.commit_p99_ms = percentile_ms(sorted, 0.99);
  return figures;
}

}  // namespace confab::actors
