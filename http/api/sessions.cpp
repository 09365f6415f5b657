#include <fmt/format.h>

#include "actors/auth/secret_random.hpp"
#include "http/api/handlers.hpp"
#include "http/cookies.hpp"
#include "http/json/fields.hpp"
#include "http/pages/login_page.hpp"
#include "http/pages/pages.hpp"
#include "http/stages.hpp"

namespace confab::http::api {

using storage::ErrorCode;

namespace {

constexpr std::string_view kDefaultTarget = "/api/";
constexpr std::chrono::seconds kCsrfLifetime{364 * 24 * 3600};
constexpr std::size_t kCsrfLength = 64;

void add_cookie(const ExchangePtr& exchange, Response& response, Cookie cookie) {
  cookie.secure = exchange->call().origin.is_secure;
  response.headers.emplace_back("Set-Cookie", set_cookie(cookie));
}

/// The browser's own CSRF token, or a new one if it has none that we could have given.
std::string csrf_token_for(const Call& call) {
  const std::string_view kept = cookie_of(call.request, kCsrfCookie);
  const bool is_ours =
      kept.size() == kCsrfLength && kept.find_first_not_of(
                                        "0123456789abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == std::string_view::npos;
  return is_ours ? std::string(kept) : actors::make_secret_text();
}

/// Where the form or the address asks to go to afterwards.
std::string target_of(const Call& call) {
  const auto& data = call.body.data;
  const auto field = data.is_object() ? data.find("next") : data.end();
  if (field != data.end() && field->is_string()) {
    return pages::safe_target(field->get_ref<const std::string&>(), kDefaultTarget);
  }
  return pages::safe_target(call.query.get("next").value_or(""), kDefaultTarget);
}

Response page(int status, std::string html) {
  Response response = pages::html_response(status, std::move(html));
  response.headers.emplace_back("Vary", "Cookie");
  return response;
}

Response redirect(const std::string& target) {
  Response response = page(302, {});
  response.headers.emplace_back("Location", target);
  return response;
}

void send_form(const ExchangePtr& exchange, int status, std::string_view username,
               std::string_view message) {
  const std::string token = csrf_token_for(exchange->call());
  Response response =
      page(status, pages::login_page({token, target_of(exchange->call()), username, message}));
  add_cookie(exchange, response, {kCsrfCookie, token, kCsrfLifetime, false, false});
  exchange->send(std::move(response));
}

void refuse_login(const ExchangePtr& exchange, std::string_view username,
                  const storage::Error& error) {
  if (error.code == ErrorCode::bad_credentials) {
    return send_form(exchange, 200, username,
                     "Please enter a correct username and password. Note that both fields may be "
                     "case-sensitive.");
  }
  const Problem problem = problem_of(error);
  Response response =
      page(problem.status, pages::message_page("Log in", "Please try again later."));
  response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
  exchange->send(std::move(response));
}

void welcome(const ExchangePtr& exchange, const actors::SessionStarted& session) {
  const auto lifetime =
      std::chrono::duration_cast<std::chrono::seconds>(session.expires_at - storage::now());
  Response response = redirect(target_of(exchange->call()));
  add_cookie(exchange, response, {kCsrfCookie, session.csrf_token, kCsrfLifetime, false, false});
  add_cookie(exchange, response,
             {kSessionCookie, storage::to_string(session.session), lifetime, true, false});
  exchange->send(std::move(response));
}

void say_goodbye(const ExchangePtr& exchange) {
  const auto& call = exchange->call();
  const bool goes_on = call.query.get("next").has_value();
  Response response =
      goes_on ? redirect(target_of(call))
              : page(200, pages::message_page("Logged out", "You have been logged out."));
  add_cookie(exchange, response, {kSessionCookie, {}, std::chrono::seconds(0), true, false});
  exchange->send(std::move(response));
}

}  // namespace

void show_login(const ExchangePtr& exchange) { send_form(exchange, 200, {}, {}); }

void log_in(const ExchangePtr& exchange) {
  if (check_form_csrf(*exchange)) {
    return exchange->send(
        page(403, pages::message_page("Forbidden", "CSRF verification failed. Request aborted.")));
  }
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const auto name = fields.text("username");
  const auto password = fields.text("password");
  if (fields.failed()) {
    return send_form(exchange, 200, name.value_or(""), "Please enter a username and a password.");
  }
  exchange->node().ask(actors::StartSession{*name, *password, exchange->call().origin.client},
                       [exchange, name = *name](storage::Result<actors::SessionStarted> result) {
                         exchange->guard([&] {
                           if (result.has_value()) return welcome(exchange, result.assume_value());
                           refuse_login(exchange, name, result.assume_error());
                         });
                       });
}

void log_out(const ExchangePtr& exchange) {
  const auto session = storage::parse_uuid(cookie_of(exchange->call().request, kSessionCookie));
  if (!session) return say_goodbye(exchange);
  if (exchange->call().request.method == Method::post && check_form_csrf(*exchange)) {
    return exchange->send(
        page(403, pages::message_page("Forbidden", "CSRF verification failed. Request aborted.")));
  }
  exchange->node().ask(
      actors::EndSession{*session}, [exchange](storage::Result<actors::Done> result) {
        exchange->guard([&] {
          // A session that has ended by itself is as good as ended.
          const bool lost = result.has_error() && problem_of(result.assume_error()).status >= 500;
          if (lost) return exchange->fail(result.assume_error());
          say_goodbye(exchange);
        });
      });
}

}  // namespace confab::http::api
