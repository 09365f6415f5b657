#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "storage/model/time.hpp"

namespace confab::actors {

/// What this node has written of late, for the administrator's overview. In memory only: it begins
/// anew with the process. Thread-safe; every call costs the same however long the node runs.
class StatisticsBoard {
 public:
  static constexpr std::size_t kMinutes = 60;
  static constexpr std::size_t kSamples = 1000;         ///< commits that the percentiles are over
  static constexpr std::chrono::seconds kRateOver{10};  ///< commits per second: their average

  struct Minute {
    storage::Timestamp at;  ///< its beginning
    std::uint64_t count = 0;
  };
  struct Figures {
    std::array<Minute, kMinutes> messages;  ///< oldest first; the last minute is still running
    std::optional<double> commit_p50_ms;    ///< none: nothing has been committed yet
    std::optional<double> commit_p99_ms;
    double commits_per_second = 0;
  };

  /// A commit has been made, with so many new messages in it.
  void committed(storage::Timestamp now, std::chrono::microseconds took, std::uint64_t messages);

  Figures figures(storage::Timestamp now) const;

  /// So many changes were refused because their shard belongs to another node now.
  void fenced(std::uint64_t changes) { fenced_ += changes; }
  std::uint64_t fenced() const { return fenced_; }

 private:
  /// What was counted in one span of time, a minute or a second.
  struct Slot {
    std::int64_t number = -1;  ///< of the span, since 1970
    std::uint64_t count = 0;
  };
  template <std::size_t N>
  static void add(std::array<Slot, N>& slots, std::int64_t number, std::uint64_t count);
  template <std::size_t N>
  static std::uint64_t count_of(const std::array<Slot, N>& slots, std::int64_t number);

  std::atomic<std::uint64_t> fenced_{0};
  mutable std::mutex mutex_;
  std::array<Slot, kMinutes> minutes_;                           ///< messages
  std::array<Slot, kRateOver.count() + 1> seconds_;              ///< commits
  std::array<std::chrono::microseconds, kSamples> durations_{};  ///< of the newest commits
  std::size_t samples_ = 0;
  std::size_t next_sample_ = 0;
};

}  // namespace confab::actors
