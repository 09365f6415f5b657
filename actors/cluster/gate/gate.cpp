#include "actors/cluster/gate/gate.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "actors/cluster/gate/sockets.hpp"
#include "config/log.hpp"

namespace confab::actors::cluster {

namespace {

using TunnelRef = std::shared_ptr<Tunnel>;

constexpr std::chrono::seconds kReportPause{10};

/// A local port that leads to one node.
struct Outlet {
  Socket listener;
  std::string name;
  SocketAddress address;
};

}  // namespace

struct Gate::Impl {
  explicit Impl(const GateOptions& with) : options(with) {}

  // --- set up before the thread runs ---
  GateOptions options;
  TlsContext context{nullptr, SSL_CTX_free};
  Socket listener;
  Socket epoll{epoll_create1(EPOLL_CLOEXEC)};
  Socket wake{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::uint16_t inner_port = 0;
  std::thread thread;
  std::atomic<bool> stopping{false};
  GateCounters counters;

  // --- shared ---
  std::mutex mutex;
  std::vector<std::string> names;
  std::map<std::string, std::shared_ptr<Outlet>> outlets;

  // --- the thread's own ---
  struct Entry {
    TunnelRef tunnel;
    bool is_inbound = false;
  };
  std::unordered_map<int, Entry> ends;  ///< by either descriptor
  std::vector<TunnelRef> shaking;       ///< oldest first
  std::size_t inbound = 0;
  Tunnel::Clock::time_point next_report;

  void watch(int fd, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll.fd(), operation, fd, &event);
  }

  void run();
  void ready(int fd);
  void take_inbound();
  void take_outbound(const Outlet& outlet);
  void add(TunnelRef tunnel, bool is_inbound);
  void advance(const TunnelRef& tunnel);
  void let_in(const TunnelRef& tunnel);
  void drop(const TunnelRef& tunnel);
  void report(const Tunnel& tunnel);
  void drop_late();
  void update(const TunnelRef& tunnel) const;
  bool has_unfinished();
  std::shared_ptr<Outlet> outlet_of(int fd);
  std::vector<std::string> admitted() {
    std::lock_guard lock(mutex);
    return names;
  }
};

void Gate::Impl::run() {
  watch(wake.fd(), EPOLLIN, EPOLL_CTL_ADD);
  watch(listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
  std::array<epoll_event, 64> events{};
  while (!stopping) {
    // Handshakes have deadlines; without any there is nothing to wake up for.
    const int patience = has_unfinished() ? 0 : shaking.empty() ? -1 : 100;
    const int count = epoll_wait(epoll.fd(), events.data(), events.size(), patience);
    for (int i = 0; i < count; ++i) ready(events[static_cast<std::size_t>(i)].data.fd);
    drop_late();
  }
}

void Gate::Impl::ready(int fd) {
  if (fd == wake.fd()) return;
  if (fd == listener.fd()) return take_inbound();
  const auto found = ends.find(fd);
  if (found != ends.end()) return advance(TunnelRef(found->second.tunnel));
  if (const auto outlet = outlet_of(fd)) take_outbound(*outlet);
}

std::shared_ptr<Outlet> Gate::Impl::outlet_of(int fd) {
  std::lock_guard lock(mutex);
  for (const auto& [name, outlet] : outlets) {
    if (outlet->listener.fd() == fd) return outlet;
  }
  return nullptr;
}

/// Goes on with tunnels that stopped for the others' sake.
bool Gate::Impl::has_unfinished() {
  std::vector<TunnelRef> unfinished;
  for (const auto& [fd, entry] : ends) {
    if (entry.tunnel->has_more() && entry.tunnel->encrypted_fd() == fd) {
      unfinished.push_back(entry.tunnel);
    }
  }
  for (const TunnelRef& tunnel : unfinished) advance(tunnel);
  return !unfinished.empty();
}

void Gate::Impl::take_inbound() {
  while (Socket socket = accept_from(listener)) {
    ++counters.accepted;
    if (inbound >= options.most_connections + options.most_handshakes) {
      ++counters.refused;
      continue;
    }
    if (shaking.size() >= options.most_handshakes) {
      ++counters.refused;
      drop(TunnelRef(shaking.front()));
    }
    TlsSession session = accepting_session(context.get(), socket.fd());
    if (!session) continue;
    add(std::make_shared<Tunnel>(std::move(socket), std::move(session), Socket(),
                                 options.longest_frame, Tunnel::Clock::now() + options.handshake),
        true);
  }
}

void Gate::Impl::take_outbound(const Outlet& outlet) {
  while (Socket plain = accept_from(outlet.listener)) {
    Socket encrypted = connect_to(outlet.address);
    if (!encrypted) continue;
    TlsSession session = connecting_session(context.get(), encrypted.fd(), outlet.name);
    if (!session) continue;
    add(std::make_shared<Tunnel>(std::move(encrypted), std::move(session), std::move(plain),
                                 options.longest_frame, Tunnel::Clock::now() + options.handshake),
        false);
  }
}

void Gate::Impl::add(TunnelRef tunnel, bool is_inbound) {
  ends[tunnel->encrypted_fd()] = {tunnel, is_inbound};
  watch(tunnel->encrypted_fd(), 0, EPOLL_CTL_ADD);
  if (tunnel->plain_fd() >= 0) {
    ends[tunnel->plain_fd()] = {tunnel, is_inbound};
    watch(tunnel->plain_fd(), 0, EPOLL_CTL_ADD);
  }
  inbound += is_inbound ? 1 : 0;
  ++counters.open;
  shaking.push_back(tunnel);
  advance(tunnel);
}

void Gate::Impl::advance(const TunnelRef& tunnel) {
  const bool was_shaking = tunnel->state() == Tunnel::State::shaking_hands;
  const Tunnel::State state = tunnel->advance();
  if (state == Tunnel::State::refused) ++counters.refused;
  if (tunnel->broke_rules()) {
    ++counters.rule_breakers;
    log::warning("cluster_frame_refused", {});
  }
  if (!tunnel->failure().empty()) report(*tunnel);
  if (state == Tunnel::State::refused || state == Tunnel::State::closed) return drop(tunnel);
  if (was_shaking && state == Tunnel::State::open) {
    std::erase(shaking, tunnel);
    if (tunnel->plain_fd() < 0) return let_in(tunnel);
  }
  update(tunnel);
}

/// Strangers may come as often as they like: now and then is enough for an operator.
void Gate::Impl::report(const Tunnel& tunnel) {
  const auto now = Tunnel::Clock::now();
  if (now < next_report) return;
  next_report = now + kReportPause;
  const bool is_inbound = ends[tunnel.encrypted_fd()].is_inbound;
  log::warning("cluster_tls_failed",
               {{"reason", tunnel.failure()}, {"direction", is_inbound ? "in" : "out"}});
}

/// The handshake is done: whose certificate is it?
void Gate::Impl::let_in(const TunnelRef& tunnel) {
  Socket plain;
  if (peer_is_one_of(tunnel->session(), admitted())) plain = connect_to(loopback(inner_port));
  if (!plain) {
    ++counters.refused;
    log::warning("cluster_connection_refused", {{"reason", "not a node of this cluster"}});
    return drop(tunnel);
  }
  tunnel->attach(std::move(plain));
  ends[tunnel->plain_fd()] = {tunnel, true};
  watch(tunnel->plain_fd(), 0, EPOLL_CTL_ADD);
  advance(tunnel);
}

void Gate::Impl::drop(const TunnelRef& tunnel) {
  const auto found = ends.find(tunnel->encrypted_fd());
  if (found == ends.end()) return;
  inbound -= found->second.is_inbound ? 1 : 0;
  --counters.open;
  ends.erase(found);
  ends.erase(tunnel->plain_fd());
  std::erase(shaking, tunnel);
  watch(tunnel->encrypted_fd(), 0, EPOLL_CTL_DEL);
  if (tunnel->plain_fd() >= 0) watch(tunnel->plain_fd(), 0, EPOLL_CTL_DEL);
}

void Gate::Impl::drop_late() {
  const auto now = Tunnel::Clock::now();
  while (!shaking.empty() && shaking.front()->deadline() <= now) {
    ++counters.refused;
    drop(TunnelRef(shaking.front()));
  }
}

void Gate::Impl::update(const TunnelRef& tunnel) const {
  const Tunnel::Interest interest = tunnel->interest();
  watch(tunnel->encrypted_fd(), interest.encrypted, EPOLL_CTL_MOD);
  if (tunnel->plain_fd() >= 0) watch(tunnel->plain_fd(), interest.plain, EPOLL_CTL_MOD);
}

Gate::Gate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gate::~Gate() {
  if (!impl_->thread.joinable()) return;
  impl_->stopping = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(impl_->wake.fd(), &one, sizeof one);
  impl_->thread.join();
}

storage::Result<std::unique_ptr<Gate>> Gate::open(const GateOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  auto refuse = [](std::string sentence) {
    return storage::fail(storage::ErrorCode::internal, std::move(sentence));
  };
  std::string mistake;
  impl->context = make_tls_context(options.credentials, options.name, mistake);
  if (!impl->context) return refuse("the cluster port stays closed: " + mistake);
  const auto address = look_up(options.listen);
  if (!address) return refuse("CLUSTER_LISTEN names no address of this machine");
  auto listener = listen_on(*address);
  if (!listener.has_value()) {
    return refuse("cannot listen on " + config::to_string(options.listen) + ": " +
                  listener.error().detail);
  }
  impl->listener = std::move(listener.value());
  return std::unique_ptr<Gate>(new Gate(std::move(impl)));
}

std::uint16_t Gate::port() const { return port_of(impl_->listener); }

void Gate::start(std::uint16_t inner_port) {
  impl_->inner_port = inner_port;
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void Gate::admit(std::vector<std::string> names) {
  std::lock_guard lock(impl_->mutex);
  impl_->names = std::move(names);
}

storage::Result<std::uint16_t> Gate::tunnel_to(const std::string& name,
                                               const std::string& address) {
  const auto endpoint = config::parse_endpoint(address);
  const auto found = endpoint ? look_up(*endpoint) : std::nullopt;
  if (!found) return storage::fail(storage::ErrorCode::internal, "no such address: " + address);
  std::lock_guard lock(impl_->mutex);
  std::shared_ptr<Outlet>& outlet = impl_->outlets[name];
  if (outlet == nullptr || outlet->address.length != found->length ||
      std::memcmp(&outlet->address.storage, &found->storage, found->length) != 0) {
    BOOST_OUTCOME_TRY(listener, listen_on(loopback(0)));
    outlet = std::make_shared<Outlet>(Outlet{std::move(listener), name, *found});
    impl_->watch(outlet->listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
  }
  return port_of(outlet->listener);
}

const GateCounters& Gate::counters() const { return impl_->counters; }

}  // namespace confab::actors::cluster
