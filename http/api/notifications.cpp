#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ResourceView;

namespace {

void open_notification(const ExchangePtr& exchange, std::optional<bool> is_read) {
  const auto id = storage::parse_uuid(exchange->argument(0));
  if (!id || !*id) return exchange->fail(storage::fail(storage::ErrorCode::not_found));
  exchange->node().ask(
      exchange->caller().user, actors::OpenNotification{*id, is_read},
      then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
}

}  // namespace

void list_notifications(const ExchangePtr& exchange) {
  const auto flag = read_flag(exchange->call().query, "is_read");
  if (const auto* problem = std::get_if<Problem>(&flag)) return exchange->fail(*problem);
  const auto is_read = std::get<std::optional<bool>>(flag);
  answer_list(
      exchange, Walk::pages_or_cursor, [exchange, is_read](actors::Window window, auto callback) {
        exchange->node().ask(exchange->caller().user, actors::ListNotifications{is_read, window},
                             std::move(callback));
      });
}

void show_notification(const ExchangePtr& exchange) { open_notification(exchange, std::nullopt); }

void change_notification(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const auto is_read = fields.boolean("is_read");
  if (fields.failed()) return exchange->fail(fields.problem());
  open_notification(exchange, is_read);
}

void mark_notifications_read(const ExchangePtr& exchange) {
  exchange->node().ask(exchange->caller().user, actors::DismissAll{},
                       then(exchange, [exchange](actors::Counted counted) {
                         answer_marked(exchange, "notification", counted.count);
                       }));
}

}  // namespace confab::http::api
