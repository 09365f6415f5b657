#include "tools/bench/load.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "tools/bench/cpu.hpp"

namespace confab::bench {
namespace {

constexpr std::uint64_t kTimerTag = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kSecond = 1'000'000;
// How long answers to what was begun are awaited after the end.
constexpr std::uint64_t kGrace = 10 * kSecond;

}  // namespace

std::string_view message_id(std::string_view text) {
  constexpr std::string_view kField = "\"message_id\":\"";
  const std::size_t at = text.find(kField);
  if (at == std::string_view::npos) {
    return "-";
  }
  const std::size_t begin = at + kField.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

std::uint64_t now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count());
}

Load::Load(const Options& options, Plan& plan)
    : options_(options),
      plan_(plan),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kTimerTag;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event);
  connections_.reserve(options.connections);
  for (std::size_t i = 0; i < options.connections; ++i) {
    connections_.emplace_back(options.url, epoll_, i);
    idle_.push_back(i);
  }
  if (!options.log.empty()) {
    log_.reset(std::fopen(options.log.c_str(), "we"));
    if (!log_) {
      throw BenchError(fmt::format("cannot write {}", options.log.string()));
    }
  }
}

Load::~Load() {
  connections_.clear();
  ::close(timer_);
  ::close(epoll_);
}

Result Load::run() {
  started_ = now();
  measured_from_ = started_ + static_cast<std::uint64_t>(options_.warmup * kSecond);
  end_ = measured_from_ + static_cast<std::uint64_t>(options_.seconds * kSecond);

  while (now() < measured_from_) {
    start_what_is_due();
    wait_for_events();
  }
  const std::uint64_t cpu = cpu_of_trees(options_.pids);
  const std::uint64_t client_cpu = cpu_of_self();
  measured_from_ = now();
  while (now() < end_) {
    start_what_is_due();
    wait_for_events();
  }
  start_what_is_due();
  result_.seconds = static_cast<double>(now() - measured_from_) / kSecond;
  result_.cpu = cpu_of_trees(options_.pids) - cpu;
  result_.client_cpu = cpu_of_self() - client_cpu;

  while (in_flight_ > 0 && now() < end_ + kGrace) {
    wait_for_events();
  }
  result_.errors += in_flight_;
  result_.never_begun = planned_until_end() - std::min(planned_until_end(), begun_);
  return result_;
}

void Load::start_what_is_due() {
  // A server that refuses connections frees them at once: events get their turn in between.
  for (std::size_t n = 0; n < connections_.size() && !idle_.empty() && is_due(); ++n) {
    const std::uint64_t planned = next_planned();
    const std::size_t connection = idle_.back();
    idle_.pop_back();
    start(connection, planned);
  }
}

bool Load::is_due() const {
  const std::uint64_t planned = next_planned();
  return planned <= now() && planned < end_;
}

// In a closed loop an operation is planned for the moment in which a connection is free for it.
std::uint64_t Load::next_planned() const {
  if (options_.rate <= 0) {
    return now();
  }
  return started_ +
         static_cast<std::uint64_t>(static_cast<double>(begun_) * kSecond / options_.rate);
}

std::uint64_t Load::planned_until_end() const {
  return static_cast<std::uint64_t>(static_cast<double>(end_ - started_) * options_.rate / kSecond);
}

void Load::start(std::size_t connection, std::uint64_t planned) {
  ++begun_;
  ++in_flight_;
  connections_[connection].planned = planned;
  handle(connection, connections_[connection].send(plan_.next()));
}

void Load::wait_for_events() {
  const bool measuring = now() < end_;
  const std::uint64_t next = measuring && !idle_.empty() ? next_planned() : kNever;
  arm_timer(std::min(next, measuring ? end_ : end_ + kGrace));
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
  for (int i = 0; i < count; ++i) {
    const auto tag = events[static_cast<std::size_t>(i)].data.u64;
    if (tag != kTimerTag) {
      handle(tag, connections_[tag].on_event());
    }
  }
}

void Load::handle(std::size_t connection, Connection::Progress progress) {
  if (progress == Connection::Progress::pending) {
    return;
  }
  account(connections_[connection], progress == Connection::Progress::answered);
  --in_flight_;
  idle_.push_back(connection);
}

void Load::account(const Connection& connection, bool answered) {
  const std::uint64_t end = now();
  const bool good = answered && connection.status() >= 200 && connection.status() < 300;
  if (!good) {
    ++result_.errors;
    if (result_.first_error.empty()) {
      result_.first_error =
          answered ? fmt::format("{} {}", connection.status(), connection.body().substr(0, 300))
                   : "connection failed";
    }
    return;
  }
  log(connection, end);
  if (counts(connection, end)) {
    ++result_.operations;
    result_.latency.record(end - connection.planned);
    if (options_.streams > 0) {
      result_.acknowledged.emplace(message_id(connection.body()), end);
    }
  }
}

// An open loop is judged by what was planned, however late it came; a closed one by what came.
bool Load::counts(const Connection& connection, std::uint64_t end) const {
  const std::uint64_t moment = options_.rate > 0 ? connection.planned : end;
  return moment >= measured_from_ && moment < end_;
}

void Load::log(const Connection& connection, std::uint64_t end) {
  if (log_) {
    fmt::print(log_.get(), "{} {} {} {}\n", end, end - connection.planned, connection.status(),
               message_id(connection.body()));
  }
}

void Load::arm_timer(std::uint64_t at) {
  itimerspec spec{};
  // A zero time would disarm the timer instead of letting it fire at once.
  const std::uint64_t moment = std::max<std::uint64_t>(at, 1);
  if (moment == armed_for_ && moment > now()) {
    return;
  }
  armed_for_ = moment;
  spec.it_value.tv_sec = static_cast<time_t>(moment / kSecond);
  spec.it_value.tv_nsec = static_cast<long>(moment % kSecond) * 1000;
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace confab::bench
