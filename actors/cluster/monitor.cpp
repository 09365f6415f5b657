#include "actors/cluster/monitor.hpp"

#include <utility>

#include "config/log.hpp"
#include "config/overload.hpp"

namespace confab::actors::cluster {

namespace {

constexpr Moment kTick{50};
constexpr Moment kDrainingTick{5};
/// A shard's requests under way may take so long before they are cut off and it is handed over.
constexpr Moment kDraining{400};
constexpr Moment kForgetting{10'000};
/// Claims and releases must not hold up the heartbeat: what is left waits for the next.
constexpr Moment kBetweenHeartbeats{500};

}  // namespace

Monitor::Monitor(NodeId self, Timers timers, std::unique_ptr<storage::ClusterStore> store,
                 ShardTable& table, MonitorHooks hooks)
    : self_(self),
      store_(std::move(store)),
      table_(table),
      hooks_(std::move(hooks)),
      membership_(self, timers) {}

Monitor::~Monitor() { stop(); }

void Monitor::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Monitor::start() {
  thread_ = std::thread([this] { run(); });
}

void Monitor::leave(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return;
  post(LeaveWanted{});
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return left_; });
}

ClusterView Monitor::view() const {
  std::lock_guard lock(mutex_);
  return view_;
}

void Monitor::post(Event event) {
  {
    std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(event));
  }
  changed_.notify_all();
}

void Monitor::run() {
  while (true) {
    std::deque<Event> events;
    {
      std::unique_lock lock(mutex_);
      const Moment patience = draining_.empty() ? kTick : kDrainingTick;
      changed_.wait_for(lock, patience, [this] { return stopping_ || !inbox_.empty(); });
      if (stopping_ || left_) return;
      events.swap(inbox_);
    }
    happens(hooks_.links());
    for (const Event& event : events) happens(event);
    if (doubted_.exchange(false)) happens(MapDoubted{});
    happens(Tick{});
    drain_shards();
    if (std::exchange(has_freed_, false)) hooks_.freed();
  }
}

/// What an event leads to is done before the next one is looked at; what comes of that is an event
/// of its own.
void Monitor::happens(Event event) {
  events_.push_back(std::move(event));
  if (std::exchange(is_stepping_, true)) return;
  while (!events_.empty()) {
    const Event next = std::move(events_.front());
    events_.pop_front();
    for (const Action& action : step(membership_, next, boot_time())) carry_out(action);
  }
  is_stepping_ = false;
}

void Monitor::drain_shards() {
  const auto draining = draining_;
  for (const auto& [shard, until] : draining) {
    if (hooks_.rest(shard) > 0 && boot_time() < until) continue;
    hooks_.drop(shard);
    table_.stop(shard);
    draining_.erase(shard);
    happens(Drained{shard});
  }
}

bool Monitor::has_time() const { return boot_time() - last_look_ < kBetweenHeartbeats; }

void Monitor::poll() {
  const Moment sent = boot_time();
  const auto beaten = store_->heartbeat(self_);
  // A dead node's row does not take the heartbeat; what the look then shows ends it.
  auto view = beaten.has_value() ? store_->look() : storage::Result<ClusterView>(beaten.error());
  if (!view.has_value()) {
    log::warning("cluster_database_away", {{"detail", view.error().detail}});
    return happens(PollFailed{});
  }
  last_look_ = boot_time();
  if (!beaten.value())
    std::erase_if(view.value().nodes, [this](const ClusterNode& node) { return node.id == self_; });
  hooks_.seen(view.value());
  table_.show(view.value());
  {
    std::lock_guard lock(mutex_);
    view_ = view.value();
  }
  happens(Polled{sent, std::move(view.value())});
  state_ = membership_.own_state;
  if (sent < next_forgetting_) return;
  next_forgetting_ = sent + kForgetting;
  static_cast<void>(store_->forget_old());  // The next time tries again.
}

void Monitor::carry_out(const Action& action) {
  auto report = [](const char* what, const storage::Result<bool>& done) {
    if (!done.has_value()) {
      log::warning("cluster_statement_failed", {{"what", what}, {"detail", done.error().detail}});
    } else if (done.value()) {
      log::info("cluster_change", {{"what", what}});
    }
  };
  std::visit(config::Overload{
                 [&](const Poll&) { poll(); },
                 [&](const DeclareDead& dead) {
                   log::warning("cluster_node_silent", {{"node", to_string(dead.node.value)}});
                   report("declare_dead", store_->declare_dead(dead.node, dead.heartbeats));
                 },
                 [&](const Claim& claim) {
                   if (!has_time()) return happens(Claimed{claim.shard, std::nullopt});
                   const auto epoch = store_->claim(self_, claim.shard, claim.epoch);
                   happens(Claimed{claim.shard, epoch.has_value() ? epoch.value() : std::nullopt});
                 },
                 [&](const StartServing& start) {
                   ++taken_;
                   table_.start({start.shard, start.epoch});
                 },
                 [&](const StopServing& stop) {
                   ++lost_;
                   table_.stop(stop.shard);
                   draining_.erase(stop.shard);
                   hooks_.drop(stop.shard);
                 },
                 [&](const Drain& drain) {
                   table_.drain(drain.shard);
                   draining_[drain.shard] = boot_time() + kDraining;
                 },
                 [&](const Release& release) {
                   if (!has_time()) return;  // Given up as it is; the next heartbeat repeats this.
                   ++handed_over_;
                   has_freed_ = true;
                   static_cast<void>(store_->release(self_, {release.shard, release.epoch}));
                   happens(Released{release.shard});
                 },
                 [&](const ExtendLease& lease) { table_.extend_lease(lease.until); },
                 [&](const BecomeUp&) { report("up", store_->become_up(self_)); },
                 [&](const MarkLeaving&) { report("leaving", store_->mark_leaving(self_)); },
                 [&](const ReportLink& link) {
                   report(link.broken ? "link_broken" : "link_mended",
                          store_->report_link({self_, link.peer}, link.broken));
                 },
                 [&](const PartDisconnected& part) {
                   const auto parted =
                       store_->part([&](const std::vector<ClusterNode>& nodes,
                                        const std::vector<storage::BrokenLink>& broken) {
                         return most_disconnected(nodes, broken, part.beating);
                       });
                   if (!parted.has_value()) return;
                   for (const NodeId node : parted.value()) {
                     log::warning("cluster_node_parted", {{"node", to_string(node.value)}});
                   }
                 },
                 [&](const Exit& exit) {
                   table_.extend_lease({});
                   if (!exit.wanted) return hooks_.die(exit.reason);
                   report("left", store_->end(self_));
                   std::lock_guard lock(mutex_);
                   left_ = true;
                   changed_.notify_all();
                 },
             },
             action);
}

}  // namespace confab::actors::cluster
