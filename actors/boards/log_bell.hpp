#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace confab::actors {

/// How the writer tells the dispatcher that the log of events has grown: once, until the dispatcher
/// looks again, and only while somebody listens. Thread-safe once set up.
class LogBell {
 public:
  /// Before anybody else uses it. `ring` must not block.
  void set_up(std::function<void()> ring) { ring_ = std::move(ring); }

  void listen(bool somebody_listens) { wanted_ = somebody_listens; }

  bool is_listened_to() const { return wanted_; }

  /// Called before the log is read: what is committed from now on rings again.
  void rearm() { rung_ = false; }

  /// Called after a commit that left events.
  void log_grew() {
    if (wanted_ && !rung_.exchange(true)) ring_();
  }

 private:
  std::function<void()> ring_;
  std::atomic<bool> wanted_{false};
  std::atomic<bool> rung_{false};
};

}  // namespace confab::actors
