#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {
namespace {

Route view(std::string_view pattern, RouteHandler handler, std::string_view name,
           std::string_view summary, std::string_view schema) {
  return {.method = Method::get,
          .pattern = pattern,
          .access = Access::admin,
          .handler = handler,
          .name = name,
          .summary = summary,
          .schema = schema};
}

Route list(std::string_view pattern, RouteHandler handler, std::string_view name,
           std::string_view summary, std::vector<Parameter> parameters, std::string_view schema) {
  Route route = view(pattern, handler, name, summary, schema);
  route.parameters = std::move(parameters);
  route.shape = Shape::list;
  return route;
}

Route removal(std::string_view pattern, RouteHandler handler, std::string_view name,
              std::string_view summary) {
  return {.method = Method::del,
          .pattern = pattern,
          .access = Access::admin,
          .handler = handler,
          .name = name,
          .summary = summary,
          .status = 204,
          .shape = Shape::none};
}

std::vector<Route> account_routes() {
  return {
      list("/api/admin/users/", api::list_users, "admin_list_users", "All users, in full.",
           paged({{"search", "string", "In usernames and names."},
                  {"role", "string", "guest, host or admin."},
                  {"is_active", "boolean", "Who may log in, or who may not."},
                  {"is_online", "boolean", "Who is there, or who is not."},
                  {"ordering", "string",
                   "id, username, created_at or last_seen; with - backwards."}}),
           "User"),
      view("/api/admin/users/{user}/", api::show_user, "admin_show_user", "One user, in full.",
           "User"),
      {.method = Method::patch,
       .pattern = "/api/admin/users/{user}/",
       .access = Access::admin,
       .handler = api::change_user,
       .name = "admin_change_user",
       .summary = "Changes some of an account.",
       .fields = account_fields(false),
       .schema = "User"},
      removal("/api/admin/users/{user}/", api::delete_user, "admin_delete_user",
              "Deletes an account with all that is its."),
      view("/api/admin/users/{user}/removal/", api::show_removal, "admin_show_removal",
           "What would go with an account.", "Removal"),
      {.method = Method::post,
       .pattern = "/api/admin/users/{user}/password/",
       .access = Access::admin,
       .handler = api::set_password,
       .name = "admin_set_password",
       .summary = "Gives a user a new password and ends all of his logins.",
       .fields = {password_field("new_password")},
       .status = 204,
       .shape = Shape::none},
  };
}

std::vector<Route> content_routes() {
  return {
      list("/api/admin/conversations/", api::list_all_conversations, "admin_list_conversations",
           "All conversations.",
           paged({{"search", "string", "In titles."},
                  {"participant", "string", "Who takes part: either id."},
                  {"ordering", "string", "id, created_at or updated_at; with - backwards."}}),
           "Conversation"),
      view("/api/admin/conversations/{conversation}/", api::show_conversation,
           "admin_show_conversation", "One conversation.", "ConversationDetail"),
      removal("/api/admin/conversations/{conversation}/", api::delete_conversation,
              "admin_delete_conversation", "Deletes a conversation with everything in it."),
      list("/api/admin/messages/", api::list_messages, "admin_list_messages",
           "Everybody's messages.",
           walked({{"search", "string", "Words of the text."},
                   {"conversation", "string", "Either id."},
                   {"sender", "string", "Either id."},
                   {"receiver", "string", "Either id."},
                   {"sent_after", "string", "A time or a date, inclusive."},
                   {"sent_before", "string", "A time or a date, exclusive."},
                   {"ordering", "string", "timestamp or -timestamp."}}),
           "Message"),
      view("/api/admin/messages/{message}/", api::inspect_message, "admin_show_message",
           "One message; nobody has read it by that.", "Message"),
      removal("/api/admin/messages/{message}/", api::delete_message, "admin_delete_message",
              "Deletes a message with the replies below it."),
      list("/api/admin/notifications/", api::list_notifications_of, "admin_list_notifications",
           "One user's notifications.",
           walked({{"user", "string", "Whose: either id. Required."},
                   {"is_read", "boolean", "Read or unread ones only."}}),
           "Notification"),
  };
}

std::vector<Route> overview_routes() {
  return {
      view("/api/admin/", api::show_admin_root, "admin_root", "The entry points for admins.",
           "AdminRoot"),
      view("/api/admin/statistics/", api::show_statistics, "admin_statistics",
           "How much there is, who is there and what is going on.", "Statistics"),
      view("/api/admin/cluster/", api::show_cluster, "admin_cluster", "The nodes.", "Cluster"),
      list("/api/admin/audit/", api::list_audit, "admin_list_audit",
           "What administrators did, newest first.",
           paged({{"actor", "string", "Who did it: either id."},
                  {"action", "string", "What was done, as user.change."},
                  {"target", "string", "To what: its UUID."},
                  {"since", "string", "A time or a date, inclusive."},
                  {"until", "string", "A time or a date, exclusive."}}),
           "AuditEntry"),
      {.method = Method::post,
       .pattern = "/api/admin/setup/",
       .access = Access::open,
       .handler = api::create_first_admin,
       .name = "create_first_admin",
       .summary = "Creates the first administrator with the token of the one-time link.",
       .fields = {password_field("token"), text_field("username", kMaxUsername, true),
                  text_field("email", kMaxEmail, true), password_field("password")},
       .status = 201,
       .schema = "User"},
  };
}

}  // namespace

std::vector<Route> admin_routes() {
  std::vector<Route> routes;
  for (auto part : {overview_routes(), account_routes(), content_routes()}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace confab::http
