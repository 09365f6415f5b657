#include "tests/actors/cluster_simulation.hpp"

#include <algorithm>
#include <utility>

#include "config/overload.hpp"

namespace confab::actors::cluster::test {

namespace {

constexpr Moment kFaults{25'000};
constexpr Moment kHealing{40'000};
constexpr int kStatementTimeout = 3000;

Timers timers_with(Mistake mistake) {
  Timers timers;
  if (mistake == Mistake::impatient_claim) timers.lease_over = Moment{0};
  if (mistake == Mistake::hasty_death) {
    timers.dead_after = Moment{2000};
    timers.unchanged_polls = 1;
    timers.lease_over = Moment{0};
  }
  return timers;
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, Mistake mistake)
    : random_(seed), mistake_(mistake), timers_(timers_with(mistake)) {}

std::string Simulation::run() {
  for (std::size_t machine = 0; machine < kMachines; ++machine) {
    at(between(0, 3000), [this, machine] { start(machine); });
  }
  for (Moment when = between(4000, 8000); when < kFaults; when += between(300, 7000)) {
    at(when, [this] { fault(); });
  }
  at(kFaults, [this] { heal(); });
  while (!agenda_.empty() && now_ < kFaults + kHealing && complaint_.empty()) {
    auto next = agenda_.extract(agenda_.begin());
    now_ = next.key();
    next.mapped()();
  }
  if (complaint_.empty()) judge_end();
  return complaint_;
}

void Simulation::at(Moment when, std::function<void()> what) {
  agenda_.emplace(when, std::move(what));
}

Moment Simulation::between(int least, int most) {
  return Moment{least + static_cast<int>(random_() % static_cast<unsigned>(most - least + 1))};
}

// --- nodes ---

void Simulation::start(std::size_t machine) {
  if (on_machine_[machine] && on_machine_[machine]->alive) return;
  storage::Uuid uuid;
  for (auto& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random_());
  auto node = std::make_shared<Node>(NodeId{uuid}, machine, timers_);
  nodes_.push_back(node);
  on_machine_[machine] = node;
  ClusterNode row;
  row.id = node->state.self;
  row.ordinal = ++nodes_started_;
  rows_.push_back(row);
  paused_.erase(machine);
  tick(node);
}

void Simulation::tick(const NodeRef& node) {
  if (!node->alive) return;
  happens(node, links(*node));
  happens(node, Tick{});
  at(now_ + between(80, 120), [this, node] { tick(node); });
}

void Simulation::happens(const NodeRef& node, const Event& event) {
  if (!node->alive) return;
  if (paused_.contains(node->machine)) {
    const bool keeps =
        !std::holds_alternative<Tick>(event) && !std::holds_alternative<LinksSeen>(event);
    if (keeps) node->held_back.push_back(event);
    return;
  }
  Event seen = event;
  plant(*node, seen);
  Actions actions = step(node->state, seen, now_);
  plant(*node, seen, actions);
  for (Action& action : actions) node->to_do.push_back(std::move(action));
  work(node);
}

/// One after the other; a statement is waited for.
void Simulation::work(const NodeRef& node) {
  while (node->alive && !node->busy && !node->to_do.empty()) {
    const Action action = std::move(node->to_do.front());
    node->to_do.pop_front();
    node->busy = carry_out(node, action);
  }
}

void Simulation::end(Node& node) {
  node.alive = false;
  node.serving.clear();
  node.to_do.clear();
  node.held_back.clear();
  if (on_machine_[node.machine].get() == &node) {
    at(now_ + between(500, 4000), [this, machine = node.machine] { start(machine); });
  }
}

/// Whether a statement is under way now.
bool Simulation::carry_out(const NodeRef& node, const Action& action) {
  const NodeId self = node->state.self;
  auto tell = [&](std::function<void()> effect) {
    ask(
        node, std::move(effect), [] { return Tick{}; }, Tick{});
    return true;
  };
  return std::visit(config::Overload{
                        [&](const Poll&) {
                          poll(node);
                          return true;
                        },
                        [&](const DeclareDead& dead) {
                          return tell([this, dead] {
                            ClusterNode* other = row(dead.node);
                            if (other->heartbeats == dead.heartbeats)
                              other->state = NodeState::dead;
                          });
                        },
                        [&](const Claim& wanted) {
                          auto epoch = std::make_shared<std::optional<std::int64_t>>();
                          ask(
                              node, [this, self, wanted, epoch] { *epoch = claim(self, wanted); },
                              [wanted, epoch] {
                                return Claimed{wanted.shard, *epoch};
                              },
                              Claimed{wanted.shard, std::nullopt});
                          return true;
                        },
                        [&](const Release& given) {
                          ask(
                              node,
                              [this, self, given] {
                                storage::ShardOwner& shard = shards_[given.shard];
                                if (shard.owner == self && shard.epoch == given.epoch) {
                                  shard = {NodeId{}, given.epoch + 1};
                                }
                              },
                              [given] { return Released{given.shard}; }, Released{given.shard});
                          return true;
                        },
                        [&](const BecomeUp&) {
                          return tell([this, self] {
                            if (row(self)->state == NodeState::joining)
                              row(self)->state = NodeState::up;
                          });
                        },
                        [&](const MarkLeaving&) {
                          return tell([this, self] {
                            if (row(self)->state != NodeState::dead)
                              row(self)->state = NodeState::leaving;
                          });
                        },
                        [&](const ReportLink& report) {
                          return tell([this, self, report] {
                            if (report.broken) {
                              broken_.insert({self, report.peer});
                            } else {
                              broken_.erase({self, report.peer});
                            }
                          });
                        },
                        [&](const PartDisconnected& part) {
                          return tell([this, part] { part_disconnected(part.beating); });
                        },
                        [&](const StartServing& start) {
                          node->serving[start.shard] = start.epoch;
                          judge(*node, start.shard);
                          return false;
                        },
                        [&](const StopServing& stop) {
                          node->serving.erase(stop.shard);
                          return false;
                        },
                        [&](const Drain& drain) {
                          at(now_ + between(0, 300), [this, node, drain] {
                            node->serving.erase(drain.shard);
                            happens(node, Drained{drain.shard});
                          });
                          return false;
                        },
                        [&](const ExtendLease& lease) {
                          node->lease = std::max(node->lease, lease.until);
                          for (const auto& [shard, epoch] : node->serving) judge(*node, shard);
                          return false;
                        },
                        [&](const Exit& exit) {
                          if (exit.wanted) row(self)->state = NodeState::dead;
                          end(*node);
                          return false;
                        },
                    },
                    action);
}

void Simulation::plant(Node& node, Event& event) {
  if (mistake_ == Mistake::takes_back_released) node.state.given_up.clear();
  auto* polled = std::get_if<Polled>(&event);
  if (polled == nullptr) return;
  if (mistake_ == Mistake::lease_from_answer) polled->sent = now_;
  if (mistake_ != Mistake::overlooks_own_death) return;
  for (ClusterNode& row : polled->view.nodes) {
    if (row.id == node.state.self) row.state = NodeState::up;
  }
}

void Simulation::plant(const Node& node, const Event& event, Actions& actions) const {
  const auto* polled = std::get_if<Polled>(&event);
  if (polled == nullptr || mistake_ != Mistake::claim_from_living) return;
  for (ShardIndex shard = 0; shard < kShardsHere; ++shard) {
    const storage::ShardOwner& owner = polled->view.shards[shard];
    const bool wanted = desired_owner(shard, nodes_up(polled->view)) == node.state.self;
    if (wanted && owner.owner != node.state.self) actions.emplace_back(Claim{shard, owner.epoch});
  }
}

// --- the database ---

bool Simulation::reaches_database(std::size_t machine) const {
  return !database_down_ && !cut_from_database_.contains(machine);
}

/// A statement: it takes effect some time after it was sent, and is answered some time after that.
/// When the way is cut, neither may happen, or only the answer is lost, or the effect comes late.
void Simulation::ask(const NodeRef& node, std::function<void()> effect,
                     std::function<Event()> answer, Event failure) {
  auto finish = [this, node](const Event& event) {
    node->busy = false;
    happens(node, event);
    work(node);
  };
  at(now_ + between(0, 20), [=, this] {
    if (!reaches_database(node->machine)) {
      if (!database_down_ && chance(15)) at(now_ + between(0, kStatementTimeout), effect);
      const Moment noticed = between(1, kStatementTimeout);
      return at(now_ + noticed, [finish, failure] { finish(failure); });
    }
    const bool is_slow = chance(3);
    effect();
    at(now_ + (is_slow ? between(20, kStatementTimeout) : between(0, 20)),
       [=, this] { finish(reaches_database(node->machine) ? answer() : failure); });
  });
}

void Simulation::poll(const NodeRef& node) {
  const NodeId self = node->state.self;
  const Moment sent = now_;
  ask(
      node,
      [this, self] {
        if (row(self)->state != NodeState::dead) ++row(self)->heartbeats;
      },
      [this, sent] {
        return Polled{sent, look()};
      },
      PollFailed{});
}

ClusterView Simulation::look() const {
  return {rows_, shards_, std::vector<BrokenLink>(broken_.begin(), broken_.end()), {}};
}

ClusterNode* Simulation::row(NodeId node) {
  return &*std::find_if(rows_.begin(), rows_.end(),
                        [node](const ClusterNode& one) { return one.id == node; });
}

std::optional<std::int64_t> Simulation::claim(NodeId node, const Claim& claim) {
  storage::ShardOwner& shard = shards_[claim.shard];
  const bool is_free = !shard.owner || row(shard.owner)->state == NodeState::dead ||
                       mistake_ == Mistake::claim_from_living;
  if (shard.epoch != claim.epoch || !is_free || row(node)->state != NodeState::up) {
    return std::nullopt;
  }
  shard = {node, claim.epoch + 1};
  const auto [entry, is_first] = owners_.try_emplace({claim.shard, shard.epoch}, node);
  if (!is_first && entry->second != node) complain("two owners in one epoch");
  return shard.epoch;
}

void Simulation::part_disconnected(const std::set<NodeId>& beating) {
  while (true) {
    const auto worst =
        most_disconnected(rows_, std::vector<BrokenLink>(broken_.begin(), broken_.end()), beating);
    if (!worst) return;
    row(*worst)->state = NodeState::dead;
  }
}

/// Links are judged by what they do now: the counting of missed answers is not simulated.
LinksSeen Simulation::links(const Node& node) const {
  LinksSeen seen;
  for (const NodeRef& other : on_machine_) {
    if (!other || other.get() == &node) continue;
    const bool is_cut = cut_links_.contains(std::minmax(node.machine, other->machine));
    const bool answers = other->alive && !paused_.contains(other->machine);
    (is_cut || !answers ? seen.missed : seen.reached).insert(other->state.self);
  }
  return seen;
}

}  // namespace confab::actors::cluster::test
