#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"

// What the database knows of the nodes that share it.

namespace confab::storage {

/// One start of one process; a restart is another node.
using NodeId = StrongId<struct NodeTag, Uuid>;

/// Users and conversations are spread over so many shards.
inline constexpr std::uint16_t kShards = 256;
using ShardIndex = std::uint16_t;

/// Under which ownership of a shard a change was decided on. It is written only while that holds.
/// Epochs never come back, so that one names the owner too.
struct Fence {
  ShardIndex shard = 0;
  std::int64_t epoch = 0;

  friend auto operator<=>(const Fence&, const Fence&) = default;
};

/// All that one change depends on; none: it belongs to no shard.
using Fences = std::vector<Fence>;

/// Of what one actor decides; a process that is alone has epoch 0.
inline Fences fences_of(Fence fence) { return fence.epoch == 0 ? Fences{} : Fences{fence}; }

enum class NodeState : std::uint8_t {
  joining,  ///< not yet connected with all others; owns nothing
  up,
  leaving,  ///< hands its shards over
  dead,     ///< for good
};

struct ClusterNode {
  NodeId id;
  std::int64_t ordinal = 0;  ///< grows with every start of any node
  std::string name;          ///< as in its certificate
  std::string address;       ///< where others reach its cluster port
  std::string build;
  Timestamp started_at{};
  NodeState state = NodeState::joining;
  std::int64_t heartbeats = 0;
};

struct ShardOwner {
  NodeId owner;  ///< none: free
  std::int64_t epoch = 0;
};

/// `observer` cannot reach `subject`.
struct BrokenLink {
  NodeId observer;
  NodeId subject;

  friend auto operator<=>(const BrokenLink&, const BrokenLink&) = default;
};

/// Something about an account has changed that every node may remember.
struct AccountNotice {
  UserId user;
  std::optional<Uuid> ended_login;  ///< it was this login that ended, and nothing else
};

/// Everything that one look at the database shows.
struct ClusterView {
  std::vector<ClusterNode> nodes;  ///< dead ones that still own something included
  std::vector<ShardOwner> shards;  ///< by index
  std::vector<BrokenLink> broken;
  std::vector<AccountNotice> notices;  ///< new since the last look
};

}  // namespace confab::storage
