#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server/server.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/server_fixture.hpp"

namespace confab::http::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

Bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

class ServerStreamTest : public ServerFixture {
 protected:
  /// Opens a stream for `client`; `closed_` counts the calls of on_close.
  ReplyHandle open_stream(RawClient& client, const std::string& method = "GET") {
    client.send(method + " /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    const ReplyHandle reply = held_.take();
    Response head;
    head.content_type = "text/event-stream";
    head.headers.emplace_back("Cache-Control", "no-store");
    head.body = ": hello\n\n";
    reply.start_stream(std::move(head), [this] { ++closed_; });
    return reply;
  }

  std::atomic<int> closed_{0};
};

TEST_F(ServerStreamTest, PushesInOrderAndEndsAfterTheLast) {
  start();
  RawClient client(port());
  const ReplyHandle reply = open_stream(client);
  const Answer head = client.read_answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-type"), "text/event-stream");
  EXPECT_EQ(head.header("x-accel-buffering"), "no");
  EXPECT_EQ(head.header("cache-control"), "no-store");
  EXPECT_EQ(head.header("connection"), "close");
  EXPECT_EQ(head.headers.count("content-length"), 0U);

  std::string expected = ": hello\n\n";
  for (int i = 0; i < 500; ++i) {
    const std::string event = "data: " + std::to_string(i) + "\n\n";
    EXPECT_TRUE(reply.push(bytes(event)));
    expected += event;
  }
  reply.close();
  EXPECT_FALSE(reply.push(bytes("after the end")));
  EXPECT_EQ(client.read_some(expected.size() + 1), expected);
  EXPECT_TRUE(client.ended());
  client.reset();
  EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
}

TEST_F(ServerStreamTest, SaysWhenAClientIsBehind) {
  options_.max_unsent = 64UL * 1024;
  start();
  RawClient client(port());
  const ReplyHandle reply = open_stream(client);
  client.read_answer();
  EXPECT_FALSE(reply.is_behind());
  // What the kernel takes for a client that does not read is not held back here.
  const Bytes chunk = bytes(std::string(16UL * 1024, 'x'));
  bool is_lost = false;
  EXPECT_TRUE(eventually([&] {
    if (reply.is_behind()) return true;
    is_lost = !reply.push(chunk);
    return is_lost;
  }));
  EXPECT_FALSE(is_lost);
}

TEST_F(ServerStreamTest, TellsOnceThatTheClientHasGone) {
  start();
  auto client = std::make_unique<RawClient>(port());
  const ReplyHandle reply = open_stream(*client);
  client->read_answer();
  client.reset();
  EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
  EXPECT_FALSE(reply.push(bytes("x")));
  reply.close();
  EXPECT_TRUE(eventually([&] { return counters().open == 0; }));
  EXPECT_EQ(closed_, 1);
}

TEST_F(ServerStreamTest, TellsAtOnceWhenTheClientIsGoneAlready) {
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReplyHandle reply = held_.take();
  client.reset();
  EXPECT_TRUE(eventually([&] { return !reply.alive(); }));
  reply.start_stream(Response{}, [this] { ++closed_; });
  EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
}

TEST_F(ServerStreamTest, EndsWhenNobodyIsLeftToPush) {
  start();
  RawClient client(port());
  open_stream(client);
  EXPECT_THAT(client.read_some(1 << 20), EndsWith("\r\n\r\n: hello\n\n"));
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerStreamTest, AnswersHeadWithTheHeadAlone) {
  start();
  RawClient client(port());
  const ReplyHandle reply = open_stream(client, "HEAD");
  EXPECT_EQ(client.read_answer(true).header("content-type"), "text/event-stream");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerStreamTest, SharesTheSameBytesAmongStreams) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  std::vector<ReplyHandle> replies;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    replies.push_back(open_stream(*clients.back()));
  }
  const Bytes event = bytes("data: shared\n\n");
  for (const ReplyHandle& reply : replies) EXPECT_TRUE(reply.push(event));
  for (const ReplyHandle& reply : replies) reply.close();
  for (const auto& client : clients) {
    EXPECT_THAT(client->read_some(1 << 20), EndsWith("data: shared\n\n"));
  }
  EXPECT_TRUE(eventually([&] { return event.use_count() == 1; }));
}

TEST_F(ServerStreamTest, CutsASlowReaderOffAndServesTheOthers) {
  options_.max_unsent = 256 * 1024;
  start();
  RawClient slow(port(), 4096);
  const ReplyHandle stalled = open_stream(slow);
  RawClient quick(port());
  const ReplyHandle flowing = open_stream(quick);

  const Bytes event = bytes("data: " + std::string(16 * 1024, 'e') + "\n\n");
  int pushed = 0;
  while (pushed < 10'000 && stalled.push(event)) {
    ++pushed;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  EXPECT_LT(pushed, 10'000);
  EXPECT_TRUE(eventually([&] { return closed_ == 1; }));
  EXPECT_FALSE(stalled.alive());
  EXPECT_EQ(counters().cut_off, 1U);
  EXPECT_TRUE(eventually([&] { return counters().open == 1; }));

  EXPECT_TRUE(flowing.push(bytes("data: still here\n\n")));
  flowing.close();
  EXPECT_THAT(quick.read_some(1 << 20), HasSubstr("data: still here\n\n"));
}

TEST_F(ServerStreamTest, LetsOneEventBeLargerThanTheLimit) {
  options_.max_unsent = 1024;
  start();
  RawClient client(port());
  const ReplyHandle reply = open_stream(client);
  const std::string large(1 << 20, 'e');
  EXPECT_TRUE(reply.push(bytes(large)));
  reply.close();
  EXPECT_THAT(client.read_some(2 << 20), EndsWith(large));
}

TEST_F(ServerStreamTest, TakesPushesFromSeveralThreads) {
  start();
  RawClient client(port());
  std::size_t expected = 0;
  {
    const ReplyHandle reply = open_stream(client);
    client.read_answer();
    expected = std::string(": hello\n\n").size();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([reply] {
        for (int i = 0; i < 500; ++i) reply.push(bytes("0123456789"));
      });
    }
    for (std::thread& thread : threads) thread.join();
    expected += 4UL * 500 * 10;
  }
  EXPECT_EQ(client.read_some(1 << 20).size(), expected);
}

}  // namespace
}  // namespace confab::http::test
