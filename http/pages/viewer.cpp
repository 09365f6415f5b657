#include "http/pages/viewer.hpp"

#include <utility>

#include "config/version.hpp"
#include "http/cookies.hpp"

namespace confab::http::pages {

using actors::Principal;
using actors::ResourceView;

namespace {

PageFacts facts_for(const ExchangePtr& exchange, PageFacts user) {
  return {{"user", std::move(user)},
          {"debug", exchange->settings().debug},
          {"version", config::version()}};
}

/// What a page needs of an account.
PageFacts user_of(const ResourceView& view) {
  const PageFacts account = PageFacts::parse(view.json, nullptr, false);
  PageFacts user;
  for (const char* name : {"id", "user_id", "username", "role"}) {
    if (account.is_object() && account.contains(name)) user[name] = account[name];
  }
  return user;
}

void look_up(const ExchangePtr& exchange, const Principal& principal,
             std::function<void(PageFacts)> next) {
  exchange->node().ask(
      principal.caller.user, actors::ShowUser{principal.caller},
      [exchange, next = std::move(next)](const storage::Result<ResourceView>& result) {
        exchange->guard([&] {
          next(facts_for(exchange, result.has_value() ? user_of(result.assume_value()) : nullptr));
        });
      });
}

}  // namespace

void with_viewer(const ExchangePtr& exchange, std::function<void(PageFacts)> next) {
  const Call& call = exchange->call();
  if (call.principal) return look_up(exchange, *call.principal, std::move(next));
  const auto session = storage::parse_uuid(cookie_of(call.request, kSessionCookie));
  if (!session) return next(facts_for(exchange, nullptr));
  exchange->node().authenticate_session(
      *session,
      [exchange, next = std::move(next)](const storage::Result<Principal>& result) mutable {
        exchange->guard([&] {
          if (result.has_error()) return next(facts_for(exchange, nullptr));
          look_up(exchange, result.assume_value(), std::move(next));
        });
      });
}

}  // namespace confab::http::pages
