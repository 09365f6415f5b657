#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/server/io_shared.hpp"

namespace confab::http {

/// Listens, and hands every connection that Admission lets in to `adopt`, on a thread of its own.
/// The others get a 503. To be used from one thread.
class Acceptor {
 public:
  using Adopt = std::function<void(int fd, const std::string& peer)>;

  Acceptor(std::shared_ptr<IoShared> shared, Adopt adopt);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Binds every address that the configured name stands for. Returns an empty string, or why not.
  std::string listen();

  /// The port bound.
  std::uint16_t port() const { return port_; }

  void start();

  /// Closes the listening sockets.
  void stop();

 private:
  void run();
  void accept_from(int listener);
  void welcome(int fd, const std::string& peer);

  const std::shared_ptr<IoShared> shared_;
  const Adopt adopt_;
  std::vector<int> listeners_;
  std::uint16_t port_ = 0;
  int stop_fd_ = -1;
  bool exhausted_ = false;  ///< the last accept found no free descriptor
  std::thread thread_;
};

}  // namespace confab::http
