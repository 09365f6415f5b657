// Bodies of requests: whatever comes, it is read or refused, and what was read can be written
// again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "http/json/body.hpp"
#include "http/json/fields.hpp"

namespace {

using confab::http::Body;
using confab::http::Field;
using confab::http::FieldReader;
using confab::http::FieldType;

confab::http::Route any_route() {
  confab::http::Route route;
  route.fields = {{.name = "content", .alias = "message_body", .required = true, .max_length = 8},
                  {.name = "password", .type = FieldType::password},
                  {.name = "role", .type = FieldType::choice, .choices = {"guest", "host"}},
                  {.name = "is_read", .type = FieldType::boolean},
                  {.name = "user_id", .type = FieldType::user, .may_be_null = true},
                  {.name = "participant_ids", .type = FieldType::users},
                  {.name = "conversation", .type = FieldType::conversation},
                  {.name = "parent_message", .type = FieldType::message, .may_be_null = true},
                  {.name = "message_ids", .type = FieldType::messages}};
  return route;
}

void read_all(const Body& body) {
  static const confab::http::Route route = any_route();
  FieldReader fields(route, body);
  fields.text("content");
  fields.text("password");
  fields.text("role");
  fields.boolean("is_read");
  fields.user("user_id");
  fields.users("participant_ids");
  fields.conversation("conversation");
  fields.message("parent_message");
  fields.messages("message_ids");
  if (fields.failed() && fields.problem().body.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr const char* kTypes[] = {"application/json", "application/x-www-form-urlencoded",
                                           "multipart/form-data; boundary=XX"};
  confab::http::Request request;
  request.headers.emplace_back("content-type", kTypes[data[0] % 3]);
  request.body.assign(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto read = confab::http::read_body(request);
  if (const auto* body = std::get_if<Body>(&read)) {
    if (body->data.dump().empty()) std::abort();
    read_all(*body);
  } else if (std::get<confab::http::Problem>(read).status >= 500) {
    std::abort();
  }
  return 0;
}
