#include "actors/cluster/shard_table.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace confab::actors::cluster {

Moment boot_time() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::duration_cast<Moment>(std::chrono::seconds(now.tv_sec) +
                                            std::chrono::nanoseconds(now.tv_nsec));
}

std::optional<storage::Fence> ShardTable::serving(ShardIndex shard) const {
  const std::int64_t epoch = serving_[shard].load(std::memory_order_acquire);
  if (epoch == 0 || !has_lease()) return std::nullopt;
  return storage::Fence{shard, epoch};
}

bool ShardTable::holds(storage::Fence fence) const {
  return held_[fence.shard].load(std::memory_order_acquire) == fence.epoch && has_lease();
}

storage::ShardOwner ShardTable::owner(ShardIndex shard) const {
  const auto owners = owners_.load();
  return owners && shard < owners->size() ? (*owners)[shard] : storage::ShardOwner{};
}

void ShardTable::start(storage::Fence fence) {
  held_[fence.shard].store(fence.epoch, std::memory_order_release);
  serving_[fence.shard].store(fence.epoch, std::memory_order_release);
}

void ShardTable::stop(ShardIndex shard) {
  serving_[shard].store(0, std::memory_order_release);
  held_[shard].store(0, std::memory_order_release);
}

void ShardTable::show(const ClusterView& view) {
  owners_.store(std::make_shared<const std::vector<storage::ShardOwner>>(view.shards));
}

std::size_t ShardTable::owned() const {
  return static_cast<std::size_t>(std::count_if(
      held_.begin(), held_.end(), [](const auto& epoch) { return epoch.load() != 0; }));
}

}  // namespace confab::actors::cluster
