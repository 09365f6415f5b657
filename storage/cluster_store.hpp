#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "storage/model/cluster.hpp"
#include "storage/model/error.hpp"

namespace confab::storage {

/// What one node reads and writes of the cluster, over a connection of its own. Not thread-safe.
/// Every call is one short transaction and ends within a few seconds; after storage_unavailable its
/// outcome is unknown, and the next call connects anew.
class ClusterStore {
 public:
  virtual ~ClusterStore() = default;

  /// Enters the node as joining; `state`, `ordinal` and `heartbeats` of the row are ignored.
  virtual Result<bool> join(const ClusterNode& node) = 0;

  /// Says also which notices this instance has given. False: the node is dead and must end.
  virtual Result<bool> heartbeat(NodeId self) = 0;

  /// The first look of an instance begins the notices.
  virtual Result<ClusterView> look() = 0;

  /// Only if the node has not been heard of since: its heartbeats are still those seen.
  virtual Result<bool> declare_dead(NodeId node, std::int64_t heartbeats) = 0;

  /// Takes a shard that is free, or whose owner is dead, while `self` is up; gives the new epoch.
  /// Waits for writes under way in the shard. None: somebody else has it, or was faster.
  virtual Result<std::optional<std::int64_t>> claim(NodeId self, ShardIndex shard,
                                                    std::int64_t epoch) = 0;

  /// Frees a shard. False: it was not this node's any more.
  virtual Result<bool> release(NodeId self, Fence fence) = 0;

  /// joining -> up, joining or up -> leaving, anything -> dead. False: it was in another state.
  virtual Result<bool> become_up(NodeId self) = 0;
  virtual Result<bool> mark_leaving(NodeId self) = 0;
  virtual Result<bool> end(NodeId self) = 0;

  virtual Result<bool> report_link(BrokenLink link, bool is_broken) = 0;

  /// Declares dead whom `choose` names, until it names nobody; nobody else does the same meanwhile.
  using Choose = std::function<std::optional<NodeId>(const std::vector<ClusterNode>&,
                                                     const std::vector<BrokenLink>&)>;
  virtual Result<std::vector<NodeId>> part(const Choose& choose) = 0;

  /// Clears away what nobody needs any more: notices that all nodes have read, dead nodes.
  virtual Result<bool> forget_old() = 0;
};

}  // namespace confab::storage
