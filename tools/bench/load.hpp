// Runs a plan against the server and measures it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/bench/connection.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/options.hpp"
#include "tools/bench/plan.hpp"

namespace confab::bench {

struct Result {
  std::uint64_t operations = 0;  // acknowledged with 2xx within the measured time
  std::uint64_t errors = 0;
  // Open loop: planned within the measured time, but no connection was free for them.
  std::uint64_t never_begun = 0;
  double seconds = 0;
  Histogram latency;
  std::uint64_t cpu = 0;  // of the charged processes, in microseconds
  std::uint64_t client_cpu = 0;
  std::string first_error;
  // When messages were acknowledged, by id; only if streams listen.
  std::unordered_map<std::string, std::uint64_t> acknowledged;
};

// The id of the message that a text shows first, or "-".
std::string_view message_id(std::string_view text);

// Microseconds on the monotonic clock.
std::uint64_t now();

// Open loop: operation n is due at start + n / rate, whether or not earlier ones have been
// answered; its latency counts from then, so that a stall is charged to all that it delayed. With
// rate 0 each connection sends its next request as soon as the last one is answered. One use per
// object.
class Load {
 public:
  Load(const Options& options, Plan& plan);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Result run();

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void start_what_is_due();
  bool is_due() const;
  void start(std::size_t connection, std::uint64_t planned);
  void wait_for_events();
  void handle(std::size_t connection, Connection::Progress progress);
  void account(const Connection& connection, bool answered);
  bool counts(const Connection& connection, std::uint64_t end) const;
  void log(const Connection& connection, std::uint64_t end);
  std::uint64_t next_planned() const;
  std::uint64_t planned_until_end() const;
  void arm_timer(std::uint64_t at);

  const Options& options_;
  Plan& plan_;
  int epoll_;
  int timer_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::unique_ptr<std::FILE, FileCloser> log_;

  std::uint64_t started_ = 0;
  std::uint64_t measured_from_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t armed_for_ = 0;
  std::uint64_t begun_ = 0;
  std::size_t in_flight_ = 0;
  Result result_;
};

}  // namespace confab::bench
