#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/cluster/gate/frame_check.hpp"
#include "actors/cluster/gate/tls.hpp"

namespace confab::actors::cluster {

/// A file descriptor that closes itself.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Bytes between two ends: an encrypted one towards another node, and a plain one towards CAF on
/// this machine. Nothing passes before the other node has shown who it is. Not thread-safe; never
/// blocks; holds at most one buffer for each direction.
class Tunnel {
 public:
  using Clock = std::chrono::steady_clock;
  enum class State : std::uint8_t { shaking_hands, open, refused, closed };
  /// What an end waits for, as epoll's events.
  struct Interest {
    std::uint32_t encrypted = 0;
    std::uint32_t plain = 0;
  };

  /// `plain` may still be missing: it is attached once the handshake is done.
  Tunnel(Socket encrypted, TlsSession session, Socket plain, std::uint32_t longest_frame,
         Clock::time_point deadline);

  /// Goes on as far as it can. Call it when an end is ready, and after attach().
  State advance();

  void attach(Socket plain) { plain_ = std::move(plain); }

  State state() const { return state_; }
  Interest interest() const;
  int encrypted_fd() const { return encrypted_.fd(); }
  int plain_fd() const { return plain_.fd(); }
  SSL* session() const { return session_.get(); }
  /// The handshake must be over by then.
  Clock::time_point deadline() const { return deadline_; }
  /// It stopped for the others' sake: advance() again although nothing will be signalled.
  bool has_more() const { return has_more_; }
  /// Closed because the other node sent what no node of ours sends.
  bool broke_rules() const { return broke_rules_; }
  /// What TLS found wrong, here or at the other end; empty: nothing.
  const std::string& failure() const { return failure_; }

 private:
  struct Buffer {
    std::vector<char> bytes;
    std::size_t begin = 0;
    std::size_t end = 0;

    Buffer() : bytes(16 * 1024) {}
    bool empty() const { return begin == end; }
    std::string_view view() const { return {bytes.data() + begin, end - begin}; }
    void filled(std::size_t count) {
      begin = 0;
      end = count;
    }
    void taken(std::size_t count) { begin += count; }
  };
  enum class Progress : std::uint8_t { some, none, end };

  Progress shake_hands();
  Progress read_encrypted();
  Progress write_plain();
  Progress read_plain();
  Progress write_encrypted();
  Progress outcome_of(int result, bool& wants_write);

  Socket encrypted_;
  TlsSession session_;
  Socket plain_;
  FrameCheck check_;
  Clock::time_point deadline_;
  State state_ = State::shaking_hands;
  Buffer to_plain_;
  Buffer to_encrypted_;
  bool handshake_wants_write_ = false;
  bool read_wants_write_ = false;
  bool write_wants_write_ = false;
  bool plain_is_full_ = false;
  bool broke_rules_ = false;
  std::string failure_;
  bool has_more_ = false;
};

}  // namespace confab::actors::cluster
