#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/routing/route.hpp"

namespace confab::http {

/// An address that exists, with its methods.
struct Resource {
  std::string_view pattern;
  std::vector<const Route*> routes;
  std::string allow;        ///< the value of Allow
  std::string lines;        ///< the header lines that all of its answers bear
  bool is_api = false;      ///< below /api/: JSON, negotiated
  bool is_limited = false;  ///< counts towards a caller's rate limit; health checks do not
  bool needs_user = false;  ///< some method of it is not open

  /// HEAD is answered by GET; nullptr if the method is not allowed (OPTIONS never has a route).
  const Route* find(Method method) const;
};

/// What a path stands for.
struct Match {
  const Resource* resource = nullptr;
  std::vector<std::string> arguments;  ///< the values of {…}, decoded, in order
  std::string path;  ///< without /v1 and with the trailing slash: the address's one true spelling
};

/// Finds the resource of a path by its segments: with and without the trailing slash, /api/v1/ as
/// /api/. A fixed segment goes before {…}. Immutable after construction, hence thread-safe.
/// The cost depends on the length of the path alone.
class Router {
 public:
  explicit Router(std::vector<Route> routes);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// `path` still percent-encoded. `resource` is null where there is none.
  Match match(std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }
  const std::deque<Resource>& resources() const { return resources_; }

 private:
  struct Node {
    std::vector<std::pair<std::string_view, std::size_t>> fixed;
    std::size_t variable = 0;  ///< 0: none (the root is nobody's child)
    bool takes_rest = false;   ///< further segments lead nowhere else
    Resource* resource = nullptr;
  };

  std::size_t child_for(std::size_t node, std::string_view segment);
  const Node* step(const Node& node, std::string_view segment, Match& match) const;

  std::vector<Route> routes_;
  std::deque<Resource> resources_;
  std::vector<Node> nodes_;
};

}  // namespace confab::http
