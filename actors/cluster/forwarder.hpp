#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/cluster/envelope.hpp"
#include "actors/cluster/shard_table.hpp"

namespace confab::actors::cluster {

struct ForwarderTimes {
  Moment budget{kRequestBudget};
  Moment attempt{1500};  ///< for one try
  Moment pause{40};      ///< before the next one
};

/// What the forwarder stands on. The functions must not block.
struct ForwarderHooks {
  std::function<bool(NodeId to, std::uint64_t id, bool is_reply, std::string_view bytes)> send;
  /// How much longer than needed a message has been on its way that was sent then, by its sender's
  /// clock.
  std::function<Moment(NodeId from, Moment sent)> time_lost;
  /// Looks at the map of shards anew, soon.
  std::function<void()> doubt;
  /// Whether the user exists, is active and has at least that role, as the database knows him.
  std::function<void(storage::UserId, storage::Role, std::function<void(Result<bool>)>)> authorise;
  /// Serves a call here.
  std::function<void(storage::Fence, const ForwardedCall&, std::function<void(EnvelopeReply)>)>
      serve;
};

/// Brings calls to the owners of their shards and answers those that come from other nodes. Every
/// call has a deadline; what is under way to one node is limited, in number and in bytes.
/// Thread-safe.
class Forwarder {
 public:
  Forwarder(NodeId self, const ShardTable& table, ForwarderHooks hooks, ForwarderTimes times = {});
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  void forward(ForwardedCall call, std::function<void(Result<std::string>)> reply);

  /// Everything under way is refused, and all that comes after.
  void stop();

  void received(NodeId from, std::uint64_t id, bool is_reply, const std::string& bytes);
  void lost(NodeId peer);

 private:
  struct Journey;
  using JourneyRef = std::shared_ptr<Journey>;
  using RunningCall = std::tuple<storage::UserId, std::uint16_t, std::string, std::string>;
  /// A call with a retry key: whom its outcome is for, or the outcome.
  struct Served {
    std::vector<std::function<void(EnvelopeReply)>> waiting;
    std::optional<EnvelopeReply> outcome;
  };
  struct Load {
    std::size_t calls = 0;
    std::size_t bytes = 0;
  };

  void attempt(const JourneyRef& journey);
  void send(const JourneyRef& journey, const storage::ShardOwner& owner);
  void conclude(const JourneyRef& journey, EnvelopeReply reply);
  void outcome_unknown(const JourneyRef& journey);
  void try_again(const JourneyRef& journey);
  void wait(const JourneyRef& journey);
  void serve(NodeId from, std::uint64_t id, Envelope envelope);
  void serve_once(storage::Fence fence, const ForwardedCall& call,
                  std::function<void(EnvelopeReply)> reply);
  void served(const RunningCall& key, const EnvelopeReply& outcome);
  void forget_outcomes();
  /// `from`: only if it had been sent there.
  JourneyRef take(std::uint64_t id, std::optional<NodeId> from = std::nullopt);
  void run();

  NodeId self_;
  const ShardTable& table_;
  ForwarderHooks hooks_;
  ForwarderTimes times_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t next_id_;
  std::map<std::uint64_t, JourneyRef> under_way_;
  std::multimap<Moment, JourneyRef> waiting_;
  std::map<NodeId, Load> loads_;
  std::map<RunningCall, Served> served_;
  std::deque<std::pair<Moment, RunningCall>> outcomes_;  ///< kept until then, oldest first
  std::thread thread_;
};

}  // namespace confab::actors::cluster
