#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {
namespace {

constexpr std::size_t kMaxName = 150;
constexpr std::size_t kMaxPhone = 32;

Field optional_text(std::string_view name, std::size_t max_length) {
  return {.name = name, .may_be_blank = true, .max_length = max_length};
}

Field role(std::vector<std::string_view> choices) {
  return {.name = "role", .type = FieldType::choice, .choices = std::move(choices)};
}

std::vector<Field> registration_fields() {
  return {text_field("username", kMaxUsername, false),
          text_field("email", kMaxEmail, true),
          password_field("password"),
          optional_text("first_name", kMaxName),
          optional_text("last_name", kMaxName),
          optional_text("phone_number", kMaxPhone),
          role({"guest", "host"})};
}

}  // namespace

std::vector<Field> account_fields(bool whole) {
  return {text_field("username", kMaxUsername, whole),
          text_field("email", kMaxEmail, whole),
          optional_text("first_name", kMaxName),
          optional_text("last_name", kMaxName),
          optional_text("phone_number", kMaxPhone),
          role({"guest", "host", "admin"}),
          {.name = "is_active", .type = FieldType::boolean}};
}

std::vector<Route> user_routes() {
  return {
      {.method = Method::get,
       .pattern = "/api/users/",
       .handler = api::list_users,
       .name = "list_users",
       .summary = "All users.",
       .parameters = paged(
           {{"search", "string", "In usernames and names."},
            {"role", "string", "guest, host or admin."},
            {"is_online", "boolean", "Who is there, or who is not."},
            {"ordering", "string", "id, username, created_at or last_seen; with - backwards."}}),
       .shape = Shape::list,
       .schema = "User"},
      {.method = Method::post,
       .pattern = "/api/users/",
       .access = Access::open,
       .handler = api::register_user,
       .name = "register_user",
       .summary = "Registers an account.",
       .fields = registration_fields(),
       .status = 201,
       .schema = "User",
       .retry = Retry::with_effect},
      {.method = Method::get,
       .pattern = "/api/users/me/",
       .handler = api::show_me,
       .name = "show_me",
       .summary = "The caller's own account.",
       .schema = "User"},
      {.method = Method::patch,
       .pattern = "/api/users/me/",
       .handler = api::change_me,
       .name = "change_me",
       .summary = "Changes the caller's own account.",
       .fields = account_fields(false),
       .schema = "User"},
      {.method = Method::post,
       .pattern = "/api/users/me/password/",
       .handler = api::change_password,
       .name = "change_password",
       .summary = "Changes the caller's password and ends all of his logins.",
       .fields = {password_field("old_password"), password_field("new_password")},
       .status = 204,
       .shape = Shape::none},
      {.method = Method::get,
       .pattern = "/api/users/{user}/",
       .handler = api::show_user,
       .name = "show_user",
       .summary = "One user.",
       .schema = "User"},
      {.method = Method::put,
       .pattern = "/api/users/{user}/",
       .handler = api::change_user,
       .name = "replace_user",
       .summary = "Changes an account: one's own, or an admin any.",
       .fields = account_fields(true),
       .schema = "User"},
      {.method = Method::patch,
       .pattern = "/api/users/{user}/",
       .handler = api::change_user,
       .name = "change_user",
       .summary = "Changes some of an account: one's own, or an admin any.",
       .fields = account_fields(false),
       .schema = "User"},
      {.method = Method::del,
       .pattern = "/api/users/{user}/",
       .handler = api::delete_user,
       .name = "delete_user",
       .summary = "Deletes an account with all that is its: one's own, or an admin any.",
       .status = 204,
       .shape = Shape::none},
      {.method = Method::del,
       .pattern = "/api/user/delete/",
       .handler = api::delete_me,
       .name = "delete_me",
       .summary = "Deletes the caller's account with all that is its.",
       .status = 204,
       .shape = Shape::none},
  };
}

}  // namespace confab::http
