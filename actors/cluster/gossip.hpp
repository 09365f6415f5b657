#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <vector>

#include "actors/cluster/membership.hpp"
#include "actors/cluster/news.hpp"

namespace confab::actors::cluster {

/// What the gossip stands on, and whom it tells. The functions must not block, nor call it back.
struct GossipHooks {
  std::function<std::vector<NodeId>()> peers;  ///< who can be reached now
  std::function<void(NodeId to, std::string_view bytes)> send;
  std::function<Attendance()> attendance;  ///< who is here

  std::function<void()> log_grew;
  std::function<void()> look;
  std::function<void(UserTyping)> typing;
  std::function<void(NodeId, Attendance)> attended;
  std::function<void(NodeId)> gone;  ///< nobody is with that node any more, as far as is known
};

/// Tells other nodes what they would find out later, or not at all, and hears it from them (see
/// news.hpp). Thread-safe; after stop() no hook is called any more.
class Gossip {
 public:
  explicit Gossip(GossipHooks hooks) : hooks_(std::move(hooks)) {}

  /// To the nodes that listen.
  void tell_log_grew();
  void tell_typing(const UserTyping& typing);
  /// To all.
  void tell_to_look();

  /// Tells who is here, if that has changed or was not told for long. Called a few times a second.
  void beat(Moment now);

  void received(NodeId from, std::string_view bytes, Moment now);
  void stop();

 private:
  struct Peer {
    Moment heard{};
    bool listens = false;
  };

  void tell_listeners(const News& news);

  GossipHooks hooks_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::map<NodeId, Peer> peers_;  ///< who have told who is with them
  std::set<NodeId> told_;         ///< they know `last_`
  Attendance last_;
  Moment told_at_{};
};

}  // namespace confab::actors::cluster
