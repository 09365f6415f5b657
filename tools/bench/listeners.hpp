// Clients of event streams.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tools/bench/options.hpp"

namespace confab::bench {

// Streams in an event loop on a thread of their own, which notes what comes and when. The figures
// may be read while nothing is to come. Throws BenchError.
class Listeners {
 public:
  explicit Listeners(const Url& url);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Opens a stream for each token, round and round, until there are `count`, and waits until all
  // have got their first frame. `after`: a cursor to resume from. To be called once.
  void open(std::size_t count, const std::vector<std::string>& tokens,
            const std::string& after = {});

  // Waits until that many messages have come in all; false if that takes longer.
  bool await_messages(std::uint64_t count, double seconds) const;

  std::uint64_t events() const { return events_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t lost() const { return lost_; }

  struct Arrival {
    std::uint64_t first = 0;  // in microseconds on the monotonic clock
    std::uint64_t last = 0;
    std::size_t count = 0;
  };
  const std::unordered_map<std::string, Arrival>& messages() const { return arrivals_; }

 private:
  struct Stream {
    int socket = -1;
    bool has_head = false;
    bool is_open = false;  // has got its first frame
    std::string received;  // what is not yet a whole frame
  };

  void connect(const std::string& token, const std::string& after);
  void listen();
  void read(Stream& stream);
  void take_frames(Stream& stream, std::uint64_t moment);
  void take_frame(std::string_view frame, std::uint64_t moment);

  Url url_;
  int epoll_;
  std::vector<Stream> streams_;
  std::unordered_map<std::string, Arrival> arrivals_;
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace confab::bench
