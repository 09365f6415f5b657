#include "actors/cluster/gate/tunnel.hpp"

#include <cerrno>

#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace confab::actors::cluster {

namespace {

/// A node that dies says no goodbye.
bool has_only_ended() {
  return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

std::string reason_of_failure(SSL* session) {
  const long verdict = SSL_get_verify_result(session);
  if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason != nullptr ? reason : "unknown reason";
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

Tunnel::Tunnel(Socket encrypted, TlsSession session, Socket plain, std::uint32_t longest_frame,
               Clock::time_point deadline)
    : encrypted_(std::move(encrypted)),
      session_(std::move(session)),
      plain_(std::move(plain)),
      check_(longest_frame),
      deadline_(deadline) {}

Tunnel::State Tunnel::advance() {
  if (state_ == State::shaking_hands) {
    const Progress progress = shake_hands();
    if (progress == Progress::end) return state_ = State::refused;
    if (progress == Progress::some) state_ = State::open;
  }
  if (state_ != State::open || !plain_) return state_;
  // A few rounds, so that one busy tunnel does not hold up the others.
  has_more_ = true;
  for (int round = 0; round < 16 && has_more_; ++round) {
    has_more_ = false;
    for (const auto part : {&Tunnel::read_encrypted, &Tunnel::write_plain, &Tunnel::read_plain,
                            &Tunnel::write_encrypted}) {
      const Progress progress = (this->*part)();
      if (progress == Progress::end) return state_ = State::closed;
      has_more_ = has_more_ || progress == Progress::some;
    }
  }
  return state_;
}

Tunnel::Interest Tunnel::interest() const {
  Interest wanted;
  if (state_ == State::shaking_hands) {
    wanted.encrypted = handshake_wants_write_ ? EPOLLOUT : EPOLLIN;
    return wanted;
  }
  if (!plain_) return wanted;
  if (to_plain_.empty()) wanted.encrypted |= EPOLLIN;
  if (write_wants_write_ || read_wants_write_) wanted.encrypted |= EPOLLOUT;
  if (to_encrypted_.empty()) wanted.plain |= EPOLLIN;
  if (plain_is_full_) wanted.plain |= EPOLLOUT;
  return wanted;
}

Tunnel::Progress Tunnel::outcome_of(int result, bool& wants_write) {
  wants_write = false;
  if (result > 0) return Progress::some;
  const int error = SSL_get_error(session_.get(), result);
  if (error == SSL_ERROR_SSL && !has_only_ended()) failure_ = reason_of_failure(session_.get());
  ERR_clear_error();
  wants_write = error == SSL_ERROR_WANT_WRITE;
  return wants_write || error == SSL_ERROR_WANT_READ ? Progress::none : Progress::end;
}

Tunnel::Progress Tunnel::shake_hands() {
  ERR_clear_error();
  return outcome_of(SSL_do_handshake(session_.get()), handshake_wants_write_);
}

Tunnel::Progress Tunnel::read_encrypted() {
  if (!to_plain_.empty()) return Progress::none;
  ERR_clear_error();
  const int count =
      SSL_read(session_.get(), to_plain_.bytes.data(), static_cast<int>(to_plain_.bytes.size()));
  const Progress progress = outcome_of(count, read_wants_write_);
  if (progress != Progress::some) return progress;
  to_plain_.filled(static_cast<std::size_t>(count));
  broke_rules_ = !check_.accept(to_plain_.view());
  return broke_rules_ ? Progress::end : Progress::some;
}

Tunnel::Progress Tunnel::write_plain() {
  if (to_plain_.empty()) return Progress::none;
  const std::string_view bytes = to_plain_.view();
  const ssize_t count = send(plain_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  plain_is_full_ = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (count < 0) return plain_is_full_ ? Progress::none : Progress::end;
  to_plain_.taken(static_cast<std::size_t>(count));
  return Progress::some;
}

Tunnel::Progress Tunnel::read_plain() {
  if (!to_encrypted_.empty()) return Progress::none;
  const ssize_t count =
      recv(plain_.fd(), to_encrypted_.bytes.data(), to_encrypted_.bytes.size(), 0);
  if (count == 0) return Progress::end;
  if (count < 0) return errno == EAGAIN || errno == EINTR ? Progress::none : Progress::end;
  to_encrypted_.filled(static_cast<std::size_t>(count));
  return Progress::some;
}

Tunnel::Progress Tunnel::write_encrypted() {
  if (to_encrypted_.empty()) return Progress::none;
  const std::string_view bytes = to_encrypted_.view();
  ERR_clear_error();
  const int count = SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
  const Progress progress = outcome_of(count, write_wants_write_);
  if (progress == Progress::some) to_encrypted_.taken(static_cast<std::size_t>(count));
  return progress;
}

}  // namespace confab::actors::cluster
