// Measures event streams.
#pragma once

#include <nlohmann/json.hpp>

#include "tools/bench/api.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/plan.hpp"

namespace confab::bench {

// A load while streams listen: how long after its acknowledgement a message reaches the first and
// the last of them, and what a delivery costs.
nlohmann::ordered_json measure_deliveries(const Options& options, Plan& plan);

// Memory of the server for each stream to which nothing happens.
nlohmann::ordered_json measure_idle_streams(const Options& options, const Plan& plan);

// How long a stream takes that resumes after many messages.
nlohmann::ordered_json measure_resumption(const Options& options, Plan& plan, Api& api);

}  // namespace confab::bench
