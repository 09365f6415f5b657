#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "http/server/server.hpp"
#include "tests/http/raw_client.hpp"

namespace confab::http::test {

inline Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

/// Waits until `condition` holds; false if it does not in a minute.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// Replies that a handler has put aside for the test. Thread-safe.
class HeldReplies {
 public:
  void hold(ReplyHandle reply) {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
    arrived_.notify_all();
  }

  /// The oldest reply held; waits for it.
  ReplyHandle take() {
    std::unique_lock lock(mutex_);
    const bool came =
        arrived_.wait_for(lock, std::chrono::seconds(60), [this] { return !replies_.empty(); });
    if (!came) return {};
    ReplyHandle reply = std::move(replies_.front());
    replies_.erase(replies_.begin());
    return reply;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<ReplyHandle> replies_;
};

/// A server on a free port with a handler that tests can steer by path.
class ServerFixture : public testing::Test {
 protected:
  ServerFixture() { options_.port = 0; }

  /// `/hold` puts the reply aside; everything else is answered at once with method, target and
  /// body.
  void serve(Request request, ReplyHandle reply) {
    if (request.path == "/hold") {
      held_.hold(std::move(reply));
    } else if (request.path == "/drop") {
      return;
    } else {
      std::string echo(to_string(request.method));
      echo += " " + request.path + "?" + request.query + " " + request.body;
      reply.send(text(std::move(echo)));
    }
  }

  void start() {
    start([this](Request request, ReplyHandle reply) {
      serve(std::move(request), std::move(reply));
    });
  }

  void start(Handler handler) {
    server_.emplace(options_, std::move(handler));
    ASSERT_EQ(server_->start(), "");
  }

  std::uint16_t port() const { return server_->port(); }
  const ServerCounters& counters() const { return server_->counters(); }

  ServerOptions options_;
  HeldReplies held_;
  std::optional<Server> server_;
};

}  // namespace confab::http::test
