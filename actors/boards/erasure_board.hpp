#pragma once

#include <mutex>
#include <unordered_set>

#include "storage/model/ids.hpp"

namespace confab::actors {

/// Which accounts are being cleared away at this moment, so that nobody does it twice at once.
/// Thread-safe.
class ErasureBoard {
 public:
  /// True if the caller is the one to do it; he must call end().
  bool begin(storage::UserId user) {
    std::lock_guard lock(mutex_);
    return under_way_.insert(user).second;
  }

  void end(storage::UserId user) {
    std::lock_guard lock(mutex_);
    under_way_.erase(user);
  }

 private:
  std::mutex mutex_;
  std::unordered_set<storage::UserId> under_way_;
};

}  // namespace confab::actors
