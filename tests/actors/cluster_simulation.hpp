#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "actors/cluster/membership.hpp"

namespace confab::actors::cluster::test {

/// Mistakes that the simulation must notice.
enum class Mistake {
  none,
  no_lease_check,       ///< serves whatever it believes to own
  lease_from_answer,    ///< counts the lease from the answer, not from the question
  overlooks_own_death,  ///< goes on though the database says that it is dead
  impatient_claim,      ///< takes a dead node's shards before its lease is over
  claim_from_living,    ///< takes shards without asking whether the owner is dead
  takes_back_released,  ///< takes up a shard again whose release may still be on its way
  hasty_death,          ///< declares others dead after less than a lease
};

/// A database and some nodes in virtual time, with faults drawn from a seed: crashes, pauses, cuts
/// between nodes and to the database, a database that stops, statements that take effect though
/// their answer is lost, or later. The same seed gives the same run.
class Simulation {
 public:
  explicit Simulation(std::uint64_t seed, Mistake mistake = Mistake::none);

  /// Faults for a while, then everything is healed. What was found wrong; empty: nothing.
  std::string run();

 private:
  static constexpr std::size_t kMachines = 3;
  static constexpr ShardIndex kShardsHere = 6;

  struct Node {
    explicit Node(NodeId id, std::size_t on, Timers timers) : state(id, timers), machine(on) {}
    MembershipState state;
    std::size_t machine;
    Moment lease{};
    std::map<ShardIndex, std::int64_t> serving;
    std::deque<Action> to_do;
    std::deque<Event> held_back;  ///< what happened while it was paused
    bool busy = false;            ///< with a statement
    bool alive = true;
  };
  using NodeRef = std::shared_ptr<Node>;

  // --- time ---
  void at(Moment when, std::function<void()> what);
  Moment between(int least, int most);
  bool chance(int percent) { return between(0, 99).count() < percent; }

  // --- nodes ---
  void start(std::size_t machine);
  void tick(const NodeRef& node);
  void happens(const NodeRef& node, const Event& event);
  void work(const NodeRef& node);
  bool carry_out(const NodeRef& node, const Action& action);
  void end(Node& node);
  void plant(Node& node, Event& event);
  void plant(const Node& node, const Event& event, Actions& actions) const;

  // --- the database ---
  void ask(const NodeRef& node, std::function<void()> effect, std::function<Event()> answer,
           Event failure);
  void poll(const NodeRef& node);
  bool reaches_database(std::size_t machine) const;
  ClusterView look() const;
  ClusterNode* row(NodeId node);
  std::optional<std::int64_t> claim(NodeId node, const Claim& claim);
  void part_disconnected(const std::set<NodeId>& beating);
  LinksSeen links(const Node& node) const;

  // --- faults and judgement ---
  void fault();
  void heal();
  void judge(const Node& node, ShardIndex shard);
  void judge_end();
  void complain(std::string what);

  std::mt19937_64 random_;
  Mistake mistake_;
  Timers timers_;
  Moment now_{};
  std::multimap<Moment, std::function<void()>> agenda_;
  std::vector<NodeRef> nodes_;  ///< all that ever were
  std::vector<NodeRef> on_machine_{kMachines};
  std::uint8_t nodes_started_ = 0;

  std::vector<ClusterNode> rows_;
  std::vector<storage::ShardOwner> shards_{kShardsHere};
  std::set<BrokenLink> broken_;
  std::map<std::pair<ShardIndex, std::int64_t>, NodeId> owners_;

  bool database_down_ = false;
  std::set<std::size_t> cut_from_database_;
  std::set<std::pair<std::size_t, std::size_t>> cut_links_;
  std::set<std::size_t> paused_;
  bool faults_are_over_ = false;
  std::string complaint_;
};

}  // namespace confab::actors::cluster::test
