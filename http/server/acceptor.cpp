#include "http/server/acceptor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server/protocol_error.hpp"
#include "http/server/response_writer.hpp"

namespace confab::http {
namespace {

constexpr int kBacklog = 4096;
/// Accepted in one go before the stop signal is looked at again.
constexpr int kMaxAccepts = 64;
constexpr int kExhaustedPauseMs = 50;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

std::string error_text(int error) { return std::generic_category().message(error); }

/// The address without port; v4-mapped addresses as IPv4.
std::string address_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
  } else {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      ::inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    }
  }
  return text.data();
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in*>(&address)->sin_port
                   : reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

void set_port(sockaddr* address, std::uint16_t port) {
  if (address->sa_family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
  } else if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
  }
}

/// A listening socket, or -1 with errno.
int listen_on(const addrinfo& info) {
  const int fd = ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (info.ai_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd, info.ai_addr, info.ai_addrlen) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string too_many_connections() {
  const Response response = to_response(kTooManyConnections);
  DateClock clock;
  std::string bytes;
  write_head(bytes, response, BodyKind::sized, Persistence::close, clock.now());
  return bytes + response.body;
}

void turn_away(int fd) {
  // What has arrived is read first: closing with unread input would reset the connection, and the
  // client would not see the answer.
  std::array<char, 4096> ignored;
  [[maybe_unused]] ssize_t size = ::recv(fd, ignored.data(), ignored.size(), MSG_DONTWAIT);
  const std::string answer = too_many_connections();
  size = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
  ::close(fd);
}

}  // namespace

Acceptor::Acceptor(std::shared_ptr<IoShared> shared, Adopt adopt)
    : shared_(std::move(shared)), adopt_(std::move(adopt)) {}

Acceptor::~Acceptor() { stop(); }

std::string Acceptor::listen() {
  const ServerOptions& options = shared_->options;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(options.address.c_str(), nullptr, &hints, &found);
  if (result != 0) return options.address + ": " + ::gai_strerror(result);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);

  port_ = options.port;
  int missing = EADDRNOTAVAIL;
  for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
    set_port(info->ai_addr, port_);
    const int fd = listen_on(*info);
    if (fd >= 0) {
      listeners_.push_back(fd);
      port_ = bound_port(fd);
    } else if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT) {
      missing = errno;  // a name may stand for a protocol that this machine does not have
    } else {
      return options.address + " port " + std::to_string(port_) + ": " + error_text(errno);
    }
  }
  return listeners_.empty() ? options.address + ": " + error_text(missing) : std::string();
}

void Acceptor::start() {
  stop_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (stop_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { run(); });
}

void Acceptor::stop() {
  if (thread_.joinable()) {
    ::eventfd_write(stop_fd_, 1);
    thread_.join();
  }
  for (int fd : listeners_) ::close(fd);
  listeners_.clear();
  if (stop_fd_ >= 0) ::close(std::exchange(stop_fd_, -1));
}

void Acceptor::run() {
  ::pthread_setname_np(::pthread_self(), "http-accept");
  std::vector<pollfd> watched{{stop_fd_, POLLIN, 0}};
  for (int fd : listeners_) watched.push_back({fd, POLLIN, 0});
  while (true) {
    // Without free descriptors the listeners stay readable: only the stop signal is waited for.
    const bool pause = std::exchange(exhausted_, false);
    ::poll(watched.data(), pause ? 1 : watched.size(), pause ? kExhaustedPauseMs : -1);
    if (watched[0].revents != 0) return;
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (pause || watched[i].revents != 0) accept_from(watched[i].fd);
    }
  }
}

void Acceptor::accept_from(int listener) {
  for (int i = 0; i < kMaxAccepts; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      welcome(fd, address_text(address));
    } else if (errno != EINTR && errno != ECONNABORTED) {
      exhausted_ = is_exhaustion(errno);
      return;
    }
  }
}

void Acceptor::welcome(int fd, const std::string& peer) {
  if (!shared_->admission.enter(peer)) {
    turn_away(fd);
    return;
  }
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // A client that vanished without a word is found out even if nothing but heartbeats goes to it.
  // Twice the longest write timeout, so that slow readers are cut off (and counted) by their
  // connection.
  const ServerOptions& options = shared_->options;
  const std::chrono::milliseconds longest =
      std::max(options.write_timeout, options.stream_write_timeout);
  const auto patience = 2 * longest.count();
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(patience));
  adopt_(fd, peer);
}

}  // namespace confab::http
