#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/actors/cluster_nodes.hpp"
#include "tests/actors/cluster_simulation.hpp"

namespace confab::actors::cluster::test {

namespace {

constexpr std::uint64_t kSeeds = CONFAB_SIMULATED_CLUSTERS;

/// CONFAB_CLUSTER_SEED=n runs one seed only.
std::optional<std::uint64_t> only_seed() {
  const char* text = std::getenv("CONFAB_CLUSTER_SEED");  // NOLINT(concurrency-mt-unsafe)
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

ClusterNode node_row(std::uint8_t number, NodeState state = NodeState::up) {
  ClusterNode row;
  row.id = node(number);
  row.ordinal = number;
  row.state = state;
  return row;
}

TEST(ClusterMembership, HoldsItsInvariantsWhateverHappens) {
  const std::uint64_t first = only_seed().value_or(1);
  const std::uint64_t last = only_seed().value_or(kSeeds);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const std::string complaint = Simulation(seed).run();
    ASSERT_EQ(complaint, "") << "CONFAB_CLUSTER_SEED=" << seed;
  }
}

class PlantedMistake : public testing::TestWithParam<Mistake> {};

TEST_P(PlantedMistake, IsNoticed) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (!Simulation(seed, GetParam()).run().empty()) return;
  }
  FAIL() << "no seed shows it";
}

INSTANTIATE_TEST_SUITE_P(ClusterMembership, PlantedMistake,
                         testing::Values(Mistake::no_lease_check, Mistake::lease_from_answer,
                                         Mistake::overlooks_own_death, Mistake::impatient_claim,
                                         Mistake::claim_from_living, Mistake::takes_back_released,
                                         Mistake::hasty_death));

/// A node that is up sees another one that is up too, and cannot reach it.
class BrokenLinks : public testing::Test {
 protected:
  bool parts_at(Moment now, std::int64_t heartbeats) {
    ClusterView view;
    view.nodes = {node_row(1), node_row(2)};
    view.nodes[0].heartbeats = heartbeats;
    view.shards.resize(4);
    view.broken = {{node(2), node(1)}};
    for (const Action& action : step(state_, Polled{now, view}, now)) {
      if (std::holds_alternative<PartDisconnected>(action)) return true;
    }
    return false;
  }

  MembershipState state_{node(2)};
};

TEST_F(BrokenLinks, PartNodesThatBothLive) {
  bool parts = false;
  for (int second = 1; second < 6; ++second) parts = parts_at(Moment{second * 1000}, second);
  EXPECT_TRUE(parts);
}

TEST_F(BrokenLinks, ToASilentNodeCostNobodyElseItsLife) {
  for (int second = 1; second < 30; ++second) {
    EXPECT_FALSE(parts_at(Moment{second * 1000}, 7)) << second;
  }
}

TEST(ClusterPlacement, MovesOnlyTheShareOfANodeThatGoes) {
  const std::vector<NodeId> three{node(1), node(2), node(3)};
  const std::vector<NodeId> two{node(1), node(3)};
  std::size_t moved = 0;
  for (ShardIndex shard = 0; shard < storage::kShards; ++shard) {
    const NodeId before = desired_owner(shard, three);
    const NodeId after = desired_owner(shard, two);
    if (before == node(2)) {
      ++moved;
    } else {
      EXPECT_EQ(before, after) << shard;
    }
  }
  EXPECT_GT(moved, storage::kShards / 6u);
  EXPECT_LT(moved, storage::kShards / 2u);
}

TEST(ClusterPlacement, NeverChangesBetweenBuilds) {
  EXPECT_EQ(shard_of(storage::ConversationId{1}), 206);
  EXPECT_EQ(shard_of(storage::UserId{1}), 237);
  EXPECT_EQ(shard_of("192.0.2.1"), 8);
  EXPECT_EQ(desired_owner(7, {node(1), node(2), node(3)}), node(3));
}

TEST(ClusterPlacement, PartsWithTheNodeThatLostMostLinks) {
  const std::vector<ClusterNode> rows{node_row(1), node_row(2), node_row(3)};
  const std::set<NodeId> all{node(1), node(2), node(3)};
  EXPECT_EQ(most_disconnected(rows, {}, all), std::nullopt);
  EXPECT_EQ(most_disconnected(rows, {{node(1), node(2)}}, all), node(2)) << "the younger of two";
  EXPECT_EQ(most_disconnected(rows, {{node(1), node(2)}, {node(3), node(1)}}, all), node(1));
  EXPECT_EQ(most_disconnected(rows, {{node(1), node(2)}}, {node(2), node(3)}), std::nullopt);
  const std::vector<ClusterNode> after{node_row(1, NodeState::dead), node_row(2), node_row(3)};
  EXPECT_EQ(most_disconnected(after, {{node(1), node(2)}, {node(3), node(1)}}, all), std::nullopt);
}

}  // namespace

}  // namespace confab::actors::cluster::test
