#include <algorithm>

#include "http/conditional.hpp"
#include "http/cookies.hpp"
#include "http/server/grammar.hpp"
#include "http/stages.hpp"

namespace confab::http {

using actors::Principal;
using storage::ErrorCode;

namespace {

Problem no_credentials() { return make_problem(401, kNoCredentials, "not_authenticated"); }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The words of an Authorization header.
std::vector<std::string_view> words_of(std::string_view header) {
  std::vector<std::string_view> words;
  while (!(header = trim(header)).empty()) {
    const auto end = std::find_if(header.begin(), header.end(), is_blank);
    const auto length = static_cast<std::size_t>(end - header.begin());
    words.push_back(header.substr(0, length));
    header.remove_prefix(length);
  }
  return words;
}

void refuse_anonymous(const ExchangePtr& exchange) {
  Problem problem = no_credentials();
  const bool had_cookie = !cookie_of(exchange->call().request, kSessionCookie).empty();
  if (had_cookie) {
    problem.headers.emplace_back("Set-Cookie",
                                 set_cookie({.name = kSessionCookie,
                                             .value = {},
                                             .http_only = true,
                                             .secure = exchange->call().origin.is_secure}));
  }
  exchange->fail(std::move(problem));
}

void accept(Call& call, Principal principal) {
  if (principal.caller.is_admin()) principal.caller.client = call.origin.client;
  call.principal = std::move(principal);
}

void accept_token(const ExchangePtr& exchange, std::string_view token, NextStage next) {
  exchange->node().authenticate(
      std::string(token), [exchange, next](storage::Result<Principal> result) {
        exchange->guard([&] {
          if (result.has_error()) {
            return exchange->fail(authentication_problem(result.assume_error()));
          }
          accept(exchange->call(), std::move(result).assume_value());
          next(exchange);
        });
      });
}

void accept_session(const ExchangePtr& exchange, const storage::Uuid& session, NextStage next) {
  exchange->node().authenticate_session(
      session, [exchange, session, next](storage::Result<Principal> result) {
        exchange->guard([&] {
          if (result.has_error()) {
            const storage::Error& error = result.assume_error();
            const bool refused = problem_of(error).status < 500;
            return refused ? refuse_anonymous(exchange) : exchange->fail(error);
          }
          accept(exchange->call(), std::move(result).assume_value());
          exchange->call().session = session;
          if (auto problem = check_csrf(*exchange)) return exchange->fail(std::move(*problem));
          next(exchange);
        });
      });
}

}  // namespace

void authenticate(const ExchangePtr& exchange, NextStage next) {
  const Call& call = exchange->call();
  const bool is_open =
      call.route ? call.route->access == Access::open : !call.match.resource->needs_user;
  if (is_open) return next(exchange);
  const auto words = words_of(call.request.header("authorization"));
  if (!words.empty() && equals_lower(words.front(), "bearer")) {
    if (words.size() == 2) return accept_token(exchange, words[1], next);
    return exchange->fail(
        make_problem(401, "Authorization header must contain two space-delimited values",
                     "bad_authorization_header"));
  }
  const auto session = storage::parse_uuid(cookie_of(call.request, kSessionCookie));
  if (!session) return refuse_anonymous(exchange);
  accept_session(exchange, *session, next);
}

}  // namespace confab::http
