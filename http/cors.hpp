#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server/server.hpp"

namespace confab::http {

/// Which foreign origins may call the API from a browser. Credentials are never allowed to them:
/// they log in by token. Immutable, hence thread-safe.
class CorsPolicy {
 public:
  explicit CorsPolicy(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  bool active() const { return !origins_.empty(); }
  bool allows(std::string_view origin) const;

  /// A preflight from an allowed origin, which is answered without looking further.
  bool is_preflight(const Request& request) const;

  /// What an answer to this request bears; nothing for others than allowed origins but Vary.
  void add_headers(const Request& request, Response& response) const;
  /// The answer to a preflight, but for those headers.
  static Response preflight();

 private:
  std::vector<std::string> origins_;
};

}  // namespace confab::http
