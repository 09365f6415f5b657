#include "tools/bench/connection.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace confab::bench {

Connection::Connection(const Url& url, int epoll, std::uint64_t tag)
    : url_(url), epoll_(epoll), tag_(tag) {}

Connection::~Connection() { drop(); }

Connection::Connection(Connection&& other) noexcept
    : url_(std::move(other.url_)),
      epoll_(other.epoll_),
      tag_(other.tag_),
      socket_(std::exchange(other.socket_, -1)),
      in_flight_(other.in_flight_),
      unsent_(std::move(other.unsent_)),
      reader_(std::move(other.reader_)) {}

Connection::Progress Connection::send(std::string_view request) {
  reader_.clear();
  unsent_.assign(request);
  in_flight_ = true;
  if (socket_ < 0 && !connect()) {
    drop();
    return end(Progress::failed);
  }
  return write();
}

Connection::Progress Connection::on_event() {
  if (socket_ < 0) {
    return Progress::pending;
  }
  if (!in_flight_) {
    // Nothing is expected: the server has closed an idle connection.
    drop();
    return Progress::pending;
  }
  if (!unsent_.empty() && write() == Progress::failed) {
    return Progress::failed;
  }
  return read();
}

void Connection::drop() {
  if (socket_ >= 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

Connection::Progress Connection::end(Progress outcome) {
  in_flight_ = false;
  return outcome;
}

bool Connection::connect() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(url_.port);
  inet_pton(AF_INET, url_.host.c_str(), &address.sin_addr);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    return false;
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    return false;
  }
  // Edge-triggered for both directions: registered once, never changed.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = tag_;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event) == 0;
}

Connection::Progress Connection::write() {
  const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    unsent_.erase(0, static_cast<std::size_t>(sent));
    return Progress::pending;
  }
  if (errno == EAGAIN || errno == ENOTCONN) {
    return Progress::pending;
  }
  drop();
  return end(Progress::failed);
}

Connection::Progress Connection::read() {
  std::array<char, 65536> buffer;
  while (!reader_.complete()) {
    const ssize_t received = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (received > 0) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(received)});
    } else if (received < 0 && errno == EAGAIN) {
      return Progress::pending;
    } else {
      reader_.finish();
      drop();
      return end(reader_.complete() ? Progress::answered : Progress::failed);
    }
  }
  if (reader_.closes()) {
    drop();
  }
  return end(Progress::answered);
}

}  // namespace confab::bench
