#include "actors/conversation/conversation_actor.hpp"

#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace confab::actors {

namespace {

template <class Request>
auto handle(ConversationActor::stateful_pointer<ConversationHost> self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    self->state.receive(std::move(request), std::move(answer));
  };
}

}  // namespace

ConversationActor::behavior_type conversation_actor(
    ConversationActor::stateful_pointer<ConversationHost> self, ConversationId id,
    const Context* context) {
  self->state.start(id, context, caf::actor_cast<ConversationActor>(self));
  return {
      handle<SendMessage>(self),
      handle<ListMessages>(self),
      handle<OpenMessage>(self),
      handle<ChangeMessage>(self),
      handle<RemoveMessage>(self),
      handle<ShowThread>(self),
      handle<ShowHistory>(self),
      handle<MarkMessagesRead>(self),
      handle<MarkConversationRead>(self),
      handle<MarkMessageRead>(self),
      handle<ListUnreadHere>(self),
      handle<ListNotificationsHere>(self),
      handle<RenderMessages>(self),
      handle<ChangeNotification>(self),
      handle<DismissNotifications>(self),
      handle<ShowConversation>(self),
      handle<SummarizeConversation>(self),
      handle<ChangeConversation>(self),
      handle<AddParticipant>(self),
      handle<RemoveParticipant>(self),
      handle<RemoveConversation>(self),
      handle<EraseAccount>(self),
      [](Resume& continuation) { (*continuation.run)(); },
      [self](Rest&) {
        if (self->state.may_rest()) self->quit();
      },
  };
}

}  // namespace confab::actors
