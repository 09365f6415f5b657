#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/cluster/membership.hpp"
#include "storage/model/error.hpp"

namespace caf {
class actor_system;
class actor_system_config;
}  // namespace caf

namespace confab::actors::cluster {

class Gate;

struct LinksCallbacks {
  /// A whole message from another node. On the endpoint's thread: must not block.
  std::function<void(NodeId from, std::uint64_t id, bool is_reply, std::string bytes)> received;
  /// Nothing that was sent to that node will be answered any more.
  std::function<void(NodeId peer)> lost;
  /// Several times a second, on a thread of the links: must not block.
  std::function<void()> beat;
};

/// The connections to the other nodes: CAF's network, through the gate. Of each two nodes the one
/// with the smaller id connects, again and again; both ping. Long messages go in pieces. All
/// functions may be called from any thread.
class Links {
 public:
  /// Lets CAF's network in; before the actor system is made.
  static void configure(caf::actor_system_config& config);

  Links(caf::actor_system& system, Gate& gate, NodeId self, LinksCallbacks callbacks);
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  /// Opens CAF's port on the loopback address, and begins to connect.
  storage::Result<bool> start();
  void stop();

  /// Whom to be connected with.
  void show(const ClusterView& view);

  /// Who has answered a ping lately, and who has not for too long.
  LinksSeen seen() const;

  /// With whom there is a connection.
  std::vector<NodeId> connected() const;

  /// How much longer than needed a message of that node has been on its way until now; `sent`: by
  /// its clock.
  Moment time_lost(NodeId from, Moment sent) const;

  /// False: there is no connection, and nothing was sent.
  bool send(NodeId to, std::uint64_t id, bool is_reply, std::string_view bytes);

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace confab::actors::cluster
