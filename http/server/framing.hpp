#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/server/protocol_error.hpp"
#include "http/server/request_head.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// A request and how its connection is to go on.
struct FramedRequest {
  Request request;
  bool http10 = false;
  bool keep_alive = true;
  bool asterisk = false;  ///< `OPTIONS *`, which asks about the server and not about a resource
};

/// Cuts a byte stream into HTTP/1.1 requests, strictly: what RFC 9112 calls malformed, or lets a
/// server refuse because intermediaries disagree about it, ends the stream. Knows no sockets and no
/// clock. The outcome does not depend on how the stream was split into feed() calls.
/// Not thread-safe.
class RequestFramer {
 public:
  enum class Status {
    need_more,         ///< everything fed has been looked at
    expects_continue,  ///< the client waits for "100 Continue" before it sends the body; said once
    complete,          ///< a request is ready: take() it, then ask again
    failed,            ///< see error(); final
  };

  /// Where the next byte belongs.
  enum class Stage { between, head, body };

  explicit RequestFramer(const FramingLimits& limits) : limits_(limits) {}

  /// Appends bytes of the stream. Ignored after a failure.
  void feed(std::string_view bytes);

  /// Goes on as far as the bytes fed allow, at most to the end of one request.
  Status next();

  /// The complete request. Precondition: next() has just returned `complete`.
  FramedRequest take();

  /// Precondition: next() has returned `failed`.
  const ProtocolError& error() const { return *error_; }

  Stage stage() const;

  /// Bytes fed and not yet consumed.
  std::size_t buffered() const { return buffer_.size() - position_; }

  /// Forgets what is buffered and gives its memory back.
  void discard();

 private:
  enum class State {
    start,
    headers,
    fixed_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    complete,
    failed
  };
  enum class Line { incomplete, complete, bad_character, too_long };

  /// Moves on by one line or one piece of body. False: more bytes are needed.
  bool step();
  bool read_request_line();
  bool read_header_line();
  bool read_fixed_body();
  bool read_chunk_size();
  bool read_chunk_data();
  bool read_chunk_end();
  bool read_trailer();

  void begin_body();
  bool fail(const ProtocolError& error);

  /// Finds the next CRLF; the line before it, at most `limit` bytes, is in line_ then.
  Line scan_line(std::size_t limit);

  /// Moves up to `wanted` bytes into the body; how many.
  std::size_t move_to_body(std::uint64_t wanted);
  void release_consumed();

  FramingLimits limits_;
  State state_ = State::start;
  const ProtocolError* error_ = nullptr;

  std::string buffer_;
  std::size_t position_ = 0;  ///< the first byte not consumed
  std::size_t scanned_ = 0;   ///< no byte before this one ends the line that begins at position_
  std::string_view line_;

  RequestHead head_;
  std::size_t head_size_ = 0;
  unsigned blank_lines_ = 0;
  std::uint64_t body_left_ = 0;  ///< of a fixed body or of the current chunk
  std::size_t chunk_overhead_ = 0;
  std::size_t trailer_count_ = 0;
  bool announce_continue_ = false;
};

}  // namespace confab::http
