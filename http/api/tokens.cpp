#include "actors/representation/json_text.hpp"
#include "http/api/handlers.hpp"
#include "http/json/fields.hpp"

namespace confab::http::api {

using actors::Done;
using actors::TokenPair;

namespace {

void answer_pair(const ExchangePtr& exchange, const TokenPair& pair) {
  std::string json;
  actors::JsonObject(json)
      .field("refresh", std::string_view(pair.refresh))
      .field("access", std::string_view(pair.access))
      .end();
  exchange->send_json(200, std::move(json));
}

/// Reads the one field of such a request; an empty optional has been answered.
std::optional<std::string> read_token(const ExchangePtr& exchange, std::string_view field) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto token = fields.text(field);
  if (!fields.failed()) return token;
  exchange->fail(fields.problem());
  return std::nullopt;
}

}  // namespace

void obtain_tokens(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto name = fields.text("username");
  auto password = fields.text("password");
  if (fields.failed()) return exchange->fail(fields.problem());
  exchange->node().ask(
      actors::LogIn{*name, *password, exchange->call().origin.client},
      then(exchange, [exchange](const TokenPair& pair) { answer_pair(exchange, pair); }));
}

void refresh_tokens(const ExchangePtr& exchange) {
  auto refresh = read_token(exchange, "refresh");
  if (!refresh) return;
  exchange->node().ask(
      actors::RefreshTokens{*refresh},
      then(exchange, [exchange](const TokenPair& pair) { answer_pair(exchange, pair); }));
}

void verify_token(const ExchangePtr& exchange) {
  auto token = read_token(exchange, "token");
  if (!token) return;
  exchange->node().ask(actors::VerifyToken{*token},
                       then(exchange, [exchange](Done) { exchange->send_json(200, "{}"); }));
}

void blacklist_token(const ExchangePtr& exchange) {
  auto refresh = read_token(exchange, "refresh");
  if (!refresh) return;
  exchange->node().ask(actors::EndLoginOf{*refresh},
                       then(exchange, [exchange](Done) { exchange->send_json(200, "{}"); }));
}

}  // namespace confab::http::api
