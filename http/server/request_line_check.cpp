#include "http/server/request_line_check.hpp"

#include <exception>
#include <limits>

#include <pistache/http.h>

namespace confab::http {

struct RequestLineCheck::Parser {
  // Framing has limited the target; the parser's own limit is out of the way.
  Pistache::Http::RequestParser parser{std::numeric_limits<std::size_t>::max()};
};

RequestLineCheck::RequestLineCheck() : parser_(std::make_unique<Parser>()) {}

RequestLineCheck::~RequestLineCheck() = default;

bool RequestLineCheck::accepts(std::string_view method, std::string_view path) {
  line_.assign(method).append(" ").append(path).append(" HTTP/1.1\r\n\r\n");
  auto& parser = parser_->parser;
  try {
    parser.reset();
    if (!parser.feed(line_.data(), line_.size())) return false;
    if (parser.parse() != Pistache::Http::Private::State::Done) return false;
  } catch (const std::exception&) {
    return false;
  }
  return Pistache::Http::methodString(parser.request.method()) == method &&
         parser.request.resource() == path;
}

}  // namespace confab::http
