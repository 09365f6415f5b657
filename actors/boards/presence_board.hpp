#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/model/cluster.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

namespace confab::actors {

/// Who is online: has an open event stream, or was active in the last minute, on this node or, as
/// far as the others have said, on another one. Thread-safe.
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

  /// The same on this node alone.
  std::vector<storage::UserId> online_here(storage::Timestamp now) const;
  std::size_t streams_here() const;

  /// Who is on another node; takes the place of what was known of that one.
  void put_others(storage::NodeId node, const std::vector<storage::UserId>& online,
                  std::size_t streams);
  void forget_others(storage::NodeId node);

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

  struct Others {
    std::unordered_set<storage::UserId> online;
    std::size_t streams = 0;
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

  bool is_elsewhere(storage::UserId user) const;

  std::array<Shard, kShards> shards_;
  std::atomic<bool> has_others_{false};  ///< else nobody need look
  mutable std::shared_mutex others_mutex_;
  std::map<storage::NodeId, Others> others_;
};

}  // namespace confab::actors
