// What a scenario asks of the server.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/bench/api.hpp"
#include "tools/bench/options.hpp"

namespace confab::bench {

// Requests taken in turn: the n-th combines the n-th head and the n-th body, both round and round.
class Plan {
 public:
  // `listeners`: tokens of those who may listen to what happens.
  Plan(std::vector<std::string> heads, std::vector<std::string> bodies,
       std::vector<std::string> listeners = {});

  const std::vector<std::string>& listeners() const { return listeners_; }

  // Valid until the next call.
  const std::string& next();

 private:
  std::vector<std::string> heads_;
  std::vector<std::string> bodies_;
  std::vector<std::string> listeners_;
  std::string request_;
  std::size_t turn_ = 0;
};

// Makes the users, conversations and messages that the scenario needs, through the API. Throws
// BenchError for an unknown scenario, if no fortunes are installed, and as Api does.
Plan prepare(const Options& options, Api& api);

}  // namespace confab::bench
