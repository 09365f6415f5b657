// Addresses: any path and query is matched or not, and what is encoded again means the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/json/fields.hpp"
#include "http/negotiation.hpp"
#include "http/pagination/page.hpp"
#include "http/routing/router.hpp"
#include "http/text/query.hpp"

namespace {

/// Shaped like the real table; its handlers would pull in all the rest of the server.
std::vector<confab::http::Route> some_routes() {
  std::vector<confab::http::Route> routes;
  for (const char* pattern :
       {"/api/", "/livez", "/api/users/", "/api/users/me/", "/api/users/{user}/",
        "/api/conversations/{conversation}/messages/{message}/thread/", "/api/messages/unread/",
        "/api/messages/{message}/"}) {
    routes.push_back({.pattern = pattern, .name = pattern});
  }
  return routes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const confab::http::Router router(some_routes());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = text.find('?');
  const std::string_view rest = mark == std::string_view::npos ? text : text.substr(mark + 1);

  const confab::http::Match match = router.match("/" + std::string(text.substr(0, mark)));
  for (const std::string& argument : match.arguments) {
    confab::http::parse_user_ref(argument);
    confab::http::parse_conversation_ref(argument);
  }

  const confab::http::Query query(rest);
  const std::string encoded = query.encode();
  if (confab::http::Query(encoded).encode() != encoded) std::abort();
  confab::http::choose_page(query);
  if (confab::http::page_size_of(query) > confab::http::kMaxPageSize) std::abort();
  confab::http::negotiate(rest, query.get("format"), true);
  return 0;
}
