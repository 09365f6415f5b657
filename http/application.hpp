#pragma once

#include "actors/node.hpp"
#include "config/settings.hpp"
#include "http/exchange.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// The REST API: turns a request into questions to the node and their answers into a response.
///
/// Thread-safe. It must outlive every request that its handler was given, and the settings and the
/// node must outlive it: stop the server and then the node before it is destroyed.
class Application {
 public:
  Application(const config::Settings& settings, actors::Node& node);

  /// For the server. Never blocks and never throws.
  Handler handler();

  /// Every route, for documentation and tests.
  const Router& router() const { return services_.router; }

 private:
  Services services_;
};

}  // namespace confab::http
