#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <pistache/transport.h>

#include "http/server/connection.hpp"
#include "http/server/inbox.hpp"
#include "http/server/io_shared.hpp"
#include "http/server/request_line_check.hpp"
#include "http/server/response_writer.hpp"

namespace confab::http {

/// The connections of one IO thread: a Pistache transport that reads, and our own connections that
/// frame and write. The reactor clones it once per thread.
///
/// Only post() is for other threads.
class IoLoop final : public Pistache::Tcp::Transport, public ConnectionHost {
 public:
  explicit IoLoop(std::shared_ptr<IoShared> shared);
  ~IoLoop() override;

  /// Runs `task` on the IO thread. False: the loop has stopped.
  bool post(post::Task task);

  // Tasks.
  void adopt(int fd, std::string peer);
  void begin_drain();
  void kill_all();

  /// Releases what is left. Precondition: the reactor's threads have ended.
  void stop();

  // What Pistache calls.
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& ready) override;

  // What the transport reports.
  void on_connected(int fd);
  void on_input(int fd, std::string_view bytes);
  void on_disconnected(int fd);

  // ConnectionHost.
  const ServerOptions& options() const override { return shared_->options; }
  ServerCounters& counters() override { return shared_->counters; }
  void handle(Request request, ReplyHandle reply) override;
  Clock::time_point now() const override { return now_; }
  std::string_view date() override { return date_.now(); }
  std::uint64_t turn() const override { return turn_; }
  bool draining() const override { return draining_; }
  bool accepts(const Request& request) override {
    return line_check_.accepts(to_string(request.method), request.path);
  }
  void flush_later(Connection& connection) override;
  void watch_writable(int fd, bool on) override;

 private:
  class Events;
  IoLoop(std::shared_ptr<IoShared> shared, const std::shared_ptr<Events>& events);

  Connection* find(int fd) const;
  void begin_turn();
  bool is_ours(std::uint64_t tag) const;
  void handle_mixed(const Pistache::Aio::FdSet& ready);
  void on_tick();
  void run_inbox();
  void run(Post& post);
  void flush_dirty();

  const std::shared_ptr<IoShared> shared_;
  const std::shared_ptr<Inbox> inbox_;
  int timer_fd_ = -1;

  std::vector<std::shared_ptr<Connection>> connections_;  ///< by descriptor
  std::vector<std::shared_ptr<Connection>> dirty_;        ///< to be flushed in this turn
  std::vector<Post> batch_;                               ///< kept for its capacity
  std::string arriving_peer_;  ///< of the connection that adopt() is passing through the transport

  Clock::time_point now_ = Clock::now();
  DateClock date_;
  std::uint64_t turn_ = 0;
  bool bound_ = false;
  bool draining_ = false;
  RequestLineCheck line_check_;
};

}  // namespace confab::http
