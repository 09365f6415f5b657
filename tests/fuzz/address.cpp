// Addresses: any path and query is matched or not, and what is encoded again means the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/api/login_page.hpp"
#include "http/json/fields.hpp"
#include "http/negotiation.hpp"
#include "http/pagination/list.hpp"
#include "http/routing/router.hpp"
#include "http/text/query.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const confab::http::Router router(confab::http::make_routes({}));
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

  const std::string target = confab::http::api::safe_target(rest, "/");
  if (target.starts_with("//") || !target.starts_with('/')) std::abort();
  return 0;
}
