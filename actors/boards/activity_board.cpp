#include "actors/boards/activity_board.hpp"

#include "storage/model/uuid.hpp"

namespace confab::actors {

void Activity::touch(storage::Timestamp time) {
  std::int64_t micros = storage::to_micros(time);
  std::int64_t known = updated_at.load(std::memory_order_relaxed);
  while (known < micros && !updated_at.compare_exchange_weak(known, micros)) {
  }
}

// Starting anywhere keeps validators from an earlier process, or from another node, from matching
// by accident.
ActivityBoard::ActivityBoard()
    : next_version_(std::hash<storage::Uuid>{}(storage::make_uuid4()) / 2) {}

ActivityRef ActivityBoard::get(storage::ConversationId conversation) {
  Shard& shard = shards_[std::hash<storage::ConversationId>{}(conversation) % kShards];
  std::lock_guard lock(shard.mutex);
  std::weak_ptr<Activity>& entry = shard.entries[conversation];
  if (auto known = entry.lock()) return known;
  auto fresh = std::make_shared<Activity>();
  fresh->version = next_version_.fetch_add(1);
  entry = fresh;
  if (shard.entries.size() > shard.forget_at) {
    std::erase_if(shard.entries, [](const auto& item) { return item.second.expired(); });
    shard.forget_at = shard.entries.size() * 2 + 1024;
  }
  return fresh;
}

void ActivityBoard::changed(Activity& activity) {
  activity.version.store(next_version_.fetch_add(1), std::memory_order_release);
}

}  // namespace confab::actors
