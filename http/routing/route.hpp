#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "http/server/server.hpp"

namespace confab::http {

class Exchange;
using ExchangePtr = std::shared_ptr<Exchange>;

/// Answers a request that has passed every check its route asks for. Runs on an IO thread, must not
/// block; the answer may come later, from any thread.
using RouteHandler = void (*)(const ExchangePtr&);

/// Who may call.
enum class Access : std::uint8_t { open, user, admin };

/// What an Idempotency-Key does on a POST.
enum class Retry : std::uint8_t {
  none,         ///< accepted, without effect: the request changes nothing or bears its own secret
  with_effect,  ///< the answer is stored in the transaction of the effect (the message has a key)
  with_answer,  ///< the answer is stored when it is known; the request itself may be repeated
};

enum class FieldType : std::uint8_t {
  text,
  password,  ///< as text, but not trimmed
  boolean,
  choice,
  user,          ///< either id of a user
  users,         ///< a list of those
  conversation,  ///< either id of a conversation
  message,       ///< the UUID of a message, or null
  messages,      ///< a list of UUIDs
};

/// One field of a request body: what DRF calls a serializer field.
struct Field {
  std::string_view name{};
  std::string_view alias{};  ///< a second name that means the same; empty: none
  FieldType type = FieldType::text;
  bool required = false;
  bool may_be_blank = false;
  bool may_be_null = false;
  std::size_t max_length = 0;  ///< characters; 0: no limit
  std::vector<std::string_view> choices{};
};

/// One parameter of a query string.
struct Parameter {
  std::string_view name{};
  std::string_view type;  ///< of JSON Schema
  std::string_view description;
};

/// What a route answers, as the schema names it.
enum class Shape : std::uint8_t {
  none,
  object,
  list,
  events,  ///< a list that can also be had as text/event-stream
  html,
  text,
  page,  ///< shown to browsers; no part of the API and its schema
};

/// One method of one address: the single source of routing, Allow, OPTIONS, OpenAPI, the permission
/// matrix and the tests over them.
struct Route {
  Method method = Method::get;
  std::string_view pattern{};  ///< "/api/messages/{message}/history/"; {…*}: one segment or more
  Access access = Access::user;
  RouteHandler handler = nullptr;
  std::string_view name{};  ///< unique; OpenAPI's operationId
  std::string_view summary{};
  std::vector<Field> fields{};
  std::vector<Parameter> parameters{};
  int status = 200;  ///< when all goes well
  Shape shape = Shape::object;
  std::string_view schema{};  ///< of the answer, or of a list's items
  Retry retry = Retry::none;
};

/// All routes; some limits depend on settings.
std::vector<Route> make_routes(const config::Settings& settings);

}  // namespace confab::http
