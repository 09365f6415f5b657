#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "http/server/server.hpp"

namespace confab::http {

/// Bytes on their way to one socket, in order. Not thread-safe.
class OutputQueue {
 public:
  enum class Result {
    drained,  ///< everything is in the kernel's hands
    blocked,  ///< the socket takes no more for now
    broken,   ///< it never will
  };

  void add(std::string bytes);
  void add(Bytes bytes);

  /// Writes as much as the non-blocking socket takes; adds what it took to `written`.
  Result write_to(int fd, std::size_t& written);

  bool empty() const { return first_ == pieces_.size(); }
  void clear();

 private:
  using Piece = std::variant<std::string, Bytes>;
  static const std::string& text(const Piece& piece);

  void consume(std::size_t count);

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;   ///< the first piece not written completely
  std::size_t offset_ = 0;  ///< what of it has been written
};

}  // namespace confab::http
