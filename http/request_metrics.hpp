#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/metrics.hpp"
#include "config/rate_meter.hpp"
#include "http/routing/route.hpp"

namespace confab::http {

/// Counts requests by method, route pattern and status, and measures how long they took.
/// Thread-safe.
class RequestMetrics {
 public:
  explicit RequestMetrics(const std::vector<Route>& routes);

  /// `route`: null for an address that does not exist or a method that is not allowed.
  void record(const Route* route, int status, std::chrono::steady_clock::duration took) const;

  /// The average over the last ten seconds.
  double per_second() const { return rate_.per_second(std::chrono::steady_clock::now()); }

 private:
  static constexpr std::array kStatuses = {200, 201, 204, 302, 304, 400, 401, 403, 404, 405,
                                           406, 409, 412, 413, 415, 422, 429, 500, 503};

  /// Counters appear when they are first needed: most pairs of route and status never occur.
  struct Series {
    Series(std::string method_, std::string pattern_);

    std::string method;
    std::string pattern;
    metrics::Histogram duration;
    mutable std::array<std::atomic<const metrics::Counter*>, kStatuses.size() + 1> counters{};
  };

  const metrics::Counter& counter_of(const Series& series, int status) const;

  std::deque<Series> series_;
  std::unordered_map<const Route*, const Series*> by_route_;
  mutable metrics::RateMeter rate_;
  mutable std::mutex mutex_;
  mutable std::deque<metrics::Counter> counters_;
};

}  // namespace confab::http
