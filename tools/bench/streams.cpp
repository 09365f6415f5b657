#include "tools/bench/streams.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "tools/bench/cpu.hpp"
#include "tools/bench/listeners.hpp"
#include "tools/bench/load.hpp"

namespace confab::bench {
namespace {

using nlohmann::ordered_json;

constexpr double kPatience = 60;

double milliseconds(std::uint64_t microseconds) { return static_cast<double>(microseconds) / 1000; }

// Events may overtake the acknowledgement of what they tell.
std::uint64_t since(std::uint64_t moment, std::uint64_t later) {
  return later - std::min(moment, later);
}

// Resident bytes of the first of the processes that are charged.
std::uint64_t resident_bytes(const Options& options) {
  if (options.pids.empty()) {
    throw BenchError("name the server's process: --pid");
  }
  std::ifstream status(fmt::format("/proc/{}/status", options.pids.front()));
  std::string word;
  while (status >> word) {
    std::uint64_t kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) {
      return kilobytes * 1024;
    }
  }
  throw BenchError("the server's process is gone");
}

}  // namespace

ordered_json measure_deliveries(const Options& options, Plan& plan) {
  Listeners listeners(options.url);
  listeners.open(options.streams, plan.listeners());
  Load load(options, plan);
  const std::uint64_t cpu_before = cpu_of_trees(options.pids);
  const Result result = load.run();
  // What was acknowledged last may still be on its way.
  listeners.await_messages(result.acknowledged.size(), kPatience);
  std::uint64_t known_events = 0;
  do {
    known_events = listeners.events();
    listeners.await_messages(~std::uint64_t{0}, 0.3);
  } while (known_events != listeners.events());
  const std::uint64_t cpu = cpu_of_trees(options.pids) - cpu_before;

  Histogram first;
  Histogram last;
  std::size_t missing = 0;
  for (const auto& [id, acknowledged] : result.acknowledged) {
    const auto found = listeners.messages().find(id);
    if (found == listeners.messages().end()) {
      ++missing;
      continue;
    }
    first.record(since(acknowledged, found->second.first));
    last.record(since(acknowledged, found->second.last));
  }
  const auto events = static_cast<double>(listeners.events());
  return {{"scenario", options.scenario + " with streams"},
          {"streams", options.streams},
          {"planned_rate", options.rate},
          {"ops", result.operations},
          {"rate", static_cast<double>(result.operations) / result.seconds},
          {"post_p50_ms", milliseconds(result.latency.quantile(0.5))},
          {"post_p99_ms", milliseconds(result.latency.quantile(0.99))},
          {"first_p50_ms", milliseconds(first.quantile(0.5))},
          {"first_p99_ms", milliseconds(first.quantile(0.99))},
          {"last_p50_ms", milliseconds(last.quantile(0.5))},
          {"last_p99_ms", milliseconds(last.quantile(0.99))},
          {"deliveries", listeners.events()},
          {"deliveries_per_second", events / (options.warmup + result.seconds)},
          {"cpu_us_per_delivery", static_cast<double>(cpu) / std::max(1.0, events)},
          {"missing", missing},
          {"streams_lost", listeners.lost()},
          {"errors", result.errors}};
}

ordered_json measure_idle_streams(const Options& options, const Plan& plan) {
  const std::uint64_t before = resident_bytes(options);
  Listeners listeners(options.url);
  const std::uint64_t started = now();
  listeners.open(options.streams, plan.listeners());
  const std::uint64_t taken = now() - started;
  const std::uint64_t each = since(before, resident_bytes(options)) / options.streams;
  return {{"scenario", options.scenario},
          {"streams", options.streams},
          {"opened_in_ms", milliseconds(taken)},
          {"bytes_per_stream", each}};
}

ordered_json measure_resumption(const Options& options, Plan& plan, Api& api) {
  const std::string& token = plan.listeners().front();
  const std::string start = api.call("GET", "/api/events/", token).at("cursor");
  const std::string conversation =
      api.call("GET", "/api/conversations/", token).at("results").at(0).at("conversation_id");
  for (std::size_t i = 0; i < options.messages; ++i) {
    api.call("POST", fmt::format("/api/conversations/{}/messages/", conversation), token,
             {{"content", fmt::format("missed {}", i)}});
  }
  const std::uint64_t cpu = cpu_of_trees(options.pids);
  const std::uint64_t started = now();
  Listeners listeners(options.url);
  listeners.open(1, {token}, start);
  const bool complete = listeners.await_messages(options.messages, kPatience);
  const std::uint64_t taken = now() - started;
  return {{"scenario", options.scenario},
          {"missed", options.messages},
          {"resumed_in_ms", milliseconds(taken)},
          {"bytes", listeners.bytes()},
          {"cpu_us_per_delivery", static_cast<double>(cpu_of_trees(options.pids) - cpu) /
                                      static_cast<double>(options.messages)},
          {"complete", complete}};
}

}  // namespace confab::bench
