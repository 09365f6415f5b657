#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "storage/model/cluster.hpp"

// Where things belong. Pure functions that must give the same on every node, whatever its build:
// never change them.

namespace confab::actors::cluster {

using storage::BrokenLink;
using storage::ClusterNode;
using storage::NodeId;
using storage::ShardIndex;

/// In which of the kShards shards a key is.
ShardIndex shard_of(storage::ConversationId conversation);
ShardIndex shard_of(storage::UserId user);
/// For work that belongs to a word rather than to an id: a client's address, for instance.
ShardIndex shard_of(std::string_view word);

/// Which of the nodes should own the shard (rendezvous hashing: a node that comes or goes moves
/// only its own share). None if there are no nodes.
NodeId desired_owner(ShardIndex shard, const std::vector<NodeId>& nodes);

/// The node to part with so that all that are up can reach each other: the one with most broken
/// links, among equals the youngest. Only links between nodes that are up and `beating` count: one
/// that is silent will be found dead by that, and must not take a living one with it. None if no
/// such link is broken.
std::optional<NodeId> most_disconnected(const std::vector<ClusterNode>& nodes,
                                        const std::vector<BrokenLink>& broken,
                                        const std::set<NodeId>& beating);

}  // namespace confab::actors::cluster
