#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "http/server/server.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/server_fixture.hpp"

namespace {

std::mutex failures_mutex;
std::vector<std::chrono::steady_clock::time_point> failures;

/// When accept4() found no descriptor left.
std::vector<std::chrono::steady_clock::time_point> accept_failures() {
  const std::lock_guard lock(failures_mutex);
  return failures;
}

}  // namespace

/// Stands before the C library's, to tell how often the server tries.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  const auto result = static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
  if (result < 0 && errno == EMFILE) {
    const std::lock_guard lock(failures_mutex);
    failures.push_back(std::chrono::steady_clock::now());
    errno = EMFILE;
  }
  return result;
}

namespace confab::http::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kHold = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";

class ServerTimeoutTest : public ServerFixture {
 protected:
  ServerTimeoutTest() {
    options_.header_timeout = seconds(60);
    options_.body_timeout = seconds(60);
    options_.idle_timeout = seconds(60);
    options_.request_timeout = seconds(60);
    options_.write_timeout = seconds(60);
  }
};

TEST_F(ServerTimeoutTest, EndsTheWaitingForAHead) {
  options_.header_timeout = seconds(2);
  start();
  RawClient silent(port());
  RawClient head(port());
  head.send("GET / HTTP/1.1\r\nHo");
  RawClient dripping(port());
  dripping.send("GET /");
  Answer answer;
  for (int i = 0; i < 600 && answer.status == 0; ++i) {
    dripping.send("a");
    answer = dripping.read_answer(false, milliseconds(100));
  }
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(head.read_answer().status, 408);
  EXPECT_TRUE(head.ended());
}

TEST_F(ServerTimeoutTest, EndsTheWaitingForABody) {
  options_.body_timeout = seconds(1);
  start();
  RawClient body(port());
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  RawClient chunk(port());
  chunk.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");
  EXPECT_EQ(body.read_answer().status, 408);
  EXPECT_EQ(chunk.read_answer().status, 408);
}

TEST_F(ServerTimeoutTest, EndsTheWaitingForAnotherRequest) {
  options_.idle_timeout = seconds(1);
  start();
  RawClient idle(port());
  EXPECT_EQ(idle.get("/").status, 200);
  EXPECT_TRUE(idle.ended());
}

TEST_F(ServerTimeoutTest, AnswersForAHandlerThatTakesTooLongAndIgnoresItLater) {
  options_.request_timeout = seconds(1);
  start();
  RawClient client(port());
  client.send(kHold);
  const ReplyHandle reply = held_.take();
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");
  reply.send(text("late"));
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTimeoutTest, CutsOffWhoDoesNotReadAnAnswer) {
  options_.write_timeout = seconds(1);
  start([](Request, ReplyHandle reply) { reply.send(text(std::string(8 << 20, 'L'))); });
  RawClient client(port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return counters().cut_off == 1; }));
  EXPECT_TRUE(eventually([&] { return counters().open == 0; }));
}

TEST_F(ServerTimeoutTest, LetsWhoReadsSlowlyFinish) {
  options_.idle_timeout = seconds(1);
  constexpr std::size_t kPieces = 32;
  constexpr std::size_t kPiece = 256 << 10;
  start([](Request, ReplyHandle reply) { reply.send(text(std::string(kPieces * kPiece, 'L'))); });
  RawClient client(port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::size_t read = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    std::this_thread::sleep_for(milliseconds(100));
    read += client.read_some(kPiece).size();
  }
  EXPECT_GE(read, kPieces * kPiece);
  EXPECT_TRUE(client.ended()) << "its silence counts from the end of the answer";
}

TEST_F(ServerTimeoutTest, LeavesQuietStreamsAlone) {
  options_.idle_timeout = seconds(1);
  options_.request_timeout = seconds(1);
  options_.stream_write_timeout = seconds(1);
  start([this](Request, ReplyHandle stream) {
    stream.start_stream(text("begin "), [] {});
    held_.hold(std::move(stream));
  });
  RawClient client(port());
  client.send(kHold);
  const ReplyHandle reply = held_.take();
  std::this_thread::sleep_for(milliseconds(3200));
  EXPECT_TRUE(reply.push(std::make_shared<const std::string>("end")));
  reply.close();
  EXPECT_THAT(client.read_some(1 << 20), testing::EndsWith("begin end"));
}

class ServerCapsTest : public ServerFixture {};

TEST_F(ServerCapsTest, RefusesConnectionsOverTheLimitUntilOneGoes) {
  options_.max_connections = 2;
  start();
  RawClient first(port());
  EXPECT_EQ(first.get("/").status, 200);
  auto second = std::make_unique<RawClient>(port());
  EXPECT_EQ(second->get("/").status, 200);
  RawClient third(port());
  const Answer answer = third.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");
  EXPECT_EQ(answer.body, R"({"detail":"Too many connections.","code":"too_many_connections"})");
  EXPECT_TRUE(third.ended());
  EXPECT_EQ(counters().refused, 1U);

  second.reset();
  EXPECT_TRUE(eventually([&] { return counters().open == 1; }));
  EXPECT_EQ(RawClient(port()).get("/").status, 200);
}

TEST_F(ServerCapsTest, RefusesConnectionsOverTheLimitOfOnePeer) {
  options_.address = "::";
  options_.max_connections_per_peer = 1;
  start();
  RawClient v4(port());
  EXPECT_EQ(v4.get("/").status, 200);
  EXPECT_EQ(RawClient(port()).read_answer().status, 503);
  RawClient v6(port(), 0, "::1");
  if (v6.connected()) {
    EXPECT_EQ(v6.get("/").status, 200);
  }
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

TEST_F(ServerCapsTest, WaitsWithoutSpinningWhileThereAreNoDescriptors) {
  start();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::unique_ptr<RawClient>> clients;
  rlimit tight = before;
  tight.rlim_cur = open_descriptors() + 4;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  // Clients and server share the limit, so at least one client is left in the backlog.
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<RawClient>(port()));
  EXPECT_TRUE(eventually([] { return accept_failures().size() >= 5; }));
  ::setrlimit(RLIMIT_NOFILE, &before);
  const auto failed = accept_failures();
  for (std::size_t i = 1; i < failed.size(); ++i) {
    EXPECT_GE(failed[i] - failed[i - 1], milliseconds(20));
  }
  for (const auto& client : clients) {
    if (client->connected()) {
      EXPECT_EQ(client->get("/").status, 200);
    }
  }
}

TEST_F(ServerCapsTest, ListensOnEveryAddressOfAName) {
  options_.address = "localhost";
  start();
  EXPECT_EQ(RawClient(port()).get("/").status, 200);
}

TEST_F(ServerCapsTest, ServesIpv6) {
  options_.address = "::1";
  std::string peer;
  server_.emplace(options_, [&](Request request, ReplyHandle reply) {
    peer = request.peer;
    reply.send(text(""));
  });
  ASSERT_EQ(server_->start(), "") << "this machine needs IPv6 on its loopback";
  EXPECT_EQ(RawClient(port(), 0, "::1").get("/").status, 200);
  EXPECT_EQ(peer, "::1");
}

TEST_F(ServerCapsTest, SaysWhyItCannotStart) {
  start();
  ServerOptions taken = options_;
  taken.port = port();
  EXPECT_THAT(Server(taken, [](Request, ReplyHandle) {}).start(), testing::HasSubstr("in use"));
  ServerOptions nowhere = options_;
  nowhere.address = "no such name.invalid";
  EXPECT_NE(Server(nowhere, [](Request, ReplyHandle) {}).start(), "");
}

class ServerDrainTest : public ServerFixture {};

TEST_F(ServerDrainTest, FinishesWhatIsUnderWayAndClosesWhatIsIdle) {
  start();
  RawClient idle(port());
  EXPECT_EQ(idle.get("/").status, 200);
  RawClient busy(port());
  busy.send(kHold);
  const ReplyHandle reply = held_.take();

  const auto begin = steady_clock::now();
  std::thread drain([this] { server_->drain(seconds(120)); });
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(RawClient(port()).connected());
  reply.send(text("done"));
  const Answer answer = busy.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(busy.ended());
  busy.reset();
  drain.join();
  EXPECT_LT(steady_clock::now() - begin, seconds(60));
  EXPECT_EQ(counters().open, 0);
}

TEST_F(ServerDrainTest, EndsStreamsAndUnansweredRequestsWithTheGrace) {
  start();
  RawClient streaming(port());
  streaming.send(kHold);
  const ReplyHandle stream = held_.take();
  std::atomic<int> closed{0};
  stream.start_stream(text("begin"), [&] { ++closed; });
  streaming.read_answer();
  RawClient stuck(port());
  stuck.send(kHold);
  const ReplyHandle unanswered = held_.take();

  const auto begin = steady_clock::now();
  server_->drain(milliseconds(300));
  EXPECT_GE(steady_clock::now() - begin, milliseconds(300));
  EXPECT_EQ(closed, 1);
  EXPECT_FALSE(stream.alive());
  EXPECT_FALSE(unanswered.alive());
  EXPECT_EQ(counters().open, 0);
}

}  // namespace
}  // namespace confab::http::test
