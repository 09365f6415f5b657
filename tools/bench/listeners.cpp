#include "tools/bench/listeners.hpp"

#include <array>
#include <chrono>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/bench/api.hpp"
#include "tools/bench/load.hpp"

namespace confab::bench {
namespace {

constexpr int kTurnMilliseconds = 100;
constexpr double kOpeningSeconds = 60;
constexpr std::chrono::milliseconds kPause{1};

// Polls, because the figures must not be disturbed by a lock.
template <class Condition>
bool wait_for(Condition&& condition, double seconds) {
  const std::uint64_t end = now() + static_cast<std::uint64_t>(seconds * 1'000'000);
  while (!condition()) {
    if (now() > end) {
      return false;
    }
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

}  // namespace

Listeners::Listeners(const Url& url) : url_(url), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Listeners::~Listeners() {
  stopping_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
  for (const Stream& stream : streams_) {
    ::close(stream.socket);
  }
  ::close(epoll_);
}

void Listeners::open(std::size_t count, const std::vector<std::string>& tokens,
                     const std::string& after) {
  streams_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    connect(tokens[i % tokens.size()], after);
  }
  thread_ = std::thread([this] { listen(); });
  if (!wait_for([&] { return opened_ + lost_ >= count; }, kOpeningSeconds) || lost_ > 0) {
    throw BenchError(fmt::format("only {} of {} streams could be opened", opened_.load(), count));
  }
}

void Listeners::connect(const std::string& token, const std::string& after) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(url_.port);
  inet_pton(AF_INET, url_.host.c_str(), &address.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  streams_.push_back({socket, false, false, {}});
  std::string request = request_head(url_, "GET", "/api/events/", token);
  request += "Accept: text/event-stream\r\n";
  if (!after.empty()) {
    request += fmt::format("Last-Event-ID: {}\r\n", after);
  }
  request += "\r\n";
  const bool sent =
      socket >= 0 &&
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size());
  if (!sent) {
    throw BenchError(fmt::format("stream {} cannot be opened", streams_.size()));
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = streams_.size() - 1;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
}

void Listeners::listen() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int count = epoll_wait(epoll_, events.data(), events.size(), kTurnMilliseconds);
    for (int i = 0; i < count; ++i) {
      read(streams_[events[static_cast<std::size_t>(i)].data.u64]);
    }
  }
}

void Listeners::read(Stream& stream) {
  std::array<char, 65536> buffer;
  const ssize_t received = ::recv(stream.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (received <= 0) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, stream.socket, nullptr);
    ++lost_;
    return;
  }
  bytes_ += static_cast<std::uint64_t>(received);
  stream.received.append(buffer.data(), static_cast<std::size_t>(received));
  if (!stream.has_head) {
    const std::size_t head = stream.received.find("\r\n\r\n");
    if (head == std::string::npos) {
      return;
    }
    stream.received.erase(0, head + 4);
    stream.has_head = true;
  }
  take_frames(stream, now());
}

void Listeners::take_frames(Stream& stream, std::uint64_t moment) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = stream.received.find("\n\n", begin);
    if (end == std::string::npos) {
      break;
    }
    if (!stream.is_open) {
      stream.is_open = true;
      ++opened_;
    }
    take_frame(std::string_view(stream.received).substr(begin, end - begin), moment);
    begin = end + 2;
  }
  stream.received.erase(0, begin);
}

void Listeners::take_frame(std::string_view frame, std::uint64_t moment) {
  if (frame.find("\ndata: ") == std::string_view::npos) {
    return;
  }
  ++events_;
  if (frame.find("event: message.created\n") == std::string_view::npos) {
    return;
  }
  Arrival& arrival = arrivals_[std::string(message_id(frame))];
  if (arrival.count++ == 0) {
    arrival.first = moment;
  }
  arrival.last = moment;
  ++messages_;
}

bool Listeners::await_messages(std::uint64_t count, double seconds) const {
  return wait_for([&] { return messages_ >= count; }, seconds);
}

}  // namespace confab::bench
