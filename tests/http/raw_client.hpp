#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace confab::http::test {

/// An answer as it came; status 0: none came in time, or the connection ended.
struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& name) const;
};

/// A TCP client that sends exactly the bytes it is given. Not thread-safe.
class RawClient {
 public:
  using Timeout = std::chrono::milliseconds;

  /// A receive buffer of 0 bytes is the system's default.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0,
                     const std::string& address = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  /// False if the server is gone.
  bool send(std::string_view bytes);

  /// The next answer. The answer to HEAD has no body, whatever its length says.
  Answer read_answer(bool to_head = false, Timeout timeout = Timeout(60'000));

  /// Sends a GET and reads the answer.
  Answer get(const std::string& path);

  /// Reads until at least `size` bytes have come, or none come any more; takes them all.
  std::string read_some(std::size_t size, Timeout timeout = Timeout(60'000));

  /// Whether the server ends the connection in time, without sending anything more.
  bool ended(Timeout timeout = Timeout(60'000));

  /// Sends the end of the stream; the answer can still be read.
  void finish_sending();

  /// Closes with a reset, as a crashing client does.
  void reset();

 private:
  /// Appends to buffer_. False: the end, or nothing came until `end`.
  bool receive(std::chrono::steady_clock::time_point end);

  int fd_ = -1;
  bool connected_ = false;
  bool at_end_ = false;
  std::string buffer_;
};

}  // namespace confab::http::test
