#include "actors/user/account_eraser.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace confab::actors {

namespace {

/// One conversation after the other: a deletion shares the machine with everybody's posts.
struct Eraser : std::enable_shared_from_this<Eraser> {
  const Context* context = nullptr;
  UserId user;
  std::vector<ConversationId> traces;
  Answer<Done> answer;

  void next() {
    if (traces.empty()) return forget_replies();
    ConversationId conversation = traces.back();
    traces.pop_back();
    context->conversations.ask(conversation, EraseAccount{user},
                               Answer<Done>([self = shared_from_this()](Result<Done> result) {
                                 // A conversation that is gone has nothing left to erase.
                                 bool gone = result.has_error() &&
                                             result.error().code == ErrorCode::not_found;
                                 if (result.has_value() || gone) {
                                   self->next();
                                 } else {
                                   self->answer.deliver(result.error());
                                 }
                               }));
  }

  /// Answers that are kept for repetitions show whoever took part; nobody shows him any more, so
  /// that none is added.
  void forget_replies() {
    using Replies = std::vector<storage::ReplyKey>;
    constexpr std::uint32_t kAtOnce = 1000;
    context->persistence.read<Replies>(
        [user = user](storage::Reader& reader) { return reader.replies_naming(user, kAtOnce); },
        [self = shared_from_this()](Result<Replies> replies) {
          if (replies.has_error()) return self->answer.deliver(replies.error());
          if (replies.value().empty()) return self->remove_row();
          self->commit(storage::ForgetReplies{std::move(replies.value())},
                       [self] { self->forget_replies(); });
        });
  }

  void remove_row() {
    commit(storage::RemoveUser{user},
           [self = shared_from_this()] { self->answer.deliver(Done{}); });
  }

  void commit(storage::Change change, std::function<void()> then) {
    context->persistence.commit(std::move(change),
                                [self = shared_from_this(),
                                 then = std::move(then)](const Result<storage::Committed>& result) {
                                  if (result.has_error()) {
                                    return self->answer.deliver(result.error());
                                  }
                                  then();
                                });
  }
};

}  // namespace

void erase_account(const Context& context, UserId user, const Answer<Done>& answer) {
  // Nobody may have heard of it yet: its end was cut short, or has taken effect after all.
  context.access.remove(user);
  context.presence.remove(user);
  // Somebody is at it already; that the account is gone is durable.
  if (!context.erasures.begin(user)) return answer.deliver(Done{});
  auto eraser = std::make_shared<Eraser>();
  eraser->context = &context;
  eraser->user = user;
  eraser->answer = Answer<Done>([&context, user, answer](Result<Done> result) {
    context.erasures.end(user);
    answer.deliver(std::move(result));
  });
  context.persistence.read<std::vector<ConversationId>>(
      [user](storage::Reader& reader) { return reader.traces(user); },
      [eraser](Result<std::vector<ConversationId>> traces) {
        if (!traces.has_value()) return eraser->answer.deliver(traces.error());
        eraser->traces = std::move(traces.value());
        eraser->next();
      });
}

}  // namespace confab::actors
