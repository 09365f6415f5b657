#include "http/server/request_line_check.hpp"

#include <exception>
#include <limits>

#include <pistache/http.h>

namespace confab::http {
namespace {

Pistache::Http::Method to_pistache(Method method) {
  switch (method) {
    case Method::get:
      return Pistache::Http::Method::Get;
    case Method::head:
      return Pistache::Http::Method::Head;
    case Method::post:
      return Pistache::Http::Method::Post;
    case Method::put:
      return Pistache::Http::Method::Put;
    case Method::patch:
      return Pistache::Http::Method::Patch;
    case Method::del:
      return Pistache::Http::Method::Delete;
    case Method::options:
      break;
  }
  return Pistache::Http::Method::Options;
}

}  // namespace

struct RequestLineCheck::Parser {
  // Framing has limited the target; the parser's own limit is out of the way.
  Pistache::Http::RequestParser parser{std::numeric_limits<std::size_t>::max()};
};

RequestLineCheck::RequestLineCheck() : parser_(std::make_unique<Parser>()) {}

RequestLineCheck::~RequestLineCheck() = default;

bool RequestLineCheck::accepts(const Request& request) {
  auto& parser = parser_->parser;
  line_.assign(to_string(request.method));
  line_.append(" ").append(request.path).append(" HTTP/1.1\r\n\r\n");
  try {
    parser.reset();
    if (!parser.feed(line_.data(), line_.size())) return false;
    if (parser.parse() != Pistache::Http::Private::State::Done) return false;
  } catch (const std::exception&) {
    return false;
  }
  return parser.request.method() == to_pistache(request.method) &&
         parser.request.resource() == request.path;
}

}  // namespace confab::http
