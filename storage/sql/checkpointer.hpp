#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "storage/sql/session.hpp"

namespace confab::storage {

/// Carries SQLite's write-ahead log into the database in the background, so that no commit has to
/// stop for it. Works only while something is being written. something_written() is thread-safe.
class Checkpointer {
 public:
  explicit Checkpointer(std::unique_ptr<Session> session);
  ~Checkpointer();

  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  void something_written();

 private:
  void run();
  void checkpoint();

  std::unique_ptr<Session> session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool dirty_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when the rest is there
};

}  // namespace confab::storage
