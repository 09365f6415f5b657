#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

namespace confab::actors {

/// Who is online: has an open event stream, or was active in the last minute. Thread-safe.
class PresenceBoard {
 public:
  static constexpr std::chrono::seconds kActiveFor{60};

  /// Notes that the user has just done something. True if that is worth storing (once a minute).
  bool touch(storage::UserId user, storage::Timestamp now);

  void stream_opened(storage::UserId user);
  /// Until now he was there. True if that is worth storing.
  bool stream_closed(storage::UserId user, storage::Timestamp now);

  bool is_online(storage::UserId user, storage::Timestamp now) const;
  std::optional<storage::Timestamp> last_seen(storage::UserId user) const;
  std::vector<storage::UserId> online(storage::Timestamp now) const;
  /// Open event streams of everybody.
  std::size_t streams() const;

  /// Forgets the user: his account is gone.
  void remove(storage::UserId user);

  /// Forgets those who have been away for long (their last_seen is stored).
  void forget_absent(storage::Timestamp now);

 private:
  struct Entry {
    storage::Timestamp last_active{};
    storage::Timestamp stored{};
    int streams = 0;
  };
  static constexpr std::size_t kShards = 16;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<storage::UserId, Entry> users;
  };

  static bool is_present(const Entry& entry, storage::Timestamp now) {
    return entry.streams > 0 || entry.last_active + kActiveFor > now;
  }
  Shard& shard(storage::UserId user) {
    return shards_[static_cast<std::size_t>(user.value) % kShards];
  }
  const Shard& shard(storage::UserId user) const {
    return shards_[static_cast<std::size_t>(user.value) % kShards];
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace confab::actors
