#include "http/server/connection.hpp"

#include <algorithm>
#include <utility>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "http/server/protocol_error.hpp"
#include "http/server/reply.hpp"
#include "http/server/response_writer.hpp"

namespace confab::http {
namespace {

/// A client that pipelines without end lets the other clients of its thread have a turn.
constexpr unsigned kMaxRequestsPerTurn = 32;
/// Input that nobody wants is read and dropped, so that the client gets to see our answer before a
/// reset; beyond this it is an attack.
constexpr std::size_t kMaxDiscarded = 8 << 20;
/// A body up to this size is copied behind its head: one buffer instead of two.
constexpr std::size_t kJoinedBody = 2048;
constexpr std::size_t kHeadReserve = 320;
/// Who takes less of an answer at a time only keeps it.
constexpr std::uint64_t kWriteShare = 16UL * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

FramingLimits limits_of(const ServerOptions& options) {
  return {options.max_header, options.max_target, options.max_header_count, options.max_body};
}

}  // namespace

Connection::Connection(int fd, std::string peer, ConnectionHost& host, std::shared_ptr<Inbox> inbox)
    : fd_(fd),
      peer_(std::move(peer)),
      host_(host),
      inbox_(std::move(inbox)),
      max_unsent_(host.options().max_unsent),
      framer_(limits_of(host.options())),
      deadline_(host.now() + host.options().header_timeout) {}

// --- Input -------------------------------------------------------------------------------------

void Connection::on_input(std::string_view bytes) {
  const bool wanted = phase_ == Phase::reading || phase_ == Phase::answering;
  if (!wanted || overflowed_) {
    discard_input(bytes.size());
    return;
  }
  allow_for_body(bytes.size());
  framer_.feed(bytes);
  process();
  check_backlog();
}

void Connection::allow_for_body(std::size_t size) {
  if (phase_ != Phase::reading || stage_ != RequestFramer::Stage::body) return;
  deadline_ += std::chrono::microseconds(size * 1'000'000 / host_.options().min_body_rate);
}

void Connection::discard_input(std::size_t size) {
  discarded_ += size;
  if (discarded_ > kMaxDiscarded) kill();
}

void Connection::process() {
  if (processing_) return;  // a handler that answers at once: the loop below goes on by itself
  processing_ = true;
  while (may_process()) {
    const RequestFramer::Status status = framer_.next();
    if (status == RequestFramer::Status::need_more) break;
    if (status == RequestFramer::Status::complete) {
      dispatch(framer_.take());
    } else if (status == RequestFramer::Status::failed) {
      refuse(framer_.error());
    } else {
      write(std::string(kContinue));
    }
  }
  processing_ = false;
  update_read_deadline();
}

bool Connection::may_process() {
  choked_ = unsent_.load(std::memory_order_relaxed) > max_unsent_;
  return phase_ == Phase::reading && !paused_ && !choked_;
}

void Connection::dispatch(FramedRequest framed) {
  host_.counters().requests.fetch_add(1, std::memory_order_relaxed);
  phase_ = Phase::answering;
  deadline_ = host_.now() + host_.options().request_timeout;
  keep_alive_ = framed.keep_alive;
  http10_ = framed.http10;
  head_request_ = framed.request.method == Method::head;
  yield_after_many();
  if (framed.asterisk) {
    complete(sequence_, Response{204, "", "", {{"Allow", std::string(kAllMethods)}}});
  } else if (!host_.accepts(framed.request)) {
    refuse(kBadRequestLine);
  } else {
    call_handler(std::move(framed.request));
  }
}

void Connection::yield_after_many() {
  if (turn_ != host_.turn()) {
    turn_ = host_.turn();
    handled_in_turn_ = 0;
  }
  if (++handled_in_turn_ < kMaxRequestsPerTurn) return;
  paused_ = inbox_->put({shared_from_this(), 0, post::Resume{}});
}

void Connection::resume() {
  paused_ = false;
  handled_in_turn_ = 0;
  if (phase_ == Phase::reading) process();
}

void Connection::call_handler(Request request) {
  request.peer = peer_;
  request.received = host_.now();
  const ReplyHandle reply = make_reply(shared_from_this(), sequence_);
  try {
    host_.handle(std::move(request), reply);
  } catch (...) {
    // A handler must not throw; if it does, the client learns no more than this.
    reply.send(to_response(kInternalError));
  }
}

void Connection::check_backlog() {
  const bool stalled = phase_ == Phase::answering || paused_ || choked_;
  if (!stalled || framer_.buffered() <= host_.options().max_pipelined) return;
  overflowed_ = true;
  framer_.discard();
  if (phase_ == Phase::reading) close_after_writing();
}

void Connection::update_read_deadline() {
  if (phase_ != Phase::reading || framer_.stage() == stage_) return;
  stage_ = framer_.stage();
  const ServerOptions& options = host_.options();
  if (stage_ == RequestFramer::Stage::head) deadline_ = host_.now() + options.header_timeout;
  if (stage_ == RequestFramer::Stage::body) deadline_ = host_.now() + options.body_timeout;
}

// --- Answers -----------------------------------------------------------------------------------

void Connection::complete(std::uint64_t sequence, Response response) {
  if (phase_ != Phase::answering || sequence != sequence_) return;
  const bool keep = keep_alive_ && !overflowed_ && !host_.draining();
  write_response(response, keep);
  if (!keep) {
    close_after_writing();
    return;
  }
  ++sequence_;
  phase_ = Phase::reading;
  stage_ = RequestFramer::Stage::between;
  deadline_ = host_.now() + host_.options().idle_timeout;
  process();
}

void Connection::write_response(Response& response, bool keep) {
  const Persistence persistence = !keep     ? Persistence::close
                                  : http10_ ? Persistence::keep_declared
                                            : Persistence::keep;
  const BodyKind kind = head_request_ ? BodyKind::head_only : BodyKind::sized;
  const bool has_body = !head_request_ && may_have_body(response.status);
  const bool joined = has_body && response.body.size() <= kJoinedBody;
  std::size_t size = kHeadReserve + (joined ? response.body.size() : 0);
  for (const std::string_view lines : response.shared_lines) size += lines.size();
  std::string bytes;
  bytes.reserve(size);
  count_dropped(write_head(bytes, response, kind, persistence, host_.date()));
  if (joined) bytes.append(response.body);
  write(std::move(bytes));
  if (has_body && !joined) write(std::move(response.body));
}

void Connection::count_dropped(std::size_t headers) {
  if (headers > 0) host_.counters().dropped_headers.fetch_add(headers, std::memory_order_relaxed);
}

void Connection::refuse(const ProtocolError& error) {
  if (error.status < 500 || phase_ == Phase::reading) {
    host_.counters().protocol_errors.fetch_add(1, std::memory_order_relaxed);
  }
  if (phase_ == Phase::reading) head_request_ = false;  // that was the request before
  Response response = to_response(error);
  write_response(response, false);
  close_after_writing();
}

void Connection::start_stream(std::uint64_t sequence, post::StartStream start) {
  if (phase_ != Phase::answering || sequence != sequence_) {
    if (start.on_close) start.on_close();
    return;
  }
  on_close_ = std::move(start.on_close);
  phase_ = Phase::streaming;
  deadline_ = Clock::time_point::max();
  framer_.discard();
  write_stream_head(start.head);
  if (head_request_) {
    close_after_writing();
  } else {
    write(std::move(start.head.body));
  }
}

void Connection::write_stream_head(const Response& head) {
  std::string bytes;
  bytes.reserve(kHeadReserve);
  count_dropped(write_head(bytes, head, BodyKind::stream, Persistence::close, host_.date()));
  write(std::move(bytes));
}

bool Connection::reserve_unsent(std::size_t size) {
  const std::size_t before = unsent_.fetch_add(size, std::memory_order_relaxed);
  if (before <= max_unsent_) return true;
  lost_.store(true, std::memory_order_release);
  return false;
}

void Connection::push(std::uint64_t sequence, Bytes bytes) {
  if (phase_ != Phase::streaming || sequence != sequence_) return;
  output_.add(std::move(bytes));
  schedule_flush();
}

void Connection::wait(std::uint64_t sequence) {
  if (phase_ != Phase::answering || sequence != sequence_) return;
  deadline_ = host_.now() + host_.options().wait_timeout;
}

void Connection::end_stream(std::uint64_t sequence) {
  if (phase_ == Phase::streaming && sequence == sequence_) close_after_writing();
}

void Connection::cut_off() {
  if (phase_ != Phase::streaming) return;
  host_.counters().cut_off.fetch_add(1, std::memory_order_relaxed);
  kill();
}

// --- Output ------------------------------------------------------------------------------------

void Connection::write(std::string bytes) {
  unsent_.fetch_add(bytes.size(), std::memory_order_relaxed);
  output_.add(std::move(bytes));
  schedule_flush();
}

void Connection::schedule_flush() {
  if (flush_scheduled_ || blocked_ || phase_ == Phase::gone) return;
  flush_scheduled_ = true;
  host_.flush_later(*this);
}

void Connection::flush() {
  flush_scheduled_ = false;
  if (phase_ == Phase::gone) return;
  std::size_t written = 0;
  const OutputQueue::Result result = output_.write_to(fd_, written);
  unsent_.fetch_sub(written, std::memory_order_relaxed);
  written_ += written;
  switch (result) {
    case OutputQueue::Result::drained:
      on_drained();
      break;
    case OutputQueue::Result::blocked:
      on_blocked(written > 0);
      break;
    case OutputQueue::Result::broken:
      kill();
      break;
  }
}

void Connection::on_blocked(bool progress) {
  // What waits for the reader of a stream has a bound of its own.
  if (!blocked_ || (progress && phase_ == Phase::streaming)) restart_write_deadline();
  if (!blocked_) host_.watch_writable(fd_, true);
  blocked_ = true;
}

void Connection::restart_write_deadline() {
  const ServerOptions& options = host_.options();
  write_deadline_ = host_.now() + (phase_ == Phase::streaming ? options.stream_write_timeout
                                                              : options.write_timeout);
  taken_before_ = taken();
}

std::uint64_t Connection::taken() const {
  // A socket becomes writable only when a third of its buffer is free: that is too coarse.
  int held = 0;
  return ::ioctl(fd_, SIOCOUTQ, &held) == 0 ? written_ - static_cast<unsigned>(held) : written_;
}

void Connection::on_drained() {
  if (blocked_) host_.watch_writable(fd_, false);
  blocked_ = false;
  if (phase_ == Phase::closing) linger();
  if (is_idle()) deadline_ = host_.now() + host_.options().idle_timeout;
  if (choked_) {
    process();
    check_backlog();
  }
}

// --- Ends --------------------------------------------------------------------------------------

void Connection::close_after_writing() {
  phase_ = Phase::closing;
  ++sequence_;
  framer_.discard();
  deadline_ = Clock::time_point::max();
  schedule_flush();
}

void Connection::linger() {
  if (std::exchange(sent_fin_, true)) return;
  ::shutdown(fd_, SHUT_WR);
  deadline_ = host_.now() + host_.options().linger;
}

void Connection::kill() {
  if (phase_ == Phase::gone) return;
  phase_ = Phase::closing;
  ++sequence_;
  sent_fin_ = true;
  lost_.store(true, std::memory_order_release);
  output_.clear();
  deadline_ = host_.now() + host_.options().linger;
  ::shutdown(fd_, SHUT_RDWR);
}

void Connection::on_disconnected() {
  // A client that sent its request and the end of its stream together can still read the answer.
  std::size_t ignored = 0;
  output_.write_to(fd_, ignored);
  phase_ = Phase::gone;
  lost_.store(true, std::memory_order_release);
  output_.clear();
  framer_.discard();
  if (const auto on_close = std::exchange(on_close_, nullptr)) on_close();
}

void Connection::begin_drain() {
  if (!is_idle()) return;
  if (output_.empty()) {
    kill();
  } else {
    close_after_writing();
  }
}

bool Connection::check_write_deadline() {
  if (!blocked_ || host_.now() < write_deadline_ || phase_ == Phase::gone) return true;
  if (phase_ != Phase::streaming && taken() - taken_before_ >= kWriteShare) {
    restart_write_deadline();
    return true;
  }
  host_.counters().cut_off.fetch_add(1, std::memory_order_relaxed);
  write_deadline_ = Clock::time_point::max();
  kill();
  return false;
}

void Connection::check_deadlines() {
  if (!check_write_deadline() || host_.now() < deadline_) return;
  if (phase_ == Phase::answering) {
    refuse(kUnavailable);
  } else if (phase_ == Phase::reading && !is_idle()) {
    refuse(kRequestTimeout);
  } else if (!is_idle() || output_.empty()) {
    kill();
  }
}

}  // namespace confab::http
