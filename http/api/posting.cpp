#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::ResourceView;
using actors::SendMessage;
using actors::UserId;

namespace {

/// What a post says, whatever its address.
struct Post {
  SendMessage message;
  std::optional<NamedUser> receiver;
};

Post read_post(const ExchangePtr& exchange, FieldReader& fields) {
  Post post;
  post.message.caller = exchange->caller();
  post.message.content = fields.text("content").value_or("");
  post.message.parent = fields.message("parent_message");
  post.message.retry = exchange->call().retry;
  post.receiver = fields.user("receiver");
  return post;
}

void ask_to_send(const ExchangePtr& exchange, ConversationId id, SendMessage message) {
  exchange->node().ask(id, std::move(message), then(exchange, [exchange](ResourceView view) {
                         exchange->show(std::move(view));
                       }));
}

/// The receiver is looked up before the conversation, so that a conversation which the caller may
/// not see answers like one that does not exist, whatever else is wrong.
void send_to(const ExchangePtr& exchange, Post post, const actors::ConversationRef& ref) {
  with_named_user(
      exchange, "receiver", std::move(post.receiver),
      [exchange, ref, message = std::move(post.message)](std::optional<UserId> receiver) mutable {
        message.receiver = receiver;
        exchange->node().resolve(
            ref,
            then(exchange, [exchange, message = std::move(message)](ConversationId id) mutable {
              ask_to_send(exchange, id, std::move(message));
            }));
      });
}

}  // namespace

void send_in_conversation(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  Post post = read_post(exchange, fields);
  if (fields.failed()) return exchange->fail(fields.problem());
  const auto ref = parse_conversation_ref(exchange->argument(0));
  if (!ref) return exchange->fail(storage::fail(storage::ErrorCode::not_found));
  send_to(exchange, std::move(post), *ref);
}

void send_message(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const auto conversation = fields.conversation("conversation");
  Post post = read_post(exchange, fields);
  if (fields.failed()) return exchange->fail(fields.problem());
  send_to(exchange, std::move(post), conversation->ref);
}

}  // namespace confab::http::api
