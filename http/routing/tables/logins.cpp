#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {
namespace {

std::vector<Field> login_fields() {
  return {{.name = "username", .alias = "email", .required = true}, password_field("password")};
}

}  // namespace

std::vector<Route> login_routes() {
  return {
      {.method = Method::post,
       .pattern = "/api/token/",
       .access = Access::open,
       .handler = api::obtain_tokens,
       .name = "obtain_tokens",
       .summary = "Logs in with a username or email and a password.",
       .fields = login_fields(),
       .schema = "TokenPair"},
      {.method = Method::post,
       .pattern = "/api/token/refresh/",
       .access = Access::open,
       .handler = api::refresh_tokens,
       .name = "refresh_tokens",
       .summary = "Trades a refresh token for the next pair.",
       .fields = {text_field("refresh", 0, true)},
       .schema = "TokenPair"},
      {.method = Method::post,
       .pattern = "/api/token/verify/",
       .access = Access::open,
       .handler = api::verify_token,
       .name = "verify_token",
       .summary = "Says whether a token is valid.",
       .fields = {text_field("token", 0, true)},
       .schema = "Empty"},
      {.method = Method::post,
       .pattern = "/api/token/blacklist/",
       .access = Access::open,
       .handler = api::blacklist_token,
       .name = "blacklist_token",
       .summary = "Logs out: ends the login that a refresh token belongs to.",
       .fields = {text_field("refresh", 0, true)},
       .schema = "Empty"},
      {.method = Method::get,
       .pattern = "/api-auth/login/",
       .access = Access::open,
       .handler = api::show_login,
       .name = "show_login",
       .summary = "The login form.",
       .shape = Shape::html},
      {.method = Method::post,
       .pattern = "/api-auth/login/",
       .access = Access::open,
       .handler = api::log_in,
       .name = "log_in",
       .summary = "Begins a browser session.",
       .fields = login_fields(),
       .status = 302,
       .shape = Shape::html},
      {.method = Method::get,
       .pattern = "/api-auth/logout/",
       .access = Access::open,
       .handler = api::log_out,
       .name = "log_out",
       .summary = "Ends the browser session.",
       .shape = Shape::html},
      {.method = Method::post,
       .pattern = "/api-auth/logout/",
       .access = Access::open,
       .handler = api::log_out,
       .name = "log_out_by_form",
       .summary = "Ends the browser session.",
       .shape = Shape::html},
  };
}

}  // namespace confab::http
