#include "storage/sql/checkpointer.hpp"

#include <chrono>

namespace confab::storage {

namespace {

constexpr std::chrono::milliseconds kPause{500};

/// Beyond this many pages (32 MiB) writers are made to wait until the log can begin anew.
constexpr int kLongestLog = 8192;

}  // namespace

Checkpointer::Checkpointer(std::unique_ptr<Session> session)
    : session_(std::move(session)), thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Checkpointer::something_written() {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = !std::exchange(dirty_, true);
  }
  if (first) changed_.notify_one();
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return dirty_ || stopping_; });
    changed_.wait_for(lock, kPause, [this] { return stopping_; });
    dirty_ = false;
    if (stopping_) return;  // the last connection to close carries over what is left
    lock.unlock();
    checkpoint();
    lock.lock();
  }
}

void Checkpointer::checkpoint() {
  // A failure leaves the log as it is: nothing is lost, and the next round tries again.
  int pages = 0;
  int carried = 0;
  sqlite_api::sqlite3_wal_checkpoint_v2(session_->sqlite(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                        &pages, &carried);
  if (pages > kLongestLog) {
    sqlite_api::sqlite3_wal_checkpoint_v2(session_->sqlite(), nullptr, SQLITE_CHECKPOINT_RESTART,
                                          nullptr, nullptr);
  }
}

}  // namespace confab::storage
