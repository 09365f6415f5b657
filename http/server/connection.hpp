#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/server/framing.hpp"
#include "http/server/inbox.hpp"
#include "http/server/output_queue.hpp"
#include "http/server/server.hpp"

namespace confab::http {

using Clock = std::chrono::steady_clock;

/// What a connection needs of the IO thread that it lives on. It outlives the connection's last
/// call on that thread.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;

  virtual const ServerOptions& options() const = 0;
  virtual ServerCounters& counters() = 0;
  virtual void handle(Request request, ReplyHandle reply) = 0;

  /// The time at which this turn of the loop began.
  virtual Clock::time_point now() const = 0;
  virtual std::string_view date() = 0;

  /// Grows with every turn of the loop.
  virtual std::uint64_t turn() const = 0;
  virtual bool draining() const = 0;

  /// A second opinion on a request line that framing has accepted.
  virtual bool accepts(const Request& request) = 0;

  /// Calls flush() before this turn of the loop ends.
  virtual void flush_later(Connection& connection) = 0;

  /// Calls on_writable() when the socket takes bytes again.
  virtual void watch_writable(int fd, bool on) = 0;
};

/// One client connection: it frames what comes in, hands one request at a time to the handler, and
/// writes the answers in order. Owned by its IO thread's table and by the replies under way; all
/// functions are the IO thread's, save those marked otherwise. It never closes its socket: it shuts
/// it down, and the transport then reports the disconnection and closes.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(int fd, std::string peer, ConnectionHost& host, std::shared_ptr<Inbox> inbox);

  void on_input(std::string_view bytes);
  void on_writable() { flush(); }

  /// The socket is about to be closed; nothing else is called after it.
  void on_disconnected();

  /// Acts if a deadline has passed.
  void check_deadlines();

  void begin_drain();

  /// Ends the connection now, whatever is unsent.
  void kill();

  void flush();

  // What replies ask for; ignored if `sequence` is not the request being answered.
  void complete(std::uint64_t sequence, Response response);
  void start_stream(std::uint64_t sequence, post::StartStream start);
  void push(std::uint64_t sequence, Bytes bytes);
  void wait(std::uint64_t sequence);
  void end_stream(std::uint64_t sequence);
  void cut_off();
  void resume();

  // For any thread.

  /// The client has gone or is being cut off.
  bool lost() const { return lost_.load(std::memory_order_acquire); }

  /// Counts bytes that are about to be pushed. False, and the connection is lost, if more than the
  /// limit is unsent already: the caller then posts a CutOff. So one event may be of any size, and
  /// what is held never exceeds the limit by more than one.
  bool reserve_unsent(std::size_t size);

  bool is_behind() const { return unsent_.load(std::memory_order_relaxed) > max_unsent_ / 2; }

  const std::shared_ptr<Inbox>& inbox() const { return inbox_; }
  const std::string& peer() const { return peer_; }

 private:
  enum class Phase {
    reading,    ///< between requests or within one
    answering,  ///< the handler has a request
    streaming,
    closing,  ///< writes what is queued, then waits for the client to close too
    gone,     ///< the descriptor may already be another connection's: never touch it again
  };

  /// A body may take the longer the more of it has come.
  void allow_for_body(std::size_t size);
  void process();
  bool may_process();
  void dispatch(FramedRequest framed);
  void yield_after_many();
  void call_handler(Request request);

  void write_response(Response& response, bool keep);
  void write_stream_head(const Response& head);
  void count_dropped(std::size_t headers);
  void write(std::string bytes);
  void schedule_flush();
  void on_blocked(bool progress);
  void restart_write_deadline();
  /// False, and the connection ends: the client does not read.
  bool check_write_deadline();
  /// Bytes that have reached the client's system, of all that were ever written.
  std::uint64_t taken() const;
  void on_drained();

  /// Answers in the server's own name and closes.
  void refuse(const ProtocolError& error);
  void close_after_writing();
  void linger();

  void discard_input(std::size_t size);
  void check_backlog();
  /// Between two requests; the last answer may still be on its way.
  bool is_idle() const {
    return phase_ == Phase::reading && framer_.stage() == RequestFramer::Stage::between;
  }
  void update_read_deadline();

  const int fd_;
  const std::string peer_;
  ConnectionHost& host_;
  const std::shared_ptr<Inbox> inbox_;
  const std::size_t max_unsent_;  ///< a copy: replies may outlive the host

  Phase phase_ = Phase::reading;
  RequestFramer framer_;
  RequestFramer::Stage stage_ = RequestFramer::Stage::between;
  std::uint64_t sequence_ = 0;  ///< of the request being read or answered
  bool keep_alive_ = true;
  bool http10_ = false;
  bool head_request_ = false;

  bool processing_ = false;  ///< process() is on the stack
  bool paused_ = false;      ///< a Resume is under way
  bool choked_ = false;      ///< waits for the client to read before more is answered
  bool overflowed_ = false;  ///< input was dropped: close after the current answer
  std::uint64_t turn_ = 0;
  unsigned handled_in_turn_ = 0;
  std::size_t discarded_ = 0;

  OutputQueue output_;
  bool blocked_ = false;
  bool flush_scheduled_ = false;
  bool sent_fin_ = false;
  Clock::time_point deadline_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  std::uint64_t written_ = 0;
  std::uint64_t taken_before_ = 0;  ///< when the write deadline was set
  std::function<void()> on_close_;

  std::atomic<bool> lost_{false};
  std::atomic<std::size_t> unsent_{0};
};

}  // namespace confab::http
