#include "http/cookies.hpp"

#include <ctime>

#include "http/server/grammar.hpp"
#include "http/server/response_writer.hpp"

namespace confab::http {
namespace {

std::string_view find_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view pair = trim(header.substr(0, end));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      std::string_view value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
  }
  return {};
}

}  // namespace

std::string_view cookie_of(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key != "cookie") continue;
    if (const auto found = find_in(value, name); !found.empty()) return found;
  }
  return {};
}

std::string set_cookie(const Cookie& cookie) {
  const std::time_t expires =
      cookie.max_age.count() == 0 ? 0 : std::time(nullptr) + cookie.max_age.count();
  DateClock clock;
  std::string out(cookie.name);
  out.append("=").append(cookie.value.empty() ? "\"\"" : cookie.value);
  out.append("; expires=").append(clock.at(expires));
  if (cookie.http_only) out += "; HttpOnly";
  out.append("; Max-Age=").append(std::to_string(cookie.max_age.count()));
  out += "; Path=/; SameSite=Lax";
  if (cookie.secure) out += "; Secure";
  return out;
}

}  // namespace confab::http
