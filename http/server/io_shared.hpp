#pragma once

#include <utility>

#include "http/server/admission.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// What the IO threads and the acceptor of one server have in common.
struct IoShared {
  IoShared(ServerOptions given_options, Handler given_handler)
      : options(std::move(given_options)),
        handler(std::move(given_handler)),
        admission(options.max_connections, options.max_connections_per_peer, counters) {}

  const ServerOptions options;
  const Handler handler;
  ServerCounters counters;
  Admission admission;
};

}  // namespace confab::http
