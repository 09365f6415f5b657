#include "http/server/io_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "config/overload.hpp"

namespace confab::http {
namespace {

using Pistache::Aio::FdSet;
using Pistache::Polling::Event;
using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;
using Pistache::Tcp::Peer;
using Interest = Pistache::Flags<NotifyOn>;

/// How often the inbox is looked into before sockets get their turn again.
constexpr int kInboxRounds = 4;

}  // namespace

/// Passes what the transport reports on to the loop.
class IoLoop::Events final : public Pistache::Tcp::Handler {
 public:
  PROTOTYPE_OF(Pistache::Tcp::Handler, Events)

  void onConnection(const std::shared_ptr<Peer>& peer) override { loop->on_connected(peer->fd()); }

  void onInput(const char* bytes, std::size_t size, const std::shared_ptr<Peer>& peer) override {
    loop->on_input(peer->fd(), {bytes, size});
  }

  void onDisconnection(const std::shared_ptr<Peer>& peer) override {
    loop->on_disconnected(peer->fd());
  }

  IoLoop* loop = nullptr;
};

IoLoop::IoLoop(std::shared_ptr<IoShared> shared)
    : IoLoop(std::move(shared), std::make_shared<Events>()) {}

IoLoop::IoLoop(std::shared_ptr<IoShared> shared, const std::shared_ptr<Events>& events)
    : Transport(events), shared_(std::move(shared)), inbox_(std::make_shared<Inbox>()) {
  events->loop = this;
}

IoLoop::~IoLoop() {
  stop();
  if (timer_fd_ >= 0) ::close(timer_fd_);
}

std::shared_ptr<Pistache::Aio::Handler> IoLoop::clone() const {
  return std::make_shared<IoLoop>(shared_);
}

void IoLoop::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  // Edge-triggered, so the counter of the eventfd never needs reading.
  const int event_fd = inbox_->event_fd();
  poller.addFd(event_fd, Interest(NotifyOn::Read), Tag(static_cast<std::uint64_t>(event_fd)),
               Mode::Edge);
  timer_fd_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer_fd_ < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  const itimerspec every_second{{1, 0}, {1, 0}};
  ::timerfd_settime(timer_fd_, 0, &every_second, nullptr);
  poller.addFd(timer_fd_, Interest(NotifyOn::Read), Tag(static_cast<std::uint64_t>(timer_fd_)),
               Mode::Edge);
}

// --- One turn of the loop ----------------------------------------------------------------------

void IoLoop::onReady(const FdSet& ready) {
  begin_turn();
  const bool only_input = std::none_of(ready.begin(), ready.end(), [this](const auto& entry) {
    return entry.isWritable() || is_ours(entry.getTag().value());
  });
  if (only_input) {
    Transport::onReady(ready);
  } else {
    handle_mixed(ready);
  }
  run_inbox();
}

void IoLoop::begin_turn() {
  if (!std::exchange(bound_, true)) inbox_->bind_to_thread();
  inbox_->keep_awake();
  now_ = Clock::now();
  ++turn_;
}

bool IoLoop::is_ours(std::uint64_t tag) const {
  return tag == static_cast<std::uint64_t>(inbox_->event_fd()) ||
         tag == static_cast<std::uint64_t>(timer_fd_);
}

void IoLoop::handle_mixed(const FdSet& ready) {
  // The transport must not see writable sockets: it would look for a write queue of its own.
  std::vector<Event> input;
  input.reserve(ready.size());
  bool tick = false;
  for (const auto& entry : ready) {
    const Tag tag = entry.getTag();
    if (is_ours(tag.value())) {
      tick = tick || tag.value() == static_cast<std::uint64_t>(timer_fd_);
      continue;
    }
    if (entry.isWritable()) {
      if (Connection* connection = find(static_cast<int>(tag.value()))) connection->on_writable();
    }
    if (entry.isReadable()) input.emplace_back(tag).flags.setFlag(NotifyOn::Read);
  }
  if (!input.empty()) Transport::onReady(FdSet(std::move(input)));
  if (tick) on_tick();
}

void IoLoop::on_tick() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const ssize_t size = ::read(timer_fd_, &ignored, sizeof ignored);
  for (const auto& connection : connections_) {
    if (connection) connection->check_deadlines();
  }
}

void IoLoop::run_inbox() {
  flush_dirty();
  for (int round = 0; round < kInboxRounds; ++round) {
    if (!inbox_->take(batch_)) return;
    for (Post& post : batch_) run(post);
    batch_.clear();
    flush_dirty();
  }
  inbox_->ring();
}

void IoLoop::run(Post& post) {
  Connection* connection = post.connection.get();
  const std::uint64_t sequence = post.sequence;
  std::visit(
      config::Overload{
          [](post::Task& task) { task(); },
          [&](Response& response) { connection->complete(sequence, std::move(response)); },
          [&](post::StartStream& start) { connection->start_stream(sequence, std::move(start)); },
          [&](post::Push& push) { connection->push(sequence, std::move(push.bytes)); },
          [&](post::EndStream) { connection->end_stream(sequence); },
          [&](post::CutOff) { connection->cut_off(); },
          [&](post::Resume) { connection->resume(); },
          [&](post::Wait) { connection->wait(sequence); },
      },
      post.action);
}

void IoLoop::flush_dirty() {
  // By index: a flush may let a connection go on, answer, and get in line again.
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    const std::shared_ptr<Connection> connection = std::move(dirty_[i]);
    connection->flush();
  }
  dirty_.clear();
}

void IoLoop::handle(Request request, ReplyHandle reply) {
  shared_->handler(std::move(request), std::move(reply));
}

void IoLoop::flush_later(Connection& connection) {
  dirty_.push_back(connection.shared_from_this());
}

void IoLoop::watch_writable(int fd, bool on) {
  const NotifyOn input = NotifyOn::Read | NotifyOn::Shutdown;
  reactor()->modifyFd(key(), fd, on ? input | NotifyOn::Write : input, Mode::Edge);
}

// --- Connections come and go -------------------------------------------------------------------

bool IoLoop::post(post::Task task) { return inbox_->put({nullptr, 0, std::move(task)}); }

void IoLoop::adopt(int fd, std::string peer) {
  arriving_peer_ = std::move(peer);
  try {
    handleNewPeer(Peer::Create(fd, Pistache::Address()));
  } catch (const std::exception&) {
    // The kernel did not take the socket into the epoll set.
    on_disconnected(fd);
    peers.erase(fd);
    ::close(fd);
  }
}

void IoLoop::on_connected(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= connections_.size()) connections_.resize(std::max(index + 1, index * 2));
  connections_[index] = std::make_shared<Connection>(fd, std::move(arriving_peer_), *this, inbox_);
}

Connection* IoLoop::find(int fd) const {
  const auto index = static_cast<std::size_t>(fd);
  return index < connections_.size() ? connections_[index].get() : nullptr;
}

void IoLoop::on_input(int fd, std::string_view bytes) {
  if (Connection* connection = find(fd)) connection->on_input(bytes);
}

void IoLoop::on_disconnected(int fd) {
  if (!find(fd)) return;
  const auto connection = std::exchange(connections_[static_cast<std::size_t>(fd)], nullptr);
  connection->on_disconnected();
  shared_->admission.leave(connection->peer());
}

void IoLoop::begin_drain() {
  draining_ = true;
  for (const auto& connection : connections_) {
    if (connection) connection->begin_drain();
  }
}

void IoLoop::kill_all() {
  for (const auto& connection : connections_) {
    if (connection) connection->kill();
  }
}

void IoLoop::stop() {
  for (Post& post : inbox_->close()) {
    if (auto* start = std::get_if<post::StartStream>(&post.action); start && start->on_close) {
      start->on_close();
    }
  }
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (!connections_[i]) continue;
    const int fd = static_cast<int>(i);
    on_disconnected(fd);
    ::close(fd);
  }
}

}  // namespace confab::http
