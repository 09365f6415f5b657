#include "actors/boards/page_board.hpp"

#include <utility>

#include "config/metrics.hpp"

namespace confab::actors {

namespace {

const metrics::Counter& hits() {
  static const metrics::Counter counter = metrics::counter(
      "confab_page_board_hits_total", "Newest pages answered without asking an actor.");
  return counter;
}

std::size_t bytes_of(const ListView& page) {
  constexpr std::size_t kEntryBytes = 256;
  return page.items.size() + kEntryBytes;
}

}  // namespace

std::size_t PageBoard::KeyHash::operator()(const Key& key) const {
  // Fibonacci hashing: neighbours get shards and buckets of their own.
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
  std::uint64_t hash = key.conversation.value * kGolden;
  hash = (hash ^ key.viewer.value) * kGolden;
  hash = (hash ^ key.limit) * kGolden;
  return hash >> 16;
}

std::optional<PageBoard::Key> PageBoard::key_of(ConversationId conversation,
                                                const ListMessages& look) {
  const Window& window = look.window;
  if (look.oldest_first || window.older_than || window.offset != 0) return std::nullopt;
  return Key{conversation, look.caller.user, window.limit, look.caller.role, look.with_replies};
}

PageBoard::Stamp PageBoard::stamp(const ActivityRef& activity, storage::Fence fence) const {
  return {activity, activity->version.load(std::memory_order_acquire), people_.version(), fence};
}

bool PageBoard::is_current(const Stamp& stamp) const {
  return stamp.activity->version.load(std::memory_order_acquire) == stamp.version &&
         people_.version() == stamp.names_version;
}

std::optional<PageBoard::Found> PageBoard::find(ConversationId conversation,
                                                const ListMessages& look) {
  const auto key = key_of(conversation, look);
  if (!key) return std::nullopt;
  Shard& shard = shard_of(*key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.young.find(*key);
  if (found == shard.young.end()) {
    auto moved = shard.old.extract(*key);
    if (moved.empty()) return std::nullopt;
    keep(shard, *key, std::move(moved.mapped()));
    found = shard.young.find(*key);
  }
  const Entry& entry = found->second;
  if (!is_current(entry.stamp)) return std::nullopt;
  hits().add(1);
  return Found{entry.page, entry.stamp.fence};
}

void PageBoard::put(ConversationId conversation, const ListMessages& look, Stamp stamp,
                    const ListView& page) {
  const auto key = key_of(conversation, look);
  if (!key) return;
  if (bytes_of(page) > bytes_per_generation_ / 4) return;
  Entry entry{std::move(stamp), std::make_shared<const ListView>(page)};
  Shard& shard = shard_of(*key);
  std::lock_guard lock(shard.mutex);
  keep(shard, *key, std::move(entry));
}

void PageBoard::keep(Shard& shard, const Key& key, Entry entry) {
  const std::size_t bytes = bytes_of(*entry.page);
  if (shard.young_bytes + bytes > bytes_per_generation_) {
    shard.old = std::exchange(shard.young, {});
    shard.young_bytes = 0;
  }
  // A page that replaces another counts again, which only makes the generation shorter.
  shard.young_bytes += bytes;
  shard.young.insert_or_assign(key, std::move(entry));
}

}  // namespace confab::actors
