#include <array>

#include "config/unicode.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ResourceView;
using actors::UserId;
using storage::Role;
using storage::UserOrder;

namespace {

constexpr std::size_t kMaxSearch = 200;

std::optional<Role> role_named(std::string_view name) {
  if (name == "guest") return Role::guest;
  if (name == "host") return Role::host;
  if (name == "admin") return Role::admin;
  return std::nullopt;
}

/// ?ordering=-username; unknown names are ignored, as DRF does.
void read_ordering(std::string_view text, storage::UserFilter& filter) {
  struct Named {
    std::string_view name;
    UserOrder order;
  };
  static constexpr std::array kOrders = {
      Named{"id", UserOrder::id}, Named{"username", UserOrder::username},
      Named{"created_at", UserOrder::created_at}, Named{"last_seen", UserOrder::last_seen}};
  const bool descending = text.starts_with('-');
  if (descending) text.remove_prefix(1);
  for (const Named& order : kOrders) {
    if (order.name == text) {
      filter.order = order.order;
      filter.descending = descending;
    }
  }
}

std::variant<actors::ListUsers, Problem> read_list(const Query& query,
                                                   const actors::Caller& caller) {
  actors::ListUsers list;
  list.caller = caller;
  list.filter.search = unicode::trim_space(query.get("search").value_or(""));
  if (unicode::count_characters(list.filter.search) > kMaxSearch) {
    return field_problem("search", "Ensure this value has at most 200 characters.");
  }
  if (const auto role = query.get("role"); role && !role->empty()) {
    list.filter.role = role_named(*role);
    if (!list.filter.role) {
      return field_problem("role", "Select a valid choice. " + std::string(*role) +
                                       " is not one of the available choices.");
    }
  }
  auto online = read_flag(query, "is_online");
  if (auto* problem = std::get_if<Problem>(&online)) return std::move(*problem);
  list.is_online = std::get<std::optional<bool>>(online);
  if (caller.is_admin()) {
    auto active = read_flag(query, "is_active");
    if (auto* problem = std::get_if<Problem>(&active)) return std::move(*problem);
    list.filter.is_active = std::get<std::optional<bool>>(active);
  }
  read_ordering(query.get("ordering").value_or(""), list.filter);
  return list;
}

void show(const ExchangePtr& exchange, UserId id) {
  exchange->node().ask(
      id, actors::ShowUser{exchange->caller()},
      then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
}

}  // namespace

void list_users(const ExchangePtr& exchange) {
  auto list = read_list(exchange->call().query, exchange->caller());
  if (auto* problem = std::get_if<Problem>(&list)) return exchange->fail(std::move(*problem));
  answer_list(exchange, Walk::pages,
              [exchange, list = std::get<actors::ListUsers>(std::move(list))](actors::Window window,
                                                                              auto callback) {
                actors::ListUsers part = list;
                part.offset = window.offset;
                part.limit = window.limit;
                exchange->node().list(std::move(part), std::move(callback));
              });
}

void show_user(const ExchangePtr& exchange) {
  with_user(exchange, [exchange](UserId id) { show(exchange, id); });
}

void show_me(const ExchangePtr& exchange) { show(exchange, exchange->caller().user); }

}  // namespace confab::http::api
