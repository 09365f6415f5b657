// The process's metrics, in Prometheus' text format at /metrics.
//
// A metric is resolved once, by name and labels, into a handle; counting through the handle costs
// an atomic operation (a histogram: a short lock). Handles are small values, valid for the life of
// the process; the same name and labels give the same metric. Everything here may be called from
// any thread.
//
// Names and label names are literals of ours ("confab_http_requests_total"); a malformed one, or
// one name used for two kinds of metric, is a bug and throws std::invalid_argument where it is
// resolved. Label values must come from a small fixed set: never ids or paths of requests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace confab::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  // `amount` must not be negative.
  void add(double amount = 1) const;

 private:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  friend Counter counter(const std::string&, const std::string&, const Labels&);
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void set(double value) const;
  void add(double amount) const;

 private:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  friend Gauge gauge(const std::string&, const std::string&, const Labels&);
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  // For durations: seconds.
  void observe(double value) const;

 private:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  friend Histogram histogram(const std::string&, const std::string&, const std::vector<double>&,
                             const Labels&);
  prometheus::Histogram* histogram_;
};

// Bucket bounds in seconds, from 100 microseconds to 10 seconds.
const std::vector<double>& latency_buckets();
// 1, 2, 4 ... 1024: for batch sizes and queue lengths.
const std::vector<double>& size_buckets();

Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
// `buckets`: upper bounds in ascending order.
Histogram histogram(const std::string& name, const std::string& help,
                    const std::vector<double>& buckets, const Labels& labels = {});

enum class ObservedKind { gauge, counter };

// Keeps an observed metric registered for as long as it lives. Once its destructor has returned,
// the function is not running and will not be called again.
class Observation {
 public:
  Observation() = default;
  ~Observation();
  Observation(Observation&& other) noexcept;
  Observation& operator=(Observation&& other) noexcept;

 private:
  explicit Observation(std::uint64_t id) : id_(id) {}
  void end();
  friend Observation observe(ObservedKind, std::string, std::string, Labels,
                             std::function<double()>);
  std::uint64_t id_ = 0;  // 0: none
};

// A metric whose value is asked for at each render(). `read` must be quick, must not throw, and
// must not call back into this header.
[[nodiscard]] Observation observe(ObservedKind kind, std::string name, std::string help,
                                  Labels labels, std::function<double()> read);

// Everything, in the text exposition format (version 0.0.4).
std::string render();

// Registers the usual process_* metrics: CPU seconds, resident bytes, open files, start time.
void observe_process();

}  // namespace confab::metrics
