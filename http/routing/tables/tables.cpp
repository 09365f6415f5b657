#include "http/routing/tables/tables.hpp"

namespace confab::http {

Field text_field(std::string_view name, std::size_t max_length, bool required) {
  return {.name = name, .required = required, .max_length = max_length};
}

Field password_field(std::string_view name) {
  return {.name = name, .type = FieldType::password, .required = true};
}

Field conversation_field(std::string_view name, std::string_view alias) {
  return {.name = name, .alias = alias, .type = FieldType::conversation, .required = true};
}

Field content_field(std::size_t max_length, bool required) {
  return {
      .name = "content", .alias = "message_body", .required = required, .max_length = max_length};
}

std::vector<Field> post_fields(std::size_t max_length) {
  return {
      content_field(max_length, true),
      {.name = "parent_message",
       .alias = "parent_message_id",
       .type = FieldType::message,
       .may_be_null = true},
      {.name = "receiver", .alias = "receiver_id", .type = FieldType::user, .may_be_null = true}};
}

std::vector<Parameter> paged(std::vector<Parameter> more) {
  more.push_back({"page", "string", "A page's number, or last."});
  more.push_back({"page_size", "integer", "Items on a page: 20, at most 100."});
  return more;
}

std::vector<Parameter> walked(std::vector<Parameter> more) {
  more.push_back(
      {"cursor", "string",
       "Walks the list by key: empty at first, then as the links to the next page say."});
  return paged(std::move(more));
}

std::vector<Route> make_routes(const config::Settings& settings) {
  std::vector<Route> routes;
  for (auto part : {operation_routes(), login_routes(), user_routes(),
                    conversation_routes(settings), message_routes(settings), notification_routes(),
                    event_routes(), admin_routes(), page_routes(settings)}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace confab::http
