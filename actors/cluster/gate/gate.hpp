#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/cluster/gate/tls.hpp"
#include "config/settings.hpp"
#include "storage/model/error.hpp"

namespace confab::actors::cluster {

struct GateOptions {
  config::Endpoint listen;
  std::string name;  ///< this node's, as in its certificate
  Credentials credentials;
  std::chrono::milliseconds handshake{3000};
  /// Connections from outside at once; handshakes beyond theirs push out the oldest.
  std::size_t most_handshakes = 32;
  std::size_t most_connections = 64;
  std::uint32_t longest_frame = 4 * 1024 * 1024;
};

struct GateCounters {
  std::atomic<std::int64_t> open{0};            ///< tunnels
  std::atomic<std::uint64_t> accepted{0};       ///< connections from outside
  std::atomic<std::uint64_t> refused{0};        ///< no handshake, or not one of the nodes
  std::atomic<std::uint64_t> rule_breakers{0};  ///< closed for what a node sent
};

/// The only way from other nodes to CAF's port, which itself is open to this machine alone: CAF
/// trusts whatever reaches it. The gate lets a connection through after a handshake that shows a
/// node's certificate with the name of a node that belongs to the cluster, and watches the frames
/// that come in. In the other direction it offers a local port for every other node.
///
/// One thread of its own, which never blocks. Every function may be called from any thread.
/// Precondition: the process ignores SIGPIPE, which OpenSSL does not keep back.
class Gate {
 public:
  /// Reads the certificates and opens the port; nothing is let through yet. The error's detail is a
  /// sentence for the operator.
  static storage::Result<std::unique_ptr<Gate>> open(const GateOptions& options);

  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  std::uint16_t port() const;

  /// From now on connections are let through to this port of the loopback address.
  void start(std::uint16_t inner_port);

  /// The names that other nodes may have. Those connected stay so.
  void admit(std::vector<std::string> names);

  /// A local port that leads to the node of that name at that address ("host:port"). May block
  /// while the name is looked up.
  storage::Result<std::uint16_t> tunnel_to(const std::string& name, const std::string& address);

  const GateCounters& counters() const;

 private:
  struct Impl;
  explicit Gate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors::cluster
