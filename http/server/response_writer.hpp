#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "http/server/server.hpp"

namespace confab::http {

/// What follows a response head.
enum class BodyKind {
  sized,      ///< the response's body, with its length in the head
  head_only,  ///< the answer to HEAD: the length, but not the body
  stream,     ///< bytes until the connection closes
};

/// What the head says about the connection.
enum class Persistence {
  keep,           ///< HTTP/1.1 keeps without a word
  keep_declared,  ///< HTTP/1.0 has to be told
  close,
};

/// Appends the head of `response`, with its empty line. Headers with a malformed name or a value
/// that holds CR, LF or NUL are left out, and so are those that are the server's own business;
/// returns how many. Pure: the date comes from the caller.
std::size_t write_head(std::string& out, const Response& response, BodyKind kind,
                       Persistence persistence, std::string_view date);

/// What follows a status on the wire; empty for one that we never use.
std::string_view reason_phrase(int status);

/// Whether the status lets a body follow.
bool may_have_body(int status);

/// The current time as a Date header holds it, worked out once a second. Not thread-safe.
class DateClock {
 public:
  std::string_view now() { return at(coarse_time()); }
  std::string_view at(std::time_t time);

 private:
  static std::time_t coarse_time();

  std::time_t time_ = -1;
  std::string text_;
};

}  // namespace confab::http
