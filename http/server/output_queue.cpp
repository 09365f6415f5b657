#include "http/server/output_queue.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace confab::http {
namespace {

constexpr std::size_t kMaxVectors = 64;
/// The vector of a connection that once had a long queue is not kept for its lifetime.
constexpr std::size_t kKeptPieces = 64;

}  // namespace

const std::string& OutputQueue::text(const Piece& piece) {
  if (const auto* own = std::get_if<std::string>(&piece)) return *own;
  return *std::get<Bytes>(piece);
}

void OutputQueue::add(std::string bytes) {
  if (!bytes.empty()) pieces_.emplace_back(std::move(bytes));
}

void OutputQueue::add(Bytes bytes) {
  if (bytes && !bytes->empty()) pieces_.emplace_back(std::move(bytes));
}

void OutputQueue::clear() {
  pieces_.clear();
  if (pieces_.capacity() > kKeptPieces) pieces_.shrink_to_fit();
  first_ = 0;
  offset_ = 0;
}

OutputQueue::Result OutputQueue::write_to(int fd, std::size_t& written) {
  while (!empty()) {
    std::array<iovec, kMaxVectors> vectors;
    std::size_t count = 0;
    std::size_t skip = offset_;
    for (std::size_t i = first_; i < pieces_.size() && count < kMaxVectors; ++i, ++count) {
      const std::string& bytes = text(pieces_[i]);
      // iovec is not const-correct; sendmsg only reads.
      vectors[count] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
      skip = 0;
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Result::blocked : Result::broken;
    }
    written += static_cast<std::size_t>(sent);
    consume(static_cast<std::size_t>(sent));
  }
  clear();
  return Result::drained;
}

void OutputQueue::consume(std::size_t count) {
  while (count > 0) {
    const std::size_t left = text(pieces_[first_]).size() - offset_;
    if (count < left) {
      offset_ += count;
      return;
    }
    count -= left;
    offset_ = 0;
    pieces_[first_] = Bytes();
    ++first_;
  }
  // A reader that is always a little behind never drains the queue.
  if (first_ >= kKeptPieces && first_ >= pieces_.size() / 2) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace confab::http
