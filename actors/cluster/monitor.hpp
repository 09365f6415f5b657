#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "actors/cluster/membership.hpp"
#include "actors/cluster/shard_table.hpp"
#include "storage/cluster_store.hpp"

namespace confab::actors::cluster {

/// What the monitor asks of the rest of the node. Called on the monitor's thread.
struct MonitorHooks {
  /// Asks idle actors of the shard to rest; how many are left.
  std::function<std::size_t(ShardIndex)> rest;
  /// Ends all actors of the shard at once.
  std::function<void(ShardIndex)> drop;
  /// A fresh look at the database, before anything is done about it.
  std::function<void(const ClusterView&)> seen;
  std::function<LinksSeen()> links;
  /// Others may take shards over now: the sooner they look, the shorter nobody has them.
  std::function<void()> freed;
  /// The node is dead: the process has to end. Does not return.
  std::function<void(const std::string& reason)> die;
};

/// What happened to this node's shards since it has started.
struct ShardCounts {
  std::uint64_t taken = 0;
  std::uint64_t handed_over = 0;
  std::uint64_t lost = 0;
};

/// Carries out what the membership's rules say: a thread with a connection of its own, so that
/// nothing that keeps the node busy keeps its heartbeat.
class Monitor {
 public:
  Monitor(NodeId self, Timers timers, std::unique_ptr<storage::ClusterStore> store,
          ShardTable& table, MonitorHooks hooks);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// The node must have joined.
  void start();

  /// Hands all shards over and ends the node's row; waits for it, but not longer than `patience`.
  void leave(std::chrono::milliseconds patience);

  void stop();

  /// The map of shards is out of date. It is looked at soon, once for all who say so by then.
  void doubt() { doubted_ = true; }

  NodeState state() const { return state_; }
  /// As last seen.
  ClusterView view() const;
  ShardCounts counts() const { return {taken_, handed_over_, lost_}; }

 private:
  void run();
  void post(Event event);
  void happens(Event event);
  void carry_out(const Action& action);
  void poll();
  /// Whether the next heartbeat can wait for one more statement.
  bool has_time() const;
  void drain_shards();

  NodeId self_;
  std::unique_ptr<storage::ClusterStore> store_;
  ShardTable& table_;
  MonitorHooks hooks_;

  // --- the thread's own ---
  MembershipState membership_;
  std::deque<Event> events_;
  bool is_stepping_ = false;
  std::map<ShardIndex, Moment> draining_;  ///< until when it may take
  Moment last_look_{};
  Moment next_forgetting_{};
  bool has_freed_ = false;  ///< shards, and nobody has been told

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> inbox_;
  ClusterView view_;
  bool stopping_ = false;
  bool left_ = false;
  std::atomic<bool> doubted_{false};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<std::uint64_t> handed_over_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<NodeState> state_{NodeState::joining};
  std::thread thread_;
};

}  // namespace confab::actors::cluster
