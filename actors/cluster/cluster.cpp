#include "actors/cluster/cluster.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <unistd.h>

#include "actors/cluster/forwarder.hpp"
#include "actors/cluster/gate/gate.hpp"
#include "actors/cluster/gossip.hpp"
#include "actors/cluster/links.hpp"
#include "actors/cluster/monitor.hpp"
#include "actors/cluster/requests.hpp"
#include "config/log.hpp"
#include "config/metrics.hpp"
#include "config/version.hpp"

namespace confab::actors {

namespace {

using namespace std::chrono_literals;
using cluster::ShardTable;

constexpr std::chrono::seconds kLeaving{8};
/// Under which number news travel: they are never answered.
constexpr std::uint64_t kNews = 0;
/// EX_UNAVAILABLE of sysexits.h: the supervisor starts a new node.
constexpr int kExitDead = 69;

cluster::Credentials credentials_of(const config::Settings& settings) {
  return {settings.cluster_cert, settings.cluster_key, settings.cluster_ca};
}

/// A dead node must not do anything more: what it still holds may be stale.
[[noreturn]] void die(const std::string& reason) {
  log::error("cluster_node_dead", {{"reason", reason}});
  log::stop();
  _exit(kExitDead);
}

}  // namespace

std::string cluster_mistake(const config::Settings& settings) {
  if (!settings.is_clustered()) return {};
  std::string mistake;
  cluster::make_tls_context(credentials_of(settings), settings.cluster_name, mistake);
  return mistake.empty() ? mistake : "The cluster port stays closed: " + mistake + ".";
}

struct Cluster::Impl {
  storage::NodeId self{storage::make_uuid4()};
  config::Settings settings;
  std::unique_ptr<cluster::Gate> gate;
  std::unique_ptr<storage::ClusterStore> store;
  ShardTable table;
  Hooks hooks;
  std::unique_ptr<cluster::Forwarder> forwarder;
  std::unique_ptr<cluster::Links> links;
  std::unique_ptr<cluster::Gossip> gossip;
  std::atomic<bool> is_started{false};
  std::unique_ptr<cluster::Monitor> monitor;
  std::vector<metrics::Observation> observations;

  storage::ClusterNode row() const {
    storage::ClusterNode node;
    node.id = self;
    node.name = settings.cluster_name;
    node.address = settings.cluster_advertise;
    node.build = config::version();
    node.started_at = storage::now();
    return node;
  }

  cluster::MonitorHooks monitor_hooks(const Context& context) {
    cluster::MonitorHooks calls;
    calls.rest = [&context](cluster::ShardIndex shard) {
      return context.conversations.send_to_rest(shard) + context.users.send_to_rest(shard);
    };
    calls.drop = [&context](cluster::ShardIndex shard) {
      context.conversations.drop(shard);
      context.users.drop(shard);
    };
    calls.seen = [this](const storage::ClusterView& view) {
      links->show(view);
      hooks.looked();
      for (const storage::AccountNotice& notice : view.notices) hooks.account_changed(notice);
    };
    calls.links = [this] { return links->seen(); };
    calls.freed = [this] { gossip->tell_to_look(); };
    calls.die = die;
    return calls;
  }

  void make_parts(caf::actor_system& system, const Context& context) {
    cluster::ForwarderHooks calls;
    calls.send = [this](storage::NodeId to, std::uint64_t id, bool is_reply,
                        std::string_view bytes) { return links->send(to, id, is_reply, bytes); };
    calls.time_lost = [this](storage::NodeId from, cluster::Moment sent) {
      return links->time_lost(from, sent);
    };
    calls.doubt = [this] { monitor->doubt(); };
    calls.authorise = [this](storage::UserId user, storage::Role role, auto answer) {
      hooks.authorise(user, role, std::move(answer));
    };
    calls.serve = [&context](storage::Fence fence, const ForwardedCall& call, auto reply) {
      cluster::serve(context, fence, call, std::move(reply));
    };
    forwarder = std::make_unique<cluster::Forwarder>(self, table, std::move(calls));
    gossip = std::make_unique<cluster::Gossip>(gossip_hooks());
    links = std::make_unique<cluster::Links>(system, *gate, self, links_callbacks());
    monitor = std::make_unique<cluster::Monitor>(self, cluster::Timers{}, std::move(store), table,
                                                 monitor_hooks(context));
  }

  cluster::GossipHooks gossip_hooks() {
    cluster::GossipHooks calls;
    calls.peers = [this] { return links->connected(); };
    calls.send = [this](storage::NodeId to, std::string_view bytes) {
      links->send(to, kNews, false, bytes);
    };
    calls.attendance = hooks.attendance;
    calls.log_grew = hooks.log_grew;
    // The notices are read along with the map of shards.
    calls.look = [this] { monitor->doubt(); };
    calls.typing = hooks.typing;
    calls.attended = hooks.attended;
    calls.gone = hooks.gone;
    return calls;
  }

  cluster::LinksCallbacks links_callbacks() {
    cluster::LinksCallbacks calls;
    calls.received = [this](storage::NodeId from, std::uint64_t id, bool is_reply,
                            const std::string& bytes) {
      if (id == kNews) return gossip->received(from, bytes, cluster::boot_time());
      forwarder->received(from, id, is_reply, bytes);
    };
    calls.lost = [this](storage::NodeId peer) { forwarder->lost(peer); };
    calls.beat = [this] { gossip->beat(cluster::boot_time()); };
    return calls;
  }

  void observe() {
    auto add = [this](metrics::ObservedKind kind, const char* name, const char* help, auto read) {
      observations.push_back(
          metrics::observe(kind, name, help, {}, [read] { return static_cast<double>(read()); }));
    };
    using metrics::ObservedKind;
    add(ObservedKind::gauge, "confab_cluster_shards", "Shards that this node owns.",
        [this] { return table.owned(); });
    add(ObservedKind::gauge, "confab_cluster_lease_seconds", "How long this node may still serve.",
        [this] {
          return std::max(
              0.0, static_cast<double>((table.lease() - cluster::boot_time()).count()) / 1000);
        });
    const std::pair<const char*, std::uint64_t cluster::ShardCounts::*> events[] = {
        {"taken", &cluster::ShardCounts::taken},
        {"handed_over", &cluster::ShardCounts::handed_over},
        {"lost", &cluster::ShardCounts::lost}};
    for (const auto& [event, member] : events) {
      observations.push_back(metrics::observe(
          ObservedKind::counter, "confab_cluster_shard_events_total",
          "What happened to this node's shards.", {{"event", event}},
          [this, member = member] { return static_cast<double>(monitor->counts().*member); }));
    }
    const cluster::GateCounters& counters = gate->counters();
    add(ObservedKind::gauge, "confab_cluster_connections_open", "Connections between nodes.",
        [&counters] { return counters.open.load(); });
    add(ObservedKind::counter, "confab_cluster_connections_total",
        "Connections to the cluster's port, whosever.",
        [&counters] { return counters.accepted.load(); });
    add(ObservedKind::counter, "confab_cluster_connections_broken_off_total",
        "Connections between nodes that were closed for what came over them.",
        [&counters] { return counters.rule_breakers.load(); });
    add(ObservedKind::counter, "confab_cluster_connections_refused_total",
        "Connections to the cluster's port that were no node's.",
        [&counters] { return counters.refused.load(); });
  }
};

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Cluster::~Cluster() { stop(); }

void Cluster::configure(caf::actor_system_config& config) { cluster::Links::configure(config); }

Result<std::unique_ptr<Cluster>> Cluster::open(const config::Settings& settings,
                                               storage::Store& store) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  cluster::GateOptions options;
  options.listen = *settings.cluster_listen;
  options.name = settings.cluster_name;
  options.credentials = credentials_of(settings);
  BOOST_OUTCOME_TRY(gate, cluster::Gate::open(options));
  impl->gate = std::move(gate);
  BOOST_OUTCOME_TRY(nodes, store.open_cluster());
  impl->store = std::move(nodes);
  return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

storage::NodeId Cluster::self() const { return impl_->self; }

Result<bool> Cluster::start(caf::actor_system& system, const Context& context, Hooks hooks) {
  impl_->hooks = std::move(hooks);
  BOOST_OUTCOME_TRYV(impl_->store->join(impl_->row()));
  impl_->make_parts(system, context);
  BOOST_OUTCOME_TRYV(impl_->links->start());
  impl_->observe();
  impl_->monitor->start();
  impl_->is_started = true;
  log::info("cluster_joining", {{"node", storage::to_string(impl_->self.value)},
                                {"name", impl_->settings.cluster_name},
                                {"address", impl_->settings.cluster_advertise}});
  return true;
}

void Cluster::leave() {
  if (impl_->monitor) impl_->monitor->leave(kLeaving);
}

void Cluster::stop() {
  impl_->observations.clear();
  if (!impl_->monitor) return;
  impl_->is_started = false;
  impl_->gossip->stop();
  impl_->forwarder->stop();
  impl_->monitor->stop();
  impl_->links->stop();
}

bool Cluster::is_ready() const {
  return impl_->monitor && impl_->monitor->state() == storage::NodeState::up && has_lease();
}

ClusterStatus Cluster::status() const {
  ClusterStatus status;
  status.self = impl_->self;
  if (!impl_->monitor) return status;
  const std::int64_t left = (impl_->table.lease() - cluster::boot_time()).count();
  status.view = impl_->monitor->view();
  status.lease_age_ms = cluster::Timers{}.lease.count() - left;
  status.lease_ends_ms = std::max<std::int64_t>(0, left);
  const cluster::ShardCounts counts = impl_->monitor->counts();
  status.shards_taken = counts.taken;
  status.shards_handed_over = counts.handed_over;
  status.shards_lost = counts.lost;
  return status;
}

void Cluster::tell_log_grew() {
  if (impl_->is_started) impl_->gossip->tell_log_grew();
}

void Cluster::tell_accounts_changed() {
  if (impl_->is_started) impl_->gossip->tell_to_look();
}

void Cluster::tell_typing(const UserTyping& typing) {
  if (impl_->is_started) impl_->gossip->tell_typing(typing);
}

std::optional<storage::Fence> Cluster::serving(storage::ShardIndex shard) const {
  return impl_->table.serving(shard);
}

bool Cluster::holds(storage::Fence fence) const { return impl_->table.holds(fence); }

bool Cluster::is_over(storage::Fence fence) const {
  return impl_->table.owner(fence.shard).epoch > fence.epoch;
}

bool Cluster::has_lease() const { return impl_->table.has_lease(); }

void Cluster::forward(ForwardedCall call, std::function<void(Result<std::string>)> reply) {
  impl_->forwarder->forward(std::move(call), std::move(reply));
}

}  // namespace confab::actors
