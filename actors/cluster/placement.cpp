#include "actors/cluster/placement.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace confab::actors::cluster {

namespace {

/// The finaliser of splitmix64.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

std::uint64_t hash(std::string_view bytes) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const char byte : bytes) {
    value = (value ^ static_cast<std::uint8_t>(byte)) * 1099511628211ULL;
  }
  return mix(value);
}

std::uint64_t weight(ShardIndex shard, NodeId node) {
  const auto& bytes = node.value.bytes;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return mix(hash(text) ^ mix(shard));
}

}  // namespace

ShardIndex shard_of(storage::ConversationId conversation) {
  return mix(static_cast<std::uint64_t>(conversation.value) * 2) % storage::kShards;
}

ShardIndex shard_of(storage::UserId user) {
  return mix(static_cast<std::uint64_t>(user.value) * 2 + 1) % storage::kShards;
}

ShardIndex shard_of(std::string_view word) { return hash(word) % storage::kShards; }

NodeId desired_owner(ShardIndex shard, const std::vector<NodeId>& nodes) {
  const auto heaviest =
      std::max_element(nodes.begin(), nodes.end(), [shard](NodeId left, NodeId right) {
        const std::uint64_t of_left = weight(shard, left);
        const std::uint64_t of_right = weight(shard, right);
        return of_left != of_right ? of_left < of_right : left < right;
      });
  return heaviest == nodes.end() ? NodeId{} : *heaviest;
}

std::optional<NodeId> most_disconnected(const std::vector<ClusterNode>& nodes,
                                        const std::vector<BrokenLink>& broken,
                                        const std::set<NodeId>& beating) {
  std::map<NodeId, std::int64_t> ordinal_of;
  for (const ClusterNode& node : nodes) {
    const bool counts = node.state == storage::NodeState::up && beating.contains(node.id);
    if (counts) ordinal_of.emplace(node.id, node.ordinal);
  }
  std::map<NodeId, std::set<NodeId>> lost;
  for (const BrokenLink& link : broken) {
    if (!ordinal_of.contains(link.observer) || !ordinal_of.contains(link.subject)) continue;
    lost[link.observer].insert(link.subject);
    lost[link.subject].insert(link.observer);
  }
  const auto worst = std::max_element(lost.begin(), lost.end(), [&](const auto& a, const auto& b) {
    if (a.second.size() != b.second.size()) return a.second.size() < b.second.size();
    return ordinal_of.at(a.first) < ordinal_of.at(b.first);
  });
  if (worst == lost.end()) return std::nullopt;
  return worst->first;
}

}  // namespace confab::actors::cluster
