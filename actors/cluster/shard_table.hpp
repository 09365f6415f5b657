#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "actors/cluster/membership.hpp"

namespace confab::actors::cluster {

/// CLOCK_BOOTTIME: goes on while the process or the machine is stopped, and cannot be set.
Moment boot_time();

/// What this node may serve now, and whom to ask for the rest; written by the membership's thread,
/// read by every request. Thread-safe, without locks on the reading side.
class ShardTable {
 public:
  /// The ownership of a shard that takes new requests here, while the lease runs.
  std::optional<storage::Fence> serving(ShardIndex shard) const;

  /// The same for requests already taken: also while the shard is handed over.
  bool holds(storage::Fence fence) const;

  bool has_lease() const { return boot_time() < Moment(lease_.load(std::memory_order_acquire)); }
  Moment lease() const { return Moment(lease_.load()); }

  /// Who owns it, as last seen.
  storage::ShardOwner owner(ShardIndex shard) const;

  void start(storage::Fence fence);
  void drain(ShardIndex shard) { serving_[shard].store(0, std::memory_order_release); }
  void stop(ShardIndex shard);
  void extend_lease(Moment until) { lease_.store(until.count(), std::memory_order_release); }
  void show(const ClusterView& view);

  std::size_t owned() const;

 private:
  // Epochs; 0: not ours.
  std::array<std::atomic<std::int64_t>, storage::kShards> serving_{};
  std::array<std::atomic<std::int64_t>, storage::kShards> held_{};
  std::atomic<std::int64_t> lease_{0};
  std::atomic<std::shared_ptr<const std::vector<storage::ShardOwner>>> owners_;
};

}  // namespace confab::actors::cluster
