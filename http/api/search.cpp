#include "http/api/filter_reader.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::SearchMessages;
using actors::UserId;
using storage::ErrorCode;

namespace {

/// A search on its way: filters that name something are turned into ids one after the other.
struct Search {
  SearchMessages question;
  std::optional<actors::ConversationRef> conversation;
  std::optional<actors::UserRef> sender;
  std::optional<actors::UserRef> receiver;
};

void run(const ExchangePtr& exchange, const SearchMessages& question) {
  const Walk walk = question.oldest_first ? Walk::pages : Walk::pages_or_cursor;
  answer_list(exchange, walk, [exchange, question](actors::Window window, auto callback) {
    SearchMessages part = question;
    part.window = window;
    exchange->node().ask(exchange->caller().user, std::move(part), std::move(callback));
  });
}

/// A filter by something that does not exist finds nothing, like one by something hidden.
template <class Id, class Store>
auto or_nothing(const ExchangePtr& exchange, Store store) {
  return [exchange, store](storage::Result<Id> result) mutable {
    exchange->guard([&] {
      if (result.has_value()) return store(result.assume_value());
      if (result.assume_error().code == ErrorCode::not_found) return answer_empty_list(exchange);
      exchange->fail(result.assume_error());
    });
  };
}

void resolve_receiver(const ExchangePtr& exchange, Search search) {
  if (!search.receiver) return run(exchange, search.question);
  const actors::UserRef ref = *search.receiver;
  exchange->node().resolve(ref, or_nothing<UserId>(exchange, [exchange, search](UserId id) mutable {
                             search.question.receiver = id;
                             run(exchange, search.question);
                           }));
}

void resolve_sender(const ExchangePtr& exchange, Search search) {
  if (!search.sender) return resolve_receiver(exchange, std::move(search));
  const actors::UserRef ref = *search.sender;
  exchange->node().resolve(ref, or_nothing<UserId>(exchange, [exchange, search](UserId id) mutable {
                             search.question.sender = id;
                             resolve_receiver(exchange, std::move(search));
                           }));
}

void resolve_conversation(const ExchangePtr& exchange, Search search) {
  if (!search.conversation) return resolve_sender(exchange, std::move(search));
  const actors::ConversationRef ref = *search.conversation;
  exchange->node().resolve(
      ref, or_nothing<ConversationId>(exchange, [exchange, search](ConversationId id) mutable {
        search.question.conversation = id;
        resolve_sender(exchange, std::move(search));
      }));
}

}  // namespace

void list_messages(const ExchangePtr& exchange) {
  const Query& query = exchange->call().query;
  FilterReader filters(query);
  Search search;
  SearchMessages& question = search.question;
  question.role = exchange->caller().role;
  const bool is_for_admins = exchange->call().route->access == Access::admin;
  question.everything =
      (is_for_admins || filters.flag("all").value_or(false)) && exchange->caller().is_admin();
  question.unread_only = filters.flag("unread").value_or(false);
  question.sent_after = filters.time("sent_after");
  question.sent_before = filters.time("sent_before");
  question.search = filters.search();
  question.oldest_first = is_oldest_first(query);
  search.conversation = filters.ref({"conversation", "conversation_id"}, parse_conversation_ref);
  search.sender = filters.ref({"sender"}, parse_user_ref);
  search.receiver = filters.ref({"receiver"}, parse_user_ref);
  if (filters.problem()) return exchange->fail(*filters.problem());
  resolve_conversation(exchange, std::move(search));
}

}  // namespace confab::http::api
