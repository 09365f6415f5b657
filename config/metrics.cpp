#include "config/metrics.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace confab::metrics {
namespace {

struct Observed {
  ObservedKind kind;
  std::string name;
  std::string help;
  Labels labels;
  std::function<double()> read;
};

struct Registries {
  prometheus::Registry counted;
  std::mutex mutex;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, Observed> observed;
};

// Never destroyed: threads may count while the process is exiting.
Registries& registries() {
  static Registries& instance = *new Registries;
  return instance;
}

prometheus::ClientMetric sample(const Observed& observed) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : observed.labels) {
    metric.label.push_back({name, value});
  }
  const double value = observed.read();
  if (observed.kind == ObservedKind::counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return metric;
}

prometheus::MetricType type_of(ObservedKind kind) {
  return kind == ObservedKind::counter ? prometheus::MetricType::Counter
                                       : prometheus::MetricType::Gauge;
}

// The format wants all samples of one name together.
prometheus::MetricFamily& family_for(std::vector<prometheus::MetricFamily>& families,
                                     const Observed& observed) {
  const auto found = std::find_if(families.begin(), families.end(),
                                  [&](const auto& family) { return family.name == observed.name; });
  if (found != families.end()) {
    return *found;
  }
  families.push_back({observed.name, observed.help, type_of(observed.kind), {}});
  return families.back();
}

void append_observed(std::vector<prometheus::MetricFamily>& families) {
  const std::lock_guard lock(registries().mutex);
  for (const auto& [id, observed] : registries().observed) {
    family_for(families, observed).metric.push_back(sample(observed));
  }
}

void check_names(const Observed& observed) {
  bool sound = prometheus::CheckMetricName(observed.name);
  for (const auto& [name, value] : observed.labels) {
    sound = sound && prometheus::CheckLabelName(name);
  }
  if (!sound) {
    throw std::invalid_argument("malformed metric or label name: " + observed.name);
  }
}

}  // namespace

void Counter::add(double amount) const { counter_->Increment(amount); }
void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double amount) const { gauge_->Increment(amount); }
void Histogram::observe(double value) const { histogram_->Observe(value); }

const std::vector<double>& latency_buckets() {
  static const std::vector<double> buckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                              0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                              1,      2.5,     5,      10};
  return buckets;
}

const std::vector<double>& size_buckets() {
  static const std::vector<double> buckets = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  return buckets;
}

Counter counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registries().counted);
  return Counter(family.Add(labels));
}

Gauge gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registries().counted);
  return Gauge(family.Add(labels));
}

Histogram histogram(const std::string& name, const std::string& help,
                    const std::vector<double>& buckets, const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registries().counted);
  return Histogram(family.Add(labels, buckets));
}

Observation::~Observation() { end(); }

Observation::Observation(Observation&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

Observation& Observation::operator=(Observation&& other) noexcept {
  if (this != &other) {
    end();
    id_ = std::exchange(other.id_, 0);
  }
  return *this;
}

void Observation::end() {
  if (id_ != 0) {
    const std::lock_guard lock(registries().mutex);
    registries().observed.erase(std::exchange(id_, 0));
  }
}

Observation observe(ObservedKind kind, std::string name, std::string help, Labels labels,
                    std::function<double()> read) {
  Observed observed{kind, std::move(name), std::move(help), std::move(labels), std::move(read)};
  check_names(observed);
  const std::lock_guard lock(registries().mutex);
  const auto id = ++registries().last_id;
  registries().observed.emplace(id, std::move(observed));
  return Observation(id);
}

std::string render() {
  auto families = registries().counted.Collect();
  append_observed(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace confab::metrics
