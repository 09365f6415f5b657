#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "http/server/server.hpp"

namespace confab::http {

/// What other threads ask of an IO thread.
namespace post {

struct StartStream {
  Response head;
  std::function<void()> on_close;
};
struct Push {
  Bytes bytes;
};
struct EndStream {};
/// The client reads too slowly.
struct CutOff {};
/// The connection has given way to others and may go on.
struct Resume {};
/// The answer waits for something to happen.
struct Wait {};
using Task = std::function<void()>;

}  // namespace post

struct Post {
  std::shared_ptr<Connection> connection;  ///< null for a task
  std::uint64_t sequence = 0;              ///< which request of the connection is meant
  std::variant<post::Task, Response, post::StartStream, post::Push, post::EndStream, post::CutOff,
               post::Resume, post::Wait>
      action;
};

/// The queue in front of an IO thread. put() and close() are thread-safe; take() and keep_awake()
/// are the IO thread's. An eventfd rings when the IO thread sleeps and only then: while it works,
/// and while a ring has not been answered, a post costs a lock and no system call.
class Inbox {
 public:
  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// False once the inbox is closed: the post is left as it was.
  bool put(Post&& post);

  /// Swaps what has been posted into `posts`, which must be empty. False: there was nothing, and
  /// the next put() rings.
  bool take(std::vector<Post>& posts);

  /// Tells that the IO thread is running and will call take() before it sleeps.
  void keep_awake();

  /// Makes the calling thread the one that this inbox belongs to.
  void bind_to_thread() const;
  bool on_own_thread() const;

  /// Makes the IO thread come back without sleeping.
  void ring() const;

  /// Refuses further posts; returns those that nobody has taken.
  std::vector<Post> close();

  int event_fd() const { return event_fd_; }

 private:
  std::mutex mutex_;
  std::vector<Post> posts_;
  bool awake_ = false;
  bool closed_ = false;
  int event_fd_;
};

}  // namespace confab::http
