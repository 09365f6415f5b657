#pragma once

#include <cstdint>

#include "storage/model/cluster.hpp"

namespace confab::actors {

/// What a cluster is to an operator, as one node sees it.
struct ClusterStatus {
  storage::NodeId self;
  storage::ClusterView view;       ///< of the last look at the database
  std::int64_t lease_age_ms = 0;   ///< since the last good heartbeat was sent
  std::int64_t lease_ends_ms = 0;  ///< from now; 0: this node serves nothing

  // Since this node has started:
  std::uint64_t shards_taken = 0;
  std::uint64_t shards_handed_over = 0;
  std::uint64_t shards_lost = 0;
  std::uint64_t fenced_changes = 0;  ///< refused because their shard was lost
};

}  // namespace confab::actors
