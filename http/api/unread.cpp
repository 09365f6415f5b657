#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::Counted;
using actors::ResourceView;
using storage::ErrorCode;

namespace {

void list_unread_in(const ExchangePtr& exchange, std::optional<ConversationId> conversation) {
  answer_list(exchange, Walk::pages_or_cursor,
              [exchange, conversation](actors::Window window, auto callback) {
                exchange->node().ask(exchange->caller().user,
                                     actors::ListUnread{conversation, window}, std::move(callback));
              });
}

}  // namespace

void list_unread(const ExchangePtr& exchange) {
  const auto given = exchange->call().query.get_any({"conversation", "conversation_id"});
  if (!given || given->empty()) return list_unread_in(exchange, std::nullopt);
  const auto ref = parse_conversation_ref(*given);
  if (!ref) return answer_empty_list(exchange);
  exchange->node().resolve(*ref, [exchange](storage::Result<ConversationId> result) {
    exchange->guard([&] {
      if (result.has_value()) return list_unread_in(exchange, result.assume_value());
      if (result.assume_error().code == ErrorCode::not_found) return answer_empty_list(exchange);
      exchange->fail(result.assume_error());
    });
  });
}

void mark_messages_read(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto messages = fields.messages("message_ids");
  if (fields.failed()) return exchange->fail(fields.problem());
  exchange->node().ask(exchange->caller().user, actors::MarkRead{std::move(*messages)},
                       then(exchange, [exchange](Counted counted) {
                         answer_marked(exchange, "message", counted.count);
                       }));
}

void mark_message_read(const ExchangePtr& exchange) {
  with_message(exchange, 0, [exchange](const storage::MessagePlace& place) {
    // Reading again changes nothing, so the answer is kept apart from the effect.
    exchange->node().ask(
        place.conversation, actors::MarkMessageRead{exchange->caller(), place.seq, std::nullopt},
        then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
  });
}

void mark_conversation_read(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const auto conversation = fields.conversation("conversation_id");
  if (fields.failed()) return exchange->fail(fields.problem());
  exchange->node().resolve(
      conversation->ref, then(exchange, [exchange](ConversationId id) {
        exchange->node().ask(
            id, actors::MarkConversationRead{exchange->caller(), exchange->call().retry},
            then(exchange, [exchange](Counted counted) {
              answer_marked(exchange, "message", counted.count);
            }));
      }));
}

}  // namespace confab::http::api
