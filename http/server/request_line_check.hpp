#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace confab::http {

/// Puts the canonical request line of a framed request through Pistache's request parser: two
/// independent parsers have to agree on method and path before a request is served.
///
/// Queries and bodies are kept from it: it stores queries in a map that loses their order and
/// repetitions, and it copies bodies byte by byte (about 1 ns a byte, on the IO thread), without
/// learning anything that strict framing has not settled. Not thread-safe.
class RequestLineCheck {
 public:
  RequestLineCheck();
  ~RequestLineCheck();
  RequestLineCheck(const RequestLineCheck&) = delete;
  RequestLineCheck& operator=(const RequestLineCheck&) = delete;

  bool accepts(std::string_view method, std::string_view path);

 private:
  struct Parser;

  bool parses(std::string_view method, std::string_view path);

  std::unique_ptr<Parser> parser_;
  std::string line_;
  std::array<std::string, 256> accepted_;  ///< lines by their hash: most come again and again
};

}  // namespace confab::http
