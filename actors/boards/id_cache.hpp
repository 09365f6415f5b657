#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "storage/model/uuid.hpp"

namespace confab::actors {

/// Which small id belongs to a UUID: it never changes, so what was once looked up need not be
/// again. Bounded: a full shard starts anew. Thread-safe.
template <class Id>
class IdCache {
 public:
  std::optional<Id> find(const storage::Uuid& uuid) const {
    const Shard& part = shards_[index(uuid)];
    std::lock_guard lock(part.mutex);
    auto found = part.ids.find(uuid);
    if (found == part.ids.end()) return std::nullopt;
    return found->second;
  }

  void put(const storage::Uuid& uuid, Id id) {
    Shard& part = shards_[index(uuid)];
    std::lock_guard lock(part.mutex);
    if (part.ids.size() >= kPerShard) part.ids.clear();
    part.ids.insert_or_assign(uuid, id);
  }

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kPerShard = 16'384;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<storage::Uuid, Id> ids;
  };

  static std::size_t index(const storage::Uuid& uuid) { return uuid.bytes[15] % kShards; }

  std::array<Shard, kShards> shards_;
};

}  // namespace confab::actors
