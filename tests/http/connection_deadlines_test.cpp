#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server/connection.hpp"
#include "tests/http/server_fixture.hpp"

namespace confab::http::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The two ends of a TCP connection within this process.
class SocketPair {
 public:
  SocketPair() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener, any, size);
    ::listen(listener, 1);
    ::getsockname(listener, any, &size);
    client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Its system takes less by itself than what counts as reading.
    set_buffer(client_, SO_RCVBUF, 4096);
    connected_ = ::connect(client_, any, size) == 0;
    server_ = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    set_buffer(server_, SO_SNDBUF, 32 * 1024);
    ::close(listener);
  }
  ~SocketPair() {
    ::close(client_);
    ::close(server_);
  }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;

  bool connected() const { return connected_ && server_ >= 0; }
  int server() const { return server_; }

  /// Whether there is anything to read at the client's end.
  bool has_more() const {
    pollfd watched{client_, POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
  }

  /// Reads so many bytes at the client's end; fewer if no more come for a minute.
  std::string read(std::size_t size) {
    std::string bytes;
    std::array<char, 16384> piece;
    pollfd watched{client_, POLLIN, 0};
    while (bytes.size() < size && ::poll(&watched, 1, 60'000) > 0) {
      const ssize_t count =
          ::recv(client_, piece.data(), std::min(piece.size(), size - bytes.size()), 0);
      if (count <= 0) break;
      bytes.append(piece.data(), static_cast<std::size_t>(count));
    }
    return bytes;
  }

 private:
  static void set_buffer(int fd, int option, int size) {
    ::setsockopt(fd, SOL_SOCKET, option, &size, sizeof size);
  }

  int client_ = -1;
  int server_ = -1;
  bool connected_ = false;
};

/// An IO thread without a loop, whose clock stands still until it is moved.
class StillHost final : public ConnectionHost {
 public:
  const ServerOptions& options() const override { return options_; }
  ServerOptions& options() { return options_; }
  ServerCounters& counters() override { return counters_; }
  void handle(Request request, ReplyHandle) override { requests.push_back(std::move(request)); }
  Clock::time_point now() const override { return now_; }
  std::string_view date() override { return "Thu, 01 Jan 1970 00:00:00 GMT"; }
  std::uint64_t turn() const override { return 0; }
  bool draining() const override { return false; }
  bool accepts(const Request&) override { return true; }
  void flush_later(Connection&) override {}
  void watch_writable(int, bool) override {}

  void pass(microseconds time) { now_ += time; }

  std::vector<Request> requests;

 private:
  ServerOptions options_;
  ServerCounters counters_;
  Clock::time_point now_ = Clock::now();
};

class ConnectionDeadlines : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sockets_.connected());
    connection_ = std::make_shared<Connection>(sockets_.server(), "192.0.2.1", host_, inbox_);
  }

  void TearDown() override {
    connection_->on_disconnected();
    inbox_->close();
  }

  void begin_body(std::size_t size) {
    connection_->on_input("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
                          "\r\n\r\n");
  }

  /// What the server says in its own name, if it has spoken.
  std::string refusal() {
    connection_->flush();
    return host_.counters().protocol_errors > 0 ? sockets_.read(12) : std::string();
  }

  bool has_answered() {
    connection_->flush();
    return sockets_.has_more();
  }

  void begin_answer(std::size_t size) {
    connection_->on_input("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection_->complete(0, text(std::string(size, 'L')));
    connection_->flush();
  }

  void begin_stream(std::size_t size) {
    connection_->on_input("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection_->start_stream(0, {text(std::string(size, 'L')), [] {}});
    connection_->flush();
  }

  /// Time goes by, and the server looks round.
  void pass(microseconds time) {
    host_.pass(time);
    connection_->check_deadlines();
  }

  /// The client reads while the server writes.
  void read(std::size_t size) {
    constexpr std::size_t kPiece = 4096;
    for (std::size_t done = 0; done < size; done += kPiece) {
      connection_->flush();
      ASSERT_EQ(sockets_.read(kPiece).size(), kPiece);
    }
  }

  bool is_cut_off() { return host_.counters().cut_off > 0; }

  SocketPair sockets_;
  StillHost host_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  std::shared_ptr<Connection> connection_;
};

TEST_F(ConnectionDeadlines, EndABodyThatStallsAfterTenSeconds) {
  begin_body(1000);
  pass(seconds(10) - microseconds(1));
  EXPECT_EQ(refusal(), "");
  pass(microseconds(1));
  EXPECT_EQ(refusal(), "HTTP/1.1 408");
}

TEST_F(ConnectionDeadlines, GiveADrippingBodyNothing) {
  begin_body(1000);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(refusal(), "") << i;
    connection_->on_input("x");
    pass(seconds(1));
  }
  pass(milliseconds(1));
  EXPECT_EQ(refusal(), "HTTP/1.1 408");
}

TEST_F(ConnectionDeadlines, GiveALargeBodyTheTimeItTakes) {
  constexpr std::size_t kSecond = 32UL * 1024;
  begin_body(30 * kSecond);
  for (int i = 0; i < 30; ++i) {
    pass(seconds(1));
    connection_->on_input(std::string(kSecond, 'x'));
  }
  ASSERT_EQ(host_.requests.size(), 1U);
  EXPECT_EQ(host_.requests.front().body.size(), 30 * kSecond);
}

TEST_F(ConnectionDeadlines, CountTheBytesOfOneBodyOnly) {
  begin_body(65536);
  connection_->on_input(std::string(65536, 'x'));
  connection_->complete(0, text("thanks"));
  begin_body(1000);
  pass(seconds(10));
  connection_->flush();
  EXPECT_THAT(sockets_.read(1000), testing::HasSubstr("HTTP/1.1 408"));
}

TEST_F(ConnectionDeadlines, AnswerForWhoDoesNotInTime) {
  host_.options().request_timeout = seconds(4);
  connection_->on_input("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  pass(seconds(4) - microseconds(1));
  EXPECT_FALSE(has_answered());
  pass(microseconds(1));
  ASSERT_TRUE(has_answered());
  EXPECT_EQ(sockets_.read(12), "HTTP/1.1 503");
}

TEST_F(ConnectionDeadlines, GiveAnAnswerThatWaitsItsOwnTime) {
  host_.options().request_timeout = seconds(4);
  connection_->on_input("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  connection_->wait(0);
  pass(seconds(40) - microseconds(1));
  EXPECT_FALSE(has_answered());
  pass(microseconds(1));
  ASSERT_TRUE(has_answered());
  EXPECT_EQ(sockets_.read(12), "HTTP/1.1 503");
}

TEST_F(ConnectionDeadlines, CutOffWhoReadsNothingOfAnAnswer) {
  begin_answer(1 << 20);
  pass(seconds(10) - microseconds(1));
  EXPECT_FALSE(is_cut_off());
  pass(microseconds(1));
  EXPECT_TRUE(is_cut_off());
}

TEST_F(ConnectionDeadlines, CutOffWhoReadsAnAnswerByTheByte) {
  begin_answer(1 << 20);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(is_cut_off()) << i;
    EXPECT_EQ(sockets_.read(1).size(), 1U);
    pass(seconds(1));
  }
  EXPECT_TRUE(is_cut_off());
}

TEST_F(ConnectionDeadlines, LetAnAnswerBeReadInItsTime) {
  constexpr std::size_t kSize = 256UL * 1024;
  constexpr std::size_t kStep = 32UL * 1024;
  begin_answer(kSize);
  for (std::size_t done = 0; done < kSize; done += kStep) {
    read(kStep);
    pass(seconds(9));
    EXPECT_FALSE(is_cut_off()) << done;
  }
}

TEST_F(ConnectionDeadlines, GiveAStreamItsOwnTime) {
  begin_stream(512UL * 1024);
  pass(seconds(30) - microseconds(1));
  EXPECT_FALSE(is_cut_off());
  pass(microseconds(1));
  EXPECT_TRUE(is_cut_off());
}

}  // namespace
}  // namespace confab::http::test
