#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/server/server.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/http/server_fixture.hpp"

namespace confab::http::test {
namespace {

using std::chrono::microseconds;

/// Answers requests from threads of its own, each with its path, after a short random while.
class SlowEcho {
 public:
  SlowEcho() {
    for (unsigned i = 0; i < 3; ++i) threads_.emplace_back([this, i] { run(i); });
  }

  ~SlowEcho() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void answer(std::string path, ReplyHandle reply) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({std::move(path), std::move(reply)});
    }
    changed_.notify_one();
  }

 private:
  struct Job {
    std::string path;
    ReplyHandle reply;
  };

  void run(unsigned seed) {
    std::mt19937 random(seed);
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      if (random() % 4 == 0) std::this_thread::sleep_for(microseconds(random() % 200));
      job.reply.send(text(job.path));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

struct Tally {
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> abandoned{0};
  std::atomic<std::uint64_t> misdelivered{0};
  std::atomic<std::uint64_t> unanswered{0};
};

/// One connection with a few requests, left early as often as not.
void visit(std::uint16_t port, std::mt19937& random, Tally& tally) {
  RawClient client(port);
  for (int i = 0; i < 4; ++i) {
    const std::string path = "/" + std::to_string(tally.sent.fetch_add(1));
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    if (random() % 3 == 0) {
      if (random() % 2 == 0) std::this_thread::sleep_for(microseconds(random() % 200));
      ++tally.abandoned;
      if (random() % 2 == 0) client.reset();
      return;
    }
    const Answer answer = client.read_answer();
    if (answer.status == 0) {
      ++tally.unanswered;
      return;
    }
    ++(answer.body == path ? tally.answered : tally.misdelivered);
  }
}

TEST(Misdelivery, NoAnswerReachesAnotherClientWhenDescriptorsAreReused) {
  constexpr std::uint64_t kRequests = 25'000;
  SlowEcho echo;
  ServerOptions options;
  options.port = 0;
  options.io_threads = 2;
  Server server(options, [&echo](Request request, ReplyHandle reply) {
    echo.answer(std::move(request.path), std::move(reply));
  });
  ASSERT_EQ(server.start(), "");

  Tally tally;
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < 8; ++i) {
    clients.emplace_back([&tally, i, port = server.port()] {
      std::mt19937 random(i);
      while (tally.sent < kRequests) visit(port, random, tally);
    });
  }
  for (std::thread& client : clients) client.join();

  EXPECT_EQ(tally.misdelivered, 0U);
  EXPECT_EQ(tally.unanswered, 0U);
  EXPECT_GT(tally.answered, kRequests / 3);
  EXPECT_GT(tally.abandoned, kRequests / 10);
  EXPECT_TRUE(eventually([&] { return server.counters().open == 0; }));
}

}  // namespace
}  // namespace confab::http::test
