// confab-bench: measures a server, or the database that it stands on.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "tools/bench/api.hpp"
#include "tools/bench/bare.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/plan.hpp"
#include "tools/bench/streams.hpp"

namespace {

using namespace confab::bench;

Result run_load(const Options& options) {
  Api api(options.url);
  Plan plan = prepare(options, api);
  return Load(options, plan).run();
}

bool is_about_streams(const Options& options) {
  return !options.bare && (options.streams > 0 || options.scenario.starts_with("streams-"));
}

nlohmann::ordered_json measure_streams(const Options& options) {
  Api api(options.url);
  Plan plan = prepare(options, api);
  if (options.scenario == "streams-idle") {
    return measure_idle_streams(options, plan);
  }
  if (options.scenario == "streams-resume") {
    return measure_resumption(options, plan, api);
  }
  return measure_deliveries(options, plan);
}

void print_report(const Options& options, const Result& result) {
  const double operations = std::max(1.0, static_cast<double>(result.operations));
  const auto milliseconds = [&](double share) {
    return static_cast<double>(result.latency.quantile(share)) / 1000;
  };
  nlohmann::ordered_json report = {
      {"scenario", options.bare ? "bare-" + options.database : options.scenario},
      {"clients", options.bare ? options.clients : options.connections},
      {"planned_rate", options.rate},
      {"seconds", result.seconds},
      {"ops", result.operations},
      {"rate", static_cast<double>(result.operations) / result.seconds},
      {"p50_ms", milliseconds(0.5)},
      {"p99_ms", milliseconds(0.99)},
      {"p999_ms", milliseconds(0.999)},
      {"max_ms", static_cast<double>(result.latency.max()) / 1000},
      {"errors", result.errors},
      {"never_begun", result.never_begun},
      {"cpu_us_per_op", static_cast<double>(result.cpu) / operations},
      {"client_cpu_us_per_op", static_cast<double>(result.client_cpu) / operations},
  };
  fmt::print("{}\n", report.dump());
  if (!result.first_error.empty()) {
    fmt::print(stderr, "first error: {}\n", result.first_error);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const ParsedOptions parsed = parse_options({argv + 1, argv + argc});
  if (parsed.help) {
    fmt::print("{}", usage());
    return 0;
  }
  if (!parsed.mistake.empty()) {
    fmt::print(stderr, "confab-bench: {}\n\n{}", parsed.mistake, usage());
    return 2;
  }
  try {
    if (is_about_streams(parsed.options)) {
      fmt::print("{}\n", measure_streams(parsed.options).dump());
      return 0;
    }
    const Result result = parsed.options.bare ? run_bare(parsed.options) : run_load(parsed.options);
    print_report(parsed.options, result);
    return result.operations > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "confab-bench: {}\n", error.what());
    return 1;
  }
}
