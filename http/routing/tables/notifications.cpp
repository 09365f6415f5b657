#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {

std::vector<Route> notification_routes() {
  return {
      {.method = Method::get,
       .pattern = "/api/notifications/",
       .handler = api::list_notifications,
       .name = "list_notifications",
       .summary = "The caller's notifications, newest first.",
       .parameters = walked({{"is_read", "boolean", "Those read, or those not."}}),
       .shape = Shape::list,
       .schema = "Notification"},
      {.method = Method::post,
       .pattern = "/api/notifications/mark_all_as_read/",
       .handler = api::mark_notifications_read,
       .name = "mark_notifications_read",
       .summary = "Marks all notifications as read; the messages stay unread.",
       .schema = "Marked",
       .retry = Retry::with_answer},
      {.method = Method::get,
       .pattern = "/api/notifications/{notification}/",
       .handler = api::show_notification,
       .name = "show_notification",
       .summary = "One notification.",
       .schema = "Notification"},
      {.method = Method::patch,
       .pattern = "/api/notifications/{notification}/",
       .handler = api::change_notification,
       .name = "change_notification",
       .summary = "Sets whether a notification is read.",
       .fields = {{.name = "is_read", .type = FieldType::boolean}},
       .schema = "Notification"},
  };
}

}  // namespace confab::http
