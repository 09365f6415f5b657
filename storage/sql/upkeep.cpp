#include "storage/sql/upkeep.hpp"

#include <utility>

namespace confab::storage {

Upkeep::Upkeep(std::chrono::milliseconds pause, std::function<void()> work)
    : pause_(pause), work_(std::move(work)), thread_([this] { run(); }) {}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Upkeep::something_written() {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = !std::exchange(dirty_, true);
  }
  if (first) changed_.notify_one();
}

void Upkeep::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return dirty_ || stopping_; });
    changed_.wait_for(lock, pause_, [this] { return stopping_; });
    dirty_ = false;
    if (stopping_) return;  // what is left is done after the next start
    lock.unlock();
    work_();
    lock.lock();
  }
}

}  // namespace confab::storage
