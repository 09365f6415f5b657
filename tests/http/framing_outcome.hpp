#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/server/framing.hpp"

/// What the tests of framing share: turning a byte stream into a line of text that says what came
/// of it.
namespace confab::http::framing_test {

inline const std::string kHost = "Host: x\r\n";
inline const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n";
inline const std::string kPost = "POST /post HTTP/1.1\r\nHost: x\r\n";
inline const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
inline const std::string kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

inline std::string describe(const FramedRequest& framed) {
  const Request& request = framed.request;
  std::string text(to_string(request.method));
  text += " " + (framed.asterisk ? "*" : request.path);
  if (!request.query.empty()) text += "?" + request.query;
  if (!request.body.empty()) text += " [" + request.body + "]";
  if (!framed.keep_alive) text += " close";
  return text;
}

/// Feeds `stream` in pieces of the sizes that `next_size` gives; every request, then the error.
template <typename NextSize>
std::string outcome_in_pieces(std::string_view stream, const FramingLimits& limits,
                              NextSize next_size) {
  RequestFramer framer(limits);
  std::string result;
  const auto add = [&result](const std::string& text) {
    if (!result.empty()) result += "; ";
    result += text;
  };
  while (!stream.empty()) {
    const std::size_t size = std::min<std::size_t>(next_size(), stream.size());
    framer.feed(stream.substr(0, size));
    stream.remove_prefix(size);
    while (true) {
      const auto status = framer.next();
      if (status == RequestFramer::Status::complete) {
        add(describe(framer.take()));
      } else if (status == RequestFramer::Status::failed) {
        add(std::to_string(framer.error().status) + " " + std::string(framer.error().code));
        return result;
      } else if (status == RequestFramer::Status::need_more) {
        break;
      }
    }
  }
  return result;
}

inline std::string outcome(std::string_view stream, const FramingLimits& limits = {},
                           std::size_t piece = std::string_view::npos) {
  return outcome_in_pieces(stream, limits, [piece] { return piece; });
}

}  // namespace confab::http::framing_test
