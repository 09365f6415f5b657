#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "actors/cluster/placement.hpp"

// Who is in the cluster and who owns what, as one node sees it: a state, and a pure function that
// says what to do when something happens. It knows no actors, no SQL and no clock.
//
// The database is the only arbiter. A node may serve a shard while the shard's row names it and
// while its lease runs: so long after it *sent* its last good heartbeat. Others wait longer than
// that before they take its shards, each by its own clock.

namespace confab::actors::cluster {

using storage::ClusterView;
using storage::NodeState;

/// Time since some fixed point, the node's pauses included (CLOCK_BOOTTIME). Nodes' moments cannot
/// be compared with each other.
using Moment = std::chrono::milliseconds;

struct Timers {
  Moment heartbeat{1000};
  Moment settling{100};  ///< between heartbeats while shards are on the move
  Moment lease{5000};
  /// A dead node's shards are taken so long after its last heartbeat was seen: more than `lease`.
  Moment lease_over{6000};
  Moment dead_after{8000};
  unsigned unchanged_polls = 6;  ///< as many looks must have shown no heartbeat
  Moment longest_gap{3000};      ///< between own looks; after a longer one nobody is judged by them
  Moment broken_for{2000};       ///< before a broken link costs a node its life
  std::size_t draining_at_once = 16;
  std::size_t claims_at_once = 64;  ///< between heartbeats
};

// --- what happens ---
struct Tick {};
/// The answer to Poll: the heartbeat counted, and this is what the database shows afterwards.
struct Polled {
  Moment sent{};
  ClusterView view;
};
/// No answer: the heartbeat may or may not have counted.
struct PollFailed {};
/// Somebody found the map of shards out of date.
struct MapDoubted {};
/// Which peers have answered lately, and which have not for too long. Others are too new to tell.
struct LinksSeen {
  std::set<NodeId> reached;
  std::set<NodeId> missed;
};
/// The answer to Claim; no epoch: refused, or the outcome is unknown.
struct Claimed {
  ShardIndex shard = 0;
  std::optional<std::int64_t> epoch;
};
/// The answer to Drain: no actor of the shard is left.
struct Drained {
  ShardIndex shard = 0;
};
/// The answer to Release. If the outcome is unknown the next look will show it.
struct Released {
  ShardIndex shard = 0;
};
/// The process is asked to end.
struct LeaveWanted {};

using Event = std::variant<Tick, Polled, PollFailed, MapDoubted, LinksSeen, Claimed, Drained,
                           Released, LeaveWanted>;

// --- what to do, in this order ---
/// Send a heartbeat and look at the database.
struct Poll {};
struct DeclareDead {
  NodeId node;
  std::int64_t heartbeats = 0;  ///< as seen: a later heartbeat saves it
};
struct Claim {
  ShardIndex shard = 0;
  std::int64_t epoch = 0;  ///< as seen
};
struct StartServing {
  ShardIndex shard = 0;
  std::int64_t epoch = 0;
};
/// The shard is lost: at once, before anything else is done.
struct StopServing {
  ShardIndex shard = 0;
};
/// Take no new requests of the shard, let those under way end, and say Drained.
struct Drain {
  ShardIndex shard = 0;
};
struct Release {
  ShardIndex shard = 0;
  std::int64_t epoch = 0;
};
/// Until then the node may serve what it owns.
struct ExtendLease {
  Moment until{};
};
struct BecomeUp {};
struct MarkLeaving {};
struct ReportLink {
  NodeId peer;
  bool broken = false;
};
/// Part with nodes, under the database's lock, until all that are up can reach each other.
struct PartDisconnected {
  std::set<NodeId> beating;  ///< whose heartbeats this node has seen lately, itself included
};
/// End the process; `reason` is for the log.
struct Exit {
  std::string reason;
  bool wanted = false;
};

using Action = std::variant<Poll, DeclareDead, Claim, StartServing, StopServing, Drain, Release,
                            ExtendLease, BecomeUp, MarkLeaving, ReportLink, PartDisconnected, Exit>;
using Actions = std::vector<Action>;

struct MembershipState {
  explicit MembershipState(NodeId id, Timers with = {}) : self(id), timers(with) {}

  NodeId self;
  Timers timers;
  NodeState own_state = NodeState::joining;
  ClusterView view;  ///< as last seen
  bool polling = false;
  bool leave_wanted = false;
  bool ended = false;
  Moment next_poll{};
  std::optional<Moment> last_look;

  struct Pulse {
    std::int64_t heartbeats = 0;
    Moment since{};  ///< when this count was first seen
    unsigned unchanged = 0;
    bool has_beaten = false;  ///< since it was first seen
  };
  std::map<NodeId, Pulse> pulses;
  std::map<BrokenLink, Moment> broken_since;
  std::set<NodeId> reached;
  std::set<NodeId> missed;

  struct Holding {
    std::int64_t epoch = 0;
    bool draining = false;
  };
  std::map<ShardIndex, Holding> held;
  std::set<ShardIndex> claiming;
  /// Releases that were sent may still take effect: such an ownership is never taken up again.
  std::map<ShardIndex, std::int64_t> given_up;
};

/// What the node does about an event at a moment. Changes `state`; touches nothing else.
Actions step(MembershipState& state, const Event& event, Moment now);

/// The nodes of a view that are up, by id.
std::vector<NodeId> nodes_up(const ClusterView& view);

}  // namespace confab::actors::cluster
