#include "http/server/inbox.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace confab::http {
namespace {

thread_local const Inbox* inbox_of_this_thread = nullptr;

}  // namespace

Inbox::Inbox() : event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (event_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Inbox::~Inbox() { ::close(event_fd_); }

bool Inbox::put(Post&& post) {
  bool must_ring = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    posts_.push_back(std::move(post));
    must_ring = !std::exchange(awake_, true);
  }
  if (must_ring) ring();
  return true;
}

bool Inbox::take(std::vector<Post>& posts) {
  const std::lock_guard lock(mutex_);
  if (posts_.empty()) {
    awake_ = false;
    return false;
  }
  posts_.swap(posts);
  return true;
}

void Inbox::keep_awake() {
  const std::lock_guard lock(mutex_);
  awake_ = true;
}

void Inbox::bind_to_thread() const { inbox_of_this_thread = this; }

bool Inbox::on_own_thread() const { return inbox_of_this_thread == this; }

void Inbox::ring() const {
  // A full counter means that a ring is pending already.
  [[maybe_unused]] const int ignored = ::eventfd_write(event_fd_, 1);
}

std::vector<Post> Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(posts_, {});
}

}  // namespace confab::http
