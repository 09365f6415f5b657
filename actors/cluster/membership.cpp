#include "actors/cluster/membership.hpp"

#include <algorithm>
#include <utility>

namespace confab::actors::cluster {

namespace {

const ClusterNode* find(const ClusterView& view, NodeId id) {
  const auto found = std::find_if(view.nodes.begin(), view.nodes.end(),
                                  [id](const ClusterNode& node) { return node.id == id; });
  return found == view.nodes.end() ? nullptr : &*found;
}

/// One call of step(): the actions as they come up.
class Step {
 public:
  Step(MembershipState& state, Moment now) : state_(state), now_(now) {}

  void operator()(const Tick&) { poll_if_due(); }

  void operator()(const PollFailed&) {
    state_.polling = false;
    state_.next_poll = now_ + state_.timers.settling;
  }

  void operator()(const MapDoubted&) {
    state_.next_poll = std::min(state_.next_poll, now_);
    poll_if_due();
  }

  void operator()(const LinksSeen& seen) {
    state_.reached = seen.reached;
    state_.missed = seen.missed;
  }

  void operator()(const Claimed& claimed) {
    state_.claiming.erase(claimed.shard);
    if (claimed.epoch) take_up(claimed.shard, *claimed.epoch);
  }

  void operator()(const Drained& drained) {
    const auto found = state_.held.find(drained.shard);
    if (found == state_.held.end() || !found->second.draining) return;
    release(drained.shard, found->second.epoch);
    state_.held.erase(found);
  }

  void operator()(const Released&) { state_.next_poll = std::min(state_.next_poll, now_); }

  void operator()(const LeaveWanted&) {
    if (std::exchange(state_.leave_wanted, true)) return;
    actions_.emplace_back(MarkLeaving{});
    state_.next_poll = std::min(state_.next_poll, now_);
  }

  void operator()(const Polled& polled) {
    state_.polling = false;
    state_.view = polled.view;
    const ClusterNode* self = find(state_.view, state_.self);
    if (self == nullptr || self->state == NodeState::dead) {
      return end({"this node was declared dead", false});
    }
    state_.own_state = self->state;
    drop_lost();
    // Only now: until here a shard that was lost might have been served under the new lease.
    actions_.emplace_back(ExtendLease{polled.sent + state_.timers.lease});
    feel_pulses();
    judge_links();
    join_or_leave();
    if (state_.ended) return;
    move_shards();
    const bool settling = is_settling();
    state_.next_poll = polled.sent + (settling ? state_.timers.settling : state_.timers.heartbeat);
  }

  Actions take_actions() { return std::move(actions_); }

 private:
  void poll_if_due() {
    if (state_.polling || now_ < state_.next_poll) return;
    state_.polling = true;
    actions_.emplace_back(Poll{});
  }

  void end(Exit exit) {
    state_.ended = true;
    for (const auto& [shard, holding] : state_.held) actions_.emplace_back(StopServing{shard});
    state_.held.clear();
    actions_.emplace_back(std::move(exit));
  }

  void take_up(ShardIndex shard, std::int64_t epoch) {
    state_.held[shard] = {epoch, false};
    actions_.emplace_back(StartServing{shard, epoch});
  }

  void release(ShardIndex shard, std::int64_t epoch) {
    state_.given_up[shard] = epoch;
    actions_.emplace_back(Release{shard, epoch});
  }

  void drop_lost() {
    for (auto it = state_.held.begin(); it != state_.held.end();) {
      const storage::ShardOwner& row = state_.view.shards[it->first];
      if (row.owner == state_.self && row.epoch == it->second.epoch) {
        ++it;
        continue;
      }
      actions_.emplace_back(StopServing{it->first});
      it = state_.held.erase(it);
    }
  }

  /// Who has not been heard of for too long is declared dead.
  void feel_pulses() {
    // A look that comes late (this node was paused, the database away) says nothing of others.
    const bool was_away = !state_.last_look || now_ - *state_.last_look > state_.timers.longest_gap;
    if (was_away) state_.pulses.clear();
    state_.last_look = now_;
    std::map<NodeId, MembershipState::Pulse> pulses;
    for (const ClusterNode& node : state_.view.nodes) {
      if (node.id == state_.self) continue;
      const auto known = state_.pulses.find(node.id);
      const bool is_same =
          known != state_.pulses.end() && known->second.heartbeats == node.heartbeats;
      MembershipState::Pulse pulse{node.heartbeats, now_, 0, known != state_.pulses.end()};
      if (is_same) {
        pulse = known->second;
        ++pulse.unchanged;
      }
      pulses.emplace(node.id, pulse);
      const bool is_silent = now_ - pulse.since >= state_.timers.dead_after &&
                             pulse.unchanged >= state_.timers.unchanged_polls;
      if (is_silent && node.state != NodeState::dead) {
        actions_.emplace_back(DeclareDead{node.id, node.heartbeats});
      }
    }
    state_.pulses = std::move(pulses);
  }

  void judge_links() {
    if (state_.own_state != NodeState::up) return;
    for (const NodeId peer : nodes_up(state_.view)) {
      if (peer == state_.self) continue;
      const bool is_reported = std::find(state_.view.broken.begin(), state_.view.broken.end(),
                                         BrokenLink{state_.self, peer}) != state_.view.broken.end();
      if (!is_reported && state_.missed.contains(peer)) {
        actions_.emplace_back(ReportLink{peer, true});
      } else if (is_reported && state_.reached.contains(peer)) {
        actions_.emplace_back(ReportLink{peer, false});
      }
    }
    std::map<BrokenLink, Moment> since;
    bool is_lasting = false;
    const std::set<NodeId> beating = beating_nodes();
    for (const BrokenLink& link : state_.view.broken) {
      const auto known = state_.broken_since.find(link);
      const Moment first = known == state_.broken_since.end() ? now_ : known->second;
      since.emplace(link, first);
      is_lasting = is_lasting || now_ - first >= state_.timers.broken_for;
    }
    state_.broken_since = std::move(since);
    if (is_lasting && most_disconnected(state_.view.nodes, state_.view.broken, beating)) {
      actions_.emplace_back(PartDisconnected{beating});
    }
  }

  std::set<NodeId> beating_nodes() const {
    std::set<NodeId> beating{state_.self};
    for (const auto& [node, pulse] : state_.pulses) {
      const bool is_recent = now_ - pulse.since < state_.timers.longest_gap;
      if (pulse.has_beaten && is_recent) beating.insert(node);
    }
    return beating;
  }

  void join_or_leave() {
    if (state_.own_state == NodeState::joining && !state_.leave_wanted) {
      const std::vector<NodeId> up = nodes_up(state_.view);
      const bool reaches_all = std::all_of(
          up.begin(), up.end(), [this](NodeId node) { return state_.reached.contains(node); });
      if (reaches_all) actions_.emplace_back(BecomeUp{});
    }
    if (!state_.leave_wanted) return;
    if (state_.own_state == NodeState::up) actions_.emplace_back(MarkLeaving{});
    const bool owns_nothing =
        std::none_of(state_.view.shards.begin(), state_.view.shards.end(),
                     [this](const storage::ShardOwner& row) { return row.owner == state_.self; });
    if (owns_nothing && state_.own_state != NodeState::up) end({"left the cluster", true});
  }

  void move_shards() {
    const std::vector<NodeId> up = nodes_up(state_.view);
    std::size_t draining = 0;
    for (const auto& [shard, holding] : state_.held) draining += holding.draining ? 1 : 0;
    for (ShardIndex shard = 0; shard < state_.view.shards.size(); ++shard) {
      const storage::ShardOwner& row = state_.view.shards[shard];
      if (row.owner == state_.self) {
        keep_or_hand_over(shard, row.epoch, desired_owner(shard, up), draining);
      } else if (state_.own_state == NodeState::up && desired_owner(shard, up) == state_.self &&
                 is_free(row.owner) && state_.claiming.size() < state_.timers.claims_at_once &&
                 state_.claiming.insert(shard).second) {
        actions_.emplace_back(Claim{shard, row.epoch});
      }
    }
  }

  void keep_or_hand_over(ShardIndex shard, std::int64_t epoch, NodeId desired,
                         std::size_t& draining) {
    const auto given_up = state_.given_up.find(shard);
    if (given_up != state_.given_up.end() && given_up->second == epoch) {
      actions_.emplace_back(Release{shard, epoch});
      return;
    }
    auto found = state_.held.find(shard);
    if (found == state_.held.end()) {
      // A claim whose answer was lost.
      if (!state_.claiming.contains(shard)) take_up(shard, epoch);
      return;
    }
    if (desired == state_.self || found->second.draining) return;
    if (draining >= state_.timers.draining_at_once) return;
    ++draining;
    found->second.draining = true;
    actions_.emplace_back(Drain{shard});
  }

  /// Nobody owns it, or somebody who is dead and whose last lease is over for certain.
  bool is_free(NodeId owner) const {
    if (!owner) return true;
    const ClusterNode* node = find(state_.view, owner);
    if (node == nullptr || node->state != NodeState::dead) return false;
    const auto pulse = state_.pulses.find(owner);
    return pulse != state_.pulses.end() && now_ - pulse->second.since >= state_.timers.lease_over;
  }

  bool is_settling() const {
    if (state_.own_state != NodeState::up || state_.leave_wanted) return true;
    const std::vector<NodeId> up = nodes_up(state_.view);
    for (ShardIndex shard = 0; shard < state_.view.shards.size(); ++shard) {
      const bool is_mine = state_.view.shards[shard].owner == state_.self;
      if (is_mine != (desired_owner(shard, up) == state_.self)) return true;
    }
    return false;
  }

  MembershipState& state_;
  Moment now_;
  Actions actions_;
};

}  // namespace

Actions step(MembershipState& state, const Event& event, Moment now) {
  if (state.ended) return {};
  Step step(state, now);
  std::visit(step, event);
  return step.take_actions();
}

std::vector<NodeId> nodes_up(const ClusterView& view) {
  std::vector<NodeId> up;
  for (const ClusterNode& node : view.nodes) {
    if (node.state == NodeState::up) up.push_back(node.id);
  }
  std::sort(up.begin(), up.end());
  return up;
}

}  // namespace confab::actors::cluster
