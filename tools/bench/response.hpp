// Reads HTTP/1.1 answers from a byte stream.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace confab::bench {

// One answer at a time: feed bytes until complete(), look, then clear(). Understands bodies with a
// Content-Length and bodies that end with the connection; that is all that is asked for here. Not
// thread-safe.
class ResponseReader {
 public:
  void feed(std::string_view bytes);
  // The peer has closed: a body without a length is complete now.
  void finish();
  void clear();

  bool complete() const { return complete_; }
  // Some bytes have come, but not all.
  bool begun() const { return !buffer_.empty(); }
  int status() const { return status_; }
  bool closes() const { return closes_; }
  // Valid until the next feed() or clear().
  std::string_view body() const;

 private:
  void read_head();

  std::string buffer_;
  std::size_t head_size_ = 0;  // 0: the head is not complete yet
  std::size_t body_size_ = 0;
  bool has_length_ = false;
  bool closes_ = false;
  bool complete_ = false;
  int status_ = 0;
};

}  // namespace confab::bench
