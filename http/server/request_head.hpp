#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/server/protocol_error.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// What a request may measure at most; bytes.
struct FramingLimits {
  std::size_t max_header = 16UL * 1024;  ///< request line and headers together
  std::size_t max_target = 4096;
  std::size_t max_header_count = 100;
  std::size_t max_body = 1 << 20;
};

/// Reads a request head line by line and keeps what framing needs to know of it. Pure: no sockets,
/// no clock. One object serves one request.
///
/// The functions return null, or why the request is refused; after a refusal the object is done.
class RequestHead {
 public:
  /// `line` comes without CRLF and holds no control characters, here and below.
  const ProtocolError* read_request_line(std::string_view line, const FramingLimits& limits);

  const ProtocolError* read_header(std::string_view line, const FramingLimits& limits);

  /// The rules that need all headers: Host, the length of the body, the size limits.
  const ProtocolError* finish(const FramingLimits& limits);

  Request request;

  bool http10 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  bool asterisk = false;             ///< `OPTIONS *`; the path is "/" then
  std::uint64_t content_length = 0;  ///< 0 if there is no body or its length is not known

 private:
  const ProtocolError* read_version(std::string_view version);
  const ProtocolError* read_target(std::string_view target);
  const ProtocolError* read_method(std::string_view method);
  const ProtocolError* read_framing_header(std::string_view name, std::string_view value);
  const ProtocolError* read_length(std::string_view value);
  const ProtocolError* read_coding(std::string_view value);
  const ProtocolError* read_host(std::string_view value);
  const ProtocolError* read_expect(std::string_view value);
  void read_connection(std::string_view value);

  bool has_length_ = false;
  bool has_coding_ = false;
  bool has_host_ = false;
  bool wants_close_ = false;
  bool wants_keep_alive_ = false;
  std::string authority_;  ///< of an absolute target
};

/// A header line taken apart. `valid` is false for a bad name, a missing colon, a folded line.
struct HeaderLine {
  bool valid = false;
  std::string_view name;
  std::string_view value;
};

HeaderLine split_header(std::string_view line);

}  // namespace confab::http
