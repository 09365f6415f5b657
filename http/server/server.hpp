#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options };

/// The method's name on the wire ("DELETE" for Method::del).
std::string_view to_string(Method method);

/// One request as it arrived: framing checked, nothing decoded. Immutable once handed to the
/// handler.
struct Request {
  Method method = Method::get;
  std::string path;   ///< up to '?', still percent-encoded, always begins with '/'
  std::string query;  ///< after '?', still percent-encoded, without the '?'
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< names in lower case, values trimmed
  std::string body;
  std::string peer;  ///< the address of the other end, without port; v4-mapped addresses as IPv4
  std::chrono::steady_clock::time_point received;

  /// The first header of that (lower-case) name; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// Bytes that several replies may share without copying.
using Bytes = std::shared_ptr<const std::string>;

/// One answer. `headers` are written as they are, save that a value with CR, LF or NUL is dropped
/// and counted; Date, Content-Length and Connection are the server's own business.
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Header lines that many answers share, each ended by CRLF, written unchecked. They outlive the
  /// answer.
  std::array<std::string_view, 5> shared_lines{};
};

class Connection;

/// The right to answer one request. Thread-safe and copyable; the first completion wins, later ones
/// are dropped. When the last copy dies without an answer, the client gets a 503. Never blocks:
/// bytes are handed to the connection's IO thread.
class ReplyHandle {
 public:
  ReplyHandle() = default;

  void send(Response response) const;

  /// The answer waits for something to happen: it is given wait_timeout from now on.
  void may_wait() const;

  /// Begins an unbounded answer (Server-Sent Events). `on_close` runs once, on the IO thread, when
  /// the connection is gone for whatever reason (also at once, if it is gone already).
  void start_stream(Response head, std::function<void()> on_close) const;

  /// Appends to a stream. False: the client is gone, or its buffer is full and it has been cut off.
  bool push(Bytes bytes) const;

  /// True while half of what a connection may hold back is waiting: time to drop what may be lost.
  bool is_behind() const;

  /// Ends a stream after what was pushed has been written.
  void close() const;

  /// False once the client has gone away. A hint: it may go at any time.
  bool alive() const;

  /// For the server only.
  struct State;
  explicit ReplyHandle(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

/// Called on an IO thread for every request; must not block and must not throw.
using Handler = std::function<void(Request, ReplyHandle)>;

/// Sizes in bytes, times in seconds.
struct ServerOptions {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 literal, or a name such as localhost
  std::uint16_t port = 8000;          ///< 0: any free one
  unsigned io_threads = 1;
  std::size_t max_header = 16UL * 1024;
  std::size_t max_target = 4096;
  unsigned max_header_count = 100;
  std::size_t max_body = 1UL << 20;
  std::size_t max_pipelined = 64UL * 1024;
  std::size_t max_unsent = 1UL << 20;  ///< per connection; more cuts a slow reader off
  unsigned max_connections = 20'000;
  unsigned max_connections_per_peer = 0;  ///< 0: no limit
  std::chrono::seconds header_timeout{10};
  std::chrono::seconds body_timeout{10};    ///< and as long as its bytes take at min_body_rate
  std::size_t min_body_rate = 32UL * 1024;  ///< per second
  std::chrono::seconds idle_timeout{75};
  std::chrono::seconds request_timeout{40};       ///< then the answer is 503
  std::chrono::seconds wait_timeout{40};          ///< longer than any page of events may wait
  std::chrono::seconds write_timeout{10};         ///< for each 16 KiB of an answer
  std::chrono::seconds stream_write_timeout{30};  ///< without any progress
  std::chrono::seconds linger{2};
};

/// What the server counts; read by the metrics page. Every member may be read from any thread.
struct ServerCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::int64_t> open{0};
  std::atomic<std::uint64_t> refused{0};  ///< over a connection limit
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> protocol_errors{0};
  std::atomic<std::uint64_t> cut_off{0};  ///< slow readers
  std::atomic<std::uint64_t> dropped_headers{0};
};

/// An HTTP/1.1 server on Pistache's reactor, transport and request parser, with framing, writing,
/// timeouts and the accept loop of its own (the stock Endpoint delivers answers to the wrong
/// client, hangs on chunked bodies and spins on slow readers).
///
/// Protocol errors are answered here, as JSON `{"detail": ..., "code": ...}`, and close the
/// connection. All public functions are to be called from one thread.
class Server {
 public:
  Server(ServerOptions options, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and serves. Returns an empty string, or why it could not.
  std::string start();

  /// The port bound; valid after start().
  std::uint16_t port() const;

  /// Stops accepting, lets requests in flight finish (at most `grace`; idle connections are closed
  /// at once, streams at the end of the grace), then stops.
  void drain(std::chrono::milliseconds grace);

  const ServerCounters& counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::http
