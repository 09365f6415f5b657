#include <algorithm>
#include <utility>

#include "tests/actors/cluster_simulation.hpp"

// What befalls the nodes of a simulation, and what it says of them.

namespace confab::actors::cluster::test {

void Simulation::fault() {
  if (faults_are_over_) return;
  const auto machine = static_cast<std::size_t>(between(0, kMachines - 1).count());
  const NodeRef node = on_machine_[machine];
  const Moment span = chance(30) ? between(100, 1500) : between(1000, 15'000);
  switch (between(0, 6).count()) {
    case 0:
      if (node && node->alive) end(*node);
      break;
    case 1:
    case 2:
      paused_.insert(machine);
      at(now_ + span, [this, machine] {
        paused_.erase(machine);
        const NodeRef resumed = on_machine_[machine];
        if (!resumed) return;
        for (const Event& event : std::exchange(resumed->held_back, {})) happens(resumed, event);
      });
      break;
    case 3:
      cut_from_database_.insert(machine);
      at(now_ + span, [this, machine] { cut_from_database_.erase(machine); });
      break;
    case 4: {
      const std::pair<std::size_t, std::size_t> link =
          std::minmax(machine, (machine + 1) % kMachines);
      cut_links_.insert(link);
      at(now_ + span, [this, link] { cut_links_.erase(link); });
      break;
    }
    case 5:
      if (chance(50)) return;
      database_down_ = true;
      at(now_ + span, [this] { database_down_ = false; });
      break;
    default:
      if (node && node->alive) happens(node, LeaveWanted{});
      break;
  }
}

void Simulation::heal() {
  faults_are_over_ = true;
  database_down_ = false;
  cut_from_database_.clear();
  cut_links_.clear();
  for (std::size_t machine = 0; machine < kMachines; ++machine) {
    if (paused_.erase(machine) == 0 || !on_machine_[machine]) continue;
    const NodeRef resumed = on_machine_[machine];
    for (const Event& event : std::exchange(resumed->held_back, {})) happens(resumed, event);
  }
}

/// Nobody else may serve the shard at this moment.
void Simulation::judge(const Node& node, ShardIndex shard) {
  const bool leases_count = mistake_ != Mistake::no_lease_check;
  auto may_serve = [&](const Node& one) {
    return one.alive && one.serving.contains(shard) && (!leases_count || now_ < one.lease);
  };
  if (!may_serve(node)) return;
  for (const NodeRef& other : nodes_) {
    if (other.get() != &node && may_serve(*other)) complain("two nodes serve one shard");
  }
}

void Simulation::judge_end() {
  const std::vector<NodeId> up = nodes_up(look());
  if (up.size() != kMachines) complain("not all nodes are up again");
  for (ShardIndex shard = 0; shard < kShardsHere; ++shard) {
    const NodeId desired = desired_owner(shard, up);
    if (shards_[shard].owner != desired) complain("a shard is not where it belongs");
    for (const NodeRef& node : on_machine_) {
      const bool serves = node->serving.contains(shard) && now_ < node->lease;
      if (serves != (node->state.self == desired)) complain("a shard is not served by its owner");
    }
  }
}

void Simulation::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::to_string(now_.count()) + " ms: " + std::move(what);
}

}  // namespace confab::actors::cluster::test
