#include "actors/cluster/links.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/cluster/gate/gate.hpp"
#include "actors/cluster/shard_table.hpp"
#include "actors/cluster/transit_meter.hpp"
#include "actors/type_ids.hpp"
#include "config/log.hpp"

namespace caf::detail {

/// CAF tells nodes apart by the machine and the process's number. Containers share both (every
/// process there is number 1), and one that starts again would be taken for its dead self. This
/// takes the place of CAF's own function.
unsigned get_process_id() {
  static const unsigned number = [] {
    std::random_device random;
    return random() | 1U;
  }();
  return number;
}

}  // namespace caf::detail

namespace confab::actors::cluster {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::uint32_t kMostPieces = 512;
constexpr std::size_t kMostUnfinished = 256;
constexpr std::size_t kMostEarly = 64;
constexpr Moment kPing{1000};
constexpr Moment kTryAgain{1000};
constexpr Moment kReachedWithin{3000};
constexpr Moment kMissedAfter{5000};

}  // namespace

struct Links::Impl {
  struct Peer {
    std::string name;
    std::string address;
    caf::actor endpoint;
    Moment known_since{};
    std::optional<Moment> answered;
    Moment next_try{};
    TransitMeter transit;

    bool is_mute(Moment now) const {
      return !endpoint || now - answered.value_or(known_since) >= kMissedAfter;
    }
  };
  struct Unfinished {
    std::uint32_t count = 0;
    std::uint32_t next = 0;
    std::string bytes;
  };

  Impl(caf::actor_system& on, Gate& through, NodeId node, LinksCallbacks calls)
      : system(on), gate(through), self(node), callbacks(std::move(calls)) {}

  /// False: it is known already.
  bool put(NodeId node, const caf::actor& peer);
  void forget(const caf::actor_addr& gone);
  void pinged(NodeId node, const LinkPing& ping);
  void assemble(LinkPiece piece);
  void connect_all();
  void connect(const Peer& peer);
  void ping_all();
  /// False: there is no time left, the links are stopping.
  bool wait();
  void keep_connected();
  void keep_pinging();

  caf::actor_system& system;
  Gate& gate;
  NodeId self;
  LinksCallbacks callbacks;
  caf::actor endpoint;
  std::thread connecting;  ///< waits for those who do not answer
  std::thread pinging;

  mutable std::mutex mutex;
  std::condition_variable woken;
  bool stopping = false;
  std::map<NodeId, Peer> peers;
  std::map<NodeId, caf::actor> early;  ///< said hello before they were seen in the database

  // --- the endpoint's own ---
  std::map<std::pair<NodeId, std::pair<std::uint64_t, bool>>, Unfinished> unfinished;
};

namespace {

/// Receives what other nodes send. `links` outlives it.
caf::behavior endpoint_actor(caf::event_based_actor* self, Links::Impl* links);

}  // namespace

bool Links::Impl::put(NodeId node, const caf::actor& peer) {
  std::lock_guard lock(mutex);
  const auto found = peers.find(node);
  if (found != peers.end()) return std::exchange(found->second.endpoint, peer) != peer;
  if (early.size() >= kMostEarly && !early.contains(node)) return false;
  return std::exchange(early[node], peer) != peer;
}

void Links::Impl::forget(const caf::actor_addr& gone) {
  std::vector<NodeId> lost;
  {
    std::lock_guard lock(mutex);
    for (auto& [node, peer] : peers) {
      if (!peer.endpoint || peer.endpoint.address() != gone) continue;
      peer.endpoint = nullptr;
      lost.push_back(node);
    }
    std::erase_if(early, [&gone](const auto& entry) { return entry.second.address() == gone; });
    woken.notify_all();
  }
  for (const NodeId node : lost) {
    std::erase_if(unfinished, [node](const auto& entry) { return entry.first.first == node; });
    callbacks.lost(node);
  }
}

void Links::Impl::pinged(NodeId node, const LinkPing& ping) {
  const Moment now = boot_time();
  std::lock_guard lock(mutex);
  const auto found = peers.find(node);
  if (found == peers.end()) return;
  Peer& peer = found->second;
  peer.transit.note(Moment(ping.sent), now);
  if (ping.is_answer) {
    peer.answered = now;
  } else if (peer.endpoint) {
    caf::anon_send(peer.endpoint, LinkPing{self.value, now.count(), true});
  }
}

/// The pieces of a message come in order: they travel over one connection.
void Links::Impl::assemble(LinkPiece piece) {
  const NodeId from{piece.node};
  const auto key = std::pair(from, std::pair(piece.id, piece.is_reply));
  if (piece.count == 1) return callbacks.received(from, piece.id, piece.is_reply, piece.bytes);
  if (piece.index == 0 && unfinished.size() < kMostUnfinished)
    unfinished[key] = {piece.count, 0, {}};
  const auto found = unfinished.find(key);
  if (found == unfinished.end()) return;
  Unfinished& message = found->second;
  const bool fits = piece.index == message.next && piece.count == message.count &&
                    piece.count <= kMostPieces && piece.bytes.size() <= kPiece;
  if (!fits) {
    unfinished.erase(found);
    return;
  }
  message.bytes += piece.bytes;
  if (++message.next < message.count) return;
  std::string bytes = std::move(message.bytes);
  unfinished.erase(found);
  callbacks.received(from, piece.id, piece.is_reply, std::move(bytes));
}

namespace {

caf::behavior endpoint_actor(caf::event_based_actor* self, Links::Impl* links) {
  self->set_down_handler([links](caf::down_msg& down) { links->forget(down.source); });
  self->set_default_handler(caf::drop);
  return {
      [self, links](const LinkHello& hello) {
        if (!hello.endpoint) return;
        const NodeId node{hello.node};
        if (links->put(node, hello.endpoint)) self->monitor(hello.endpoint);
        // Who has connected learns from this whom he has reached: the address may have changed
        // hands.
        if (node < links->self) self->send(hello.endpoint, LinkHello{links->self.value, self});
        self->send(hello.endpoint, LinkPing{links->self.value, boot_time().count(), false});
      },
      [links](const LinkPing& ping) { links->pinged(NodeId{ping.node}, ping); },
      [links](LinkPiece& piece) { links->assemble(std::move(piece)); },
  };
}

}  // namespace

void Links::Impl::connect(const Peer& peer) {
  const auto port = gate.tunnel_to(peer.name, peer.address);
  if (!port.has_value()) {
    log::warning("cluster_address_unknown", {{"node", peer.name}, {"address", peer.address}});
    return;
  }
  caf::scoped_actor asking{system};
  asking
      ->request(system.middleman().actor_handle(), 2s, caf::connect_atom::value,
                std::string("127.0.0.1"), port.value())
      .receive(
          [&](const caf::node_id&, const caf::strong_actor_ptr& remote,
              const std::set<std::string>&) {
            const auto other = caf::actor_cast<caf::actor>(remote);
            if (!other) return;
            caf::anon_send(other, LinkHello{self.value, endpoint});
            log::info("cluster_connected", {{"node", peer.name}});
          },
          [](const caf::error&) {});  // The next round tries again.
}

/// Of two nodes the one with the smaller id connects.
void Links::Impl::connect_all() {
  std::vector<Peer> missing;
  {
    std::lock_guard lock(mutex);
    const Moment now = boot_time();
    for (auto& [node, peer] : peers) {
      if (!(self < node) || !peer.is_mute(now) || now < peer.next_try) continue;
      peer.next_try = now + kTryAgain;
      missing.push_back(peer);
    }
  }
  for (const Peer& peer : missing) connect(peer);
}

void Links::Impl::ping_all() {
  std::lock_guard lock(mutex);
  const std::int64_t now = boot_time().count();
  for (const auto& [node, peer] : peers) {
    if (peer.endpoint) caf::anon_send(peer.endpoint, LinkPing{self.value, now, false});
  }
}

bool Links::Impl::wait() {
  std::unique_lock lock(mutex);
  woken.wait_for(lock, 200ms, [this] { return stopping; });
  return !stopping;
}

void Links::Impl::keep_connected() {
  while (wait()) connect_all();
}

void Links::Impl::keep_pinging() {
  Moment next_ping{};
  while (wait()) {
    callbacks.beat();
    if (boot_time() < next_ping) continue;
    next_ping = boot_time() + kPing;
    ping_all();
  }
}

void Links::configure(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  // Without these a node that is stopped would never be noticed. In milliseconds.
  config.set("middleman.heartbeat-interval", caf::timespan{1s});
  config.set("middleman.connection-timeout", caf::timespan{5s});
}

Links::Links(caf::actor_system& system, Gate& gate, NodeId self, LinksCallbacks callbacks)
    : impl_(std::make_shared<Impl>(system, gate, self, std::move(callbacks))) {}

Links::~Links() { stop(); }

storage::Result<bool> Links::start() {
  impl_->endpoint = impl_->system.spawn(endpoint_actor, impl_.get());
  const auto port = impl_->system.middleman().publish(impl_->endpoint, 0, "127.0.0.1");
  if (!port) {
    return storage::fail(storage::ErrorCode::internal, "CAF cannot listen on the loopback address");
  }
  impl_->gate.start(*port);
  impl_->connecting = std::thread([impl = impl_.get()] { impl->keep_connected(); });
  impl_->pinging = std::thread([impl = impl_.get()] { impl->keep_pinging(); });
  return true;
}

void Links::stop() {
  if (!impl_->pinging.joinable()) return;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->woken.notify_all();
  impl_->connecting.join();
  impl_->pinging.join();
  impl_->system.middleman().unpublish(impl_->endpoint);
  caf::anon_send_exit(impl_->endpoint, caf::exit_reason::user_shutdown);
  std::lock_guard lock(impl_->mutex);
  impl_->endpoint = nullptr;
  impl_->peers.clear();
  impl_->early.clear();
}

void Links::show(const ClusterView& view) {
  std::vector<std::string> names;
  std::vector<NodeId> gone;
  {
    std::lock_guard lock(impl_->mutex);
    std::map<NodeId, Impl::Peer> peers;
    for (const ClusterNode& node : view.nodes) {
      if (node.id == impl_->self || node.state == NodeState::dead) continue;
      names.push_back(node.name);
      const auto known = impl_->peers.find(node.id);
      if (known != impl_->peers.end()) {
        peers.insert(impl_->peers.extract(known));
      } else {
        const auto early = impl_->early.extract(node.id);
        peers.emplace(node.id, Impl::Peer{node.name,
                                          node.address,
                                          early ? early.mapped() : nullptr,
                                          boot_time(),
                                          {},
                                          {},
                                          {}});
      }
    }
    for (const auto& [node, peer] : impl_->peers) gone.push_back(node);
    impl_->peers = std::move(peers);
  }
  impl_->gate.admit(std::move(names));
  for (const NodeId node : gone) impl_->callbacks.lost(node);
}

LinksSeen Links::seen() const {
  const Moment now = boot_time();
  LinksSeen seen;
  std::lock_guard lock(impl_->mutex);
  for (const auto& [node, peer] : impl_->peers) {
    const Moment since = peer.answered.value_or(peer.known_since);
    if (peer.endpoint && peer.answered && now - since < kReachedWithin) {
      seen.reached.insert(node);
    } else if (now - since >= kMissedAfter) {
      seen.missed.insert(node);
    }
  }
  return seen;
}

std::vector<NodeId> Links::connected() const {
  std::vector<NodeId> nodes;
  std::lock_guard lock(impl_->mutex);
  for (const auto& [node, peer] : impl_->peers) {
    if (peer.endpoint) nodes.push_back(node);
  }
  return nodes;
}

Moment Links::time_lost(NodeId from, Moment sent) const {
  const Moment now = boot_time();
  std::lock_guard lock(impl_->mutex);
  const auto found = impl_->peers.find(from);
  return found == impl_->peers.end() ? Moment{0} : found->second.transit.time_lost(sent, now);
}

bool Links::send(NodeId to, std::uint64_t id, bool is_reply, std::string_view bytes) {
  std::lock_guard lock(impl_->mutex);
  const auto found = impl_->peers.find(to);
  if (found == impl_->peers.end() || !found->second.endpoint) return false;
  const std::size_t count = std::max<std::size_t>(1, (bytes.size() + kPiece - 1) / kPiece);
  if (count > kMostPieces) return false;
  for (std::size_t index = 0; index < count; ++index) {
    const std::string_view part = bytes.substr(index * kPiece, kPiece);
    caf::anon_send(found->second.endpoint,
                   LinkPiece{impl_->self.value, id, is_reply, static_cast<std::uint32_t>(index),
                             static_cast<std::uint32_t>(count), std::string(part)});
  }
  return true;
}

}  // namespace confab::actors::cluster
