#pragma once

#include <memory>
#include <string>

#include "http/server/io_shared.hpp"

namespace confab::http {

/// The IO threads of a server. Keeps Pistache out of its users' translation units.
/// To be used from one thread, save adopt().
class IoPool {
 public:
  explicit IoPool(std::shared_ptr<IoShared> shared);
  ~IoPool();
  IoPool(const IoPool&) = delete;
  IoPool& operator=(const IoPool&) = delete;

  void start();

  /// Takes over a connected, non-blocking socket that Admission has let in. From one thread at a
  /// time.
  void adopt(int fd, const std::string& peer);

  /// Idle connections are closed, the others after their next answer.
  void begin_drain();

  /// Shuts every connection down.
  void kill_all();

  /// Ends the threads.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::http
