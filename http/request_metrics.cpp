#include "http/request_metrics.hpp"

#include <algorithm>
#include <utility>

namespace confab::http {

RequestMetrics::Series::Series(std::string method_, std::string pattern_)
    : method(std::move(method_)),
      pattern(std::move(pattern_)),
      duration(metrics::histogram("confab_http_request_duration_seconds",
                                  "Time from the arrival of a request to its answer.",
                                  metrics::latency_buckets(),
                                  {{"method", method}, {"route", pattern}})) {}

RequestMetrics::RequestMetrics(const std::vector<Route>& routes) {
  by_route_[nullptr] = &series_.emplace_back("any", "none");
  for (const Route& route : routes) {
    by_route_[&route] =
        &series_.emplace_back(std::string(to_string(route.method)), std::string(route.pattern));
  }
}

void RequestMetrics::record(const Route* route, int status,
                            std::chrono::steady_clock::duration took) const {
  rate_.count(std::chrono::steady_clock::now());
  const auto found = by_route_.find(route);
  if (found == by_route_.end()) return;
  counter_of(*found->second, status).add();
  found->second->duration.observe(std::chrono::duration<double>(took).count());
}

const metrics::Counter& RequestMetrics::counter_of(const Series& series, int status) const {
  const auto known = std::find(kStatuses.begin(), kStatuses.end(), status);
  auto& slot = series.counters[static_cast<std::size_t>(known - kStatuses.begin())];
  if (const auto* counter = slot.load(std::memory_order_acquire)) return *counter;
  const std::lock_guard lock(mutex_);
  if (const auto* counter = slot.load(std::memory_order_acquire)) return *counter;
  const std::string label = known == kStatuses.end() ? "other" : std::to_string(status);
  const metrics::Counter& counter = counters_.emplace_back(
      metrics::counter("confab_http_requests_total", "Requests answered.",
                       {{"method", series.method}, {"route", series.pattern}, {"status", label}}));
  slot.store(&counter, std::memory_order_release);
  return counter;
}

}  // namespace confab::http
