#include "http/server/response_writer.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server/output_queue.hpp"

namespace confab::http {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string head(const Response& response, BodyKind kind, Persistence persistence) {
  std::string out;
  write_head(out, response, kind, persistence, kDate);
  return out;
}

TEST(ResponseWriter, WritesTheWholeHead) {
  Response response;
  response.status = 201;
  response.body = "{}";
  response.headers = {{"Location", "/a"}, {"Vary", "Accept"}};
  EXPECT_EQ(head(response, BodyKind::sized, Persistence::keep),
            "HTTP/1.1 201 Created\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 2\r\n"
            "Location: /a\r\n"
            "Vary: Accept\r\n"
            "\r\n");
}

TEST(ResponseWriter, SaysWhatBecomesOfTheConnection) {
  Response response;
  response.content_type.clear();
  EXPECT_EQ(head(response, BodyKind::head_only, Persistence::keep_declared),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(response, BodyKind::stream, Persistence::close),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n");
}

TEST(ResponseWriter, WritesAnUnknownStatusWithoutReason) {
  Response response;
  response.status = 299;
  EXPECT_TRUE(head(response, BodyKind::sized, Persistence::keep).starts_with("HTTP/1.1 299 \r\n"));
}

TEST(ResponseWriter, CountsWhatItLeavesOut) {
  Response response;
  response.content_type = "text/plain\r\nX: y";
  response.headers = {{"A\nB", "x"}, {"", "x"}, {"date", "now"}, {"C", "x\ny"}, {"Ok", "x"}};
  std::string out;
  EXPECT_EQ(write_head(out, response, BodyKind::sized, Persistence::keep, kDate), 5U);
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\nOk: x\r\n\r\n");
}

TEST(DateClock, FollowsTheTime) {
  DateClock clock;
  EXPECT_EQ(clock.at(784111777), kDate);
  EXPECT_EQ(clock.at(784111777), kDate);
  EXPECT_EQ(clock.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(clock.at(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

class OutputQueueTest : public testing::Test {
 protected:
  OutputQueueTest() { ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()); }
  ~OutputQueueTest() override {
    for (int end : ends_) ::close(end);
  }

  std::string read_all() {
    std::string result;
    std::array<char, 4096> bytes{};
    ssize_t size = 0;
    while ((size = ::read(ends_[1], bytes.data(), bytes.size())) > 0) {
      result.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return result;
  }

  std::array<int, 2> ends_{-1, -1};
  OutputQueue queue_;
};

TEST_F(OutputQueueTest, KeepsTheOrderOfManyPiecesThroughPartialWrites) {
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    std::string piece = std::to_string(i) + std::string(static_cast<std::size_t>(i % 300), '.');
    expected += piece;
    if (i % 2 == 0) {
      queue_.add(std::move(piece));
    } else {
      queue_.add(std::make_shared<const std::string>(std::move(piece)));
    }
  }
  std::string received;
  std::size_t written = 0;
  while (queue_.write_to(ends_[0], written) == OutputQueue::Result::blocked) {
    received += read_all();
  }
  received += read_all();
  EXPECT_EQ(written, expected.size());
  EXPECT_EQ(received, expected);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(OutputQueueTest, SkipsEmptyPieces) {
  queue_.add(std::string());
  queue_.add(Bytes());
  EXPECT_TRUE(queue_.empty());
  std::size_t written = 0;
  EXPECT_EQ(queue_.write_to(ends_[0], written), OutputQueue::Result::drained);
}

TEST_F(OutputQueueTest, NoticesThatTheOtherEndIsGone) {
  ::shutdown(ends_[1], SHUT_RDWR);
  queue_.add(std::string("x"));
  std::size_t written = 0;
  EXPECT_EQ(queue_.write_to(ends_[0], written), OutputQueue::Result::broken);
}

}  // namespace
}  // namespace confab::http
