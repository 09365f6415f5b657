#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace confab::storage {

/// Does what writing leaves to be done, in the background, so that no commit has to stop for it.
/// Runs `work` on its own thread, at most once per `pause`, and only after something has been
/// written. something_written() is thread-safe and cheap. `work` must not throw.
class Upkeep {
 public:
  Upkeep(std::chrono::milliseconds pause, std::function<void()> work);
  ~Upkeep();

  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  void something_written();

 private:
  void run();

  const std::chrono::milliseconds pause_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool dirty_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace confab::storage
