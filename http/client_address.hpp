#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/network.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// How the client reached us, and who it is: what a trusted proxy says, else what the socket says.
struct Origin {
  bool is_secure = false;  ///< over TLS, which ends in the proxy
  std::string host;        ///< with port, as the client wrote it
  std::string client;      ///< its address

  std::string_view scheme() const { return is_secure ? "https" : "http"; }
  /// "http://example.org:8000".
  std::string base_url() const;
};

/// X-Forwarded-For, -Proto and -Host count only if the peer is a trusted proxy. Of a chain of
/// addresses the last one that is no trusted proxy is the client's.
Origin find_origin(const Request& request, const std::vector<config::Network>& trusted);

}  // namespace confab::http
