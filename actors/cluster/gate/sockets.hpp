#pragma once

#include <cstdint>
#include <optional>

#include <sys/socket.h>

#include "actors/cluster/gate/tunnel.hpp"
#include "config/settings.hpp"
#include "storage/model/error.hpp"

// Non-blocking TCP sockets.

namespace confab::actors::cluster {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// Blocks while a name is looked up.
std::optional<SocketAddress> look_up(const config::Endpoint& endpoint);

/// On the loopback address.
SocketAddress loopback(std::uint16_t port);

storage::Result<Socket> listen_on(const SocketAddress& address);
std::uint16_t port_of(const Socket& socket);

/// Empty if nobody waits.
Socket accept_from(const Socket& listener);

/// Begins to connect; the first write tells how it went.
Socket connect_to(const SocketAddress& address);

}  // namespace confab::actors::cluster
