// One client's connection in an event loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/bench/options.hpp"
#include "tools/bench/response.hpp"

namespace confab::bench {

// A keep-alive connection with at most one request in flight; connects, and connects again after
// the server has closed, when a request is to be sent. Not thread-safe.
class Connection {
 public:
  enum class Progress { pending, answered, failed };

  // Watches its socket in `epoll` with `tag` as the event's data.
  Connection(const Url& url, int epoll, std::uint64_t tag);
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;

  // Precondition: none is in flight. The outcome comes through on_event().
  Progress send(std::string_view request);
  Progress on_event();

  // Gives up what is in flight.
  void drop();

  // Of the last answer, until the next send().
  int status() const { return reader_.status(); }
  std::string_view body() const { return reader_.body(); }

  // When the request in flight was planned, in microseconds; kept here for its user.
  std::uint64_t planned = 0;

 private:
  bool connect();
  Progress write();
  Progress read();
  Progress end(Progress outcome);

  Url url_;
  int epoll_;
  std::uint64_t tag_;
  int socket_ = -1;
  bool in_flight_ = false;
  std::string unsent_;
  ResponseReader reader_;
};

}  // namespace confab::bench
