#include "http/server/request_line_check.hpp"

#include <exception>
#include <functional>
#include <limits>

#include <pistache/http.h>

namespace confab::http {

namespace {

/// Longer lines are not worth their memory.
constexpr std::size_t kRemembered = 256;

}  // namespace

struct RequestLineCheck::Parser {
  // Framing has limited the target; the parser's own limit is out of the way.
  Pistache::Http::RequestParser parser{std::numeric_limits<std::size_t>::max()};
};

RequestLineCheck::RequestLineCheck() : parser_(std::make_unique<Parser>()) {}

RequestLineCheck::~RequestLineCheck() = default;

bool RequestLineCheck::accepts(std::string_view method, std::string_view path) {
  line_.assign(method).append(" ").append(path).append(" HTTP/1.1\r\n\r\n");
  std::string& known = accepted_.at(std::hash<std::string_view>{}(line_) % accepted_.size());
  if (known == line_) return true;
  if (!parses(method, path)) return false;
  if (line_.size() <= kRemembered) known = line_;
  return true;
}

bool RequestLineCheck::parses(std::string_view method, std::string_view path) {
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
