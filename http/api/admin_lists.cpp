#include <array>

#include "http/api/filter_reader.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::UserId;
using storage::ConversationOrder;
using storage::ErrorCode;

namespace {

/// ?ordering=-created_at; unknown names are ignored, as DRF does.
void read_ordering(std::string_view text, storage::ConversationFilter& filter) {
  struct Named {
    std::string_view name;
    ConversationOrder order;
  };
  static constexpr std::array kOrders = {Named{"id", ConversationOrder::id},
                                         Named{"created_at", ConversationOrder::created_at},
                                         Named{"updated_at", ConversationOrder::updated_at}};
  const bool descending = text.starts_with('-');
  if (descending) text.remove_prefix(1);
  for (const Named& order : kOrders) {
    if (order.name == text) {
      filter.order = order.order;
      filter.descending = descending;
    }
  }
}

/// Goes on with the user that a filter names, if it does; one who does not exist has nothing.
void with_filter(const ExchangePtr& exchange, const std::optional<actors::UserRef>& ref,
                 std::function<void(std::optional<UserId>)> next) {
  if (!ref) return next(std::nullopt);
  exchange->node().resolve(*ref, [exchange, next](storage::Result<UserId> result) {
    exchange->guard([&] {
      if (result.has_value()) return next(result.assume_value());
      if (result.assume_error().code == ErrorCode::not_found) return answer_empty_list(exchange);
      exchange->fail(result.assume_error());
    });
  });
}

void list_conversations_by(const ExchangePtr& exchange, const storage::ConversationFilter& filter) {
  answer_list(exchange, Walk::pages, [exchange, filter](actors::Window window, auto callback) {
    exchange->node().list(actors::ListAllConversations{exchange->caller(), window, filter},
                          std::move(callback));
  });
}

void list_audit_by(const ExchangePtr& exchange, const storage::AuditFilter& filter) {
  answer_list(exchange, Walk::pages, [exchange, filter](actors::Window window, auto callback) {
    exchange->node().list(actors::ListAudit{filter, window.offset, window.limit},
                          std::move(callback));
  });
}

std::optional<storage::Uuid> parse_target(std::string_view text) {
  return storage::parse_uuid(text);
}

}  // namespace

void list_all_conversations(const ExchangePtr& exchange) {
  const Query& query = exchange->call().query;
  FilterReader filters(query);
  storage::ConversationFilter filter;
  filter.search = filters.search();
  const auto participant = filters.ref({"participant"}, parse_user_ref);
  read_ordering(query.get("ordering").value_or(""), filter);
  if (filters.problem()) return exchange->fail(*filters.problem());
  with_filter(exchange, participant, [exchange, filter](std::optional<UserId> user) mutable {
    filter.participant = user;
    list_conversations_by(exchange, filter);
  });
}

void list_notifications_of(const ExchangePtr& exchange) {
  const Query& query = exchange->call().query;
  FilterReader filters(query);
  const auto user = filters.ref({"user"}, parse_user_ref);
  const auto is_read = filters.flag("is_read");
  if (!user && !filters.problem()) {
    filters.refuse(field_problem("user", "This parameter is required."));
  }
  if (filters.problem()) return exchange->fail(*filters.problem());
  with_filter(exchange, user, [exchange, is_read](std::optional<UserId> id) {
    answer_list(exchange, Walk::pages_or_cursor,
                [exchange, is_read, id](actors::Window window, auto callback) {
                  exchange->node().ask(*id, actors::ListNotifications{is_read, window},
                                       std::move(callback));
                });
  });
}

void list_audit(const ExchangePtr& exchange) {
  FilterReader filters(exchange->call().query);
  storage::AuditFilter filter;
  filter.action = filters.text("action");
  filter.target = filters.ref({"target"}, parse_target);
  filter.since = filters.time("since");
  filter.until = filters.time("until");
  const auto actor = filters.ref({"actor"}, parse_user_ref);
  if (filters.problem()) return exchange->fail(*filters.problem());
  with_filter(exchange, actor, [exchange, filter](std::optional<UserId> user) mutable {
    filter.actor = user;
    list_audit_by(exchange, filter);
  });
}

}  // namespace confab::http::api
