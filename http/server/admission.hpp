#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "http/server/server.hpp"

namespace confab::http {

/// Counts connections and says which are too many. Thread-safe.
class Admission {
 public:
  Admission(unsigned max_connections, unsigned max_per_peer, ServerCounters& counters);

  /// True: the connection counts from now on, until leave().
  bool enter(const std::string& peer);

  void leave(const std::string& peer);

 private:
  const unsigned max_connections_;
  const unsigned max_per_peer_;
  ServerCounters& counters_;
  std::mutex mutex_;
  std::unordered_map<std::string, unsigned> per_peer_;  ///< used only with a limit per peer
};

}  // namespace confab::http
