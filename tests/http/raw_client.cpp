#include "tests/http/raw_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace confab::http::test {
namespace {

using std::chrono::steady_clock;

bool connect_to(int fd, const std::string& address, std::uint16_t port) {
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return ::connect(fd, reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
  return ::connect(fd, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
}

Answer parse_head(std::string_view head) {
  Answer answer;
  answer.status = std::atoi(std::string(head.substr(9, 3)).c_str());
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string_view line = head.substr(at + 2, end - at - 2);
    const std::size_t colon = line.find(": ");
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (colon != std::string_view::npos) answer.headers[name] = line.substr(colon + 2);
    at = end;
  }
  return answer;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto entry = headers.find(name);
  return entry == headers.end() ? std::string() : entry->second;
}

RawClient::RawClient(std::uint16_t port, int receive_buffer, const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  fd_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  connected_ = connect_to(fd_, address, port);
}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::receive(steady_clock::time_point end) {
  const auto left = std::chrono::duration_cast<Timeout>(end - steady_clock::now());
  pollfd watched{fd_, POLLIN, 0};
  if (::poll(&watched, 1, std::max(0, static_cast<int>(left.count()))) <= 0) return false;
  std::array<char, 65536> bytes;
  const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
  at_end_ = size <= 0;
  if (!at_end_) buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  return !at_end_;
}

Answer RawClient::read_answer(bool to_head, Timeout timeout) {
  const auto end = steady_clock::now() + timeout;
  std::size_t head_end = 0;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(end)) return {};
  }
  Answer answer = parse_head(std::string_view(buffer_).substr(0, head_end));
  buffer_.erase(0, head_end + 4);
  const std::size_t length =
      to_head ? 0 : std::strtoul(answer.header("content-length").c_str(), nullptr, 10);
  while (buffer_.size() < length) {
    if (!receive(end)) return {};
  }
  answer.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  return answer;
}

Answer RawClient::get(const std::string& path) {
  send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return read_answer();
}

std::string RawClient::read_some(std::size_t size, Timeout timeout) {
  const auto end = steady_clock::now() + timeout;
  while (buffer_.size() < size && receive(end)) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::ended(Timeout timeout) {
  return buffer_.empty() && !receive(steady_clock::now() + timeout) && at_end_;
}

void RawClient::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
  const linger abort{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(std::exchange(fd_, -1));
}

}  // namespace confab::http::test
