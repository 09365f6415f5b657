#include "actors/cluster/gate/sockets.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace confab::actors::cluster {

namespace {

constexpr int kBacklog = 128;

Socket new_socket(int family) {
  return Socket(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void send_at_once(const Socket& socket) {
  const int on = 1;
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

storage::Error refusal() {
  return storage::fail(storage::ErrorCode::internal, std::generic_category().message(errno));
}

}  // namespace

std::optional<SocketAddress> look_up(const config::Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  if (getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found) != 0) return std::nullopt;
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

SocketAddress loopback(std::uint16_t port) {
  sockaddr_in inet{};
  inet.sin_family = AF_INET;
  inet.sin_port = htons(port);
  inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SocketAddress address;
  std::memcpy(&address.storage, &inet, sizeof inet);
  address.length = sizeof inet;
  return address;
}

storage::Result<Socket> listen_on(const SocketAddress& address) {
  Socket socket = new_socket(address.storage.ss_family);
  const int on = 1;
  if (!socket) return refusal();
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(socket.fd(), address.get(), address.length) != 0) return refusal();
  if (listen(socket.fd(), kBacklog) != 0) return refusal();
  return socket;
}

std::uint16_t port_of(const Socket& socket) {
  SocketAddress address;
  address.length = sizeof address.storage;
  auto* raw = reinterpret_cast<sockaddr*>(&address.storage);
  if (getsockname(socket.fd(), raw, &address.length) != 0) return 0;
  sockaddr_in inet{};
  std::memcpy(&inet, &address.storage, sizeof inet);  // the port stands in the same place for IPv6
  return ntohs(inet.sin_port);
}

Socket accept_from(const Socket& listener) {
  Socket socket(accept4(listener.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) send_at_once(socket);
  return socket;
}

Socket connect_to(const SocketAddress& address) {
  Socket socket = new_socket(address.storage.ss_family);
  if (!socket) return socket;
  send_at_once(socket);
  const int result = connect(socket.fd(), address.get(), address.length);
  if (result != 0 && errno != EINPROGRESS) return Socket();
  return socket;
}

}  // namespace confab::actors::cluster
