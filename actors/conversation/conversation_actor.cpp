#include "actors/conversation/conversation_actor.hpp"

#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/guard.hpp"

namespace confab::actors {

namespace {

/// What may be half done is read again.
template <class Work>
void guard_memory(ConversationActor::stateful_pointer<ConversationHost> self, Work work) {
  guard(ConversationHost::name, work, [&] { self->state.drop_memory(); });
}

template <class Request>
auto handle(ConversationActor::stateful_pointer<ConversationHost> self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    self->state.taken();
    guard_memory(self, [&] { self->state.receive(std::move(request), std::move(answer)); });
  };
}

}  // namespace

ConversationActor::behavior_type conversation_actor(
    ConversationActor::stateful_pointer<ConversationHost> self, ConversationId id,
    const Context* context, storage::Fence fence) {
  self->state.start(id, context, fence, caf::actor_cast<ConversationActor>(self));
  return {
      handle<SendMessage>(self),
      handle<ListMessages>(self),
      handle<OpenMessage>(self),
      handle<ChangeMessage>(self),
      handle<RemoveMessage>(self),
      handle<ShowThread>(self),
      handle<ShowHistory>(self),
      handle<PrepareReading>(self),
      handle<FinishReading>(self),
      handle<MarkConversationRead>(self),
      handle<MarkMessageRead>(self),
      handle<ListUnreadHere>(self),
      handle<ListNotificationsHere>(self),
      handle<RenderMessages>(self),
      handle<ChangeNotification>(self),
      handle<ShowUnreadSet>(self),
      handle<ShowConversation>(self),
      handle<SummarizeConversation>(self),
      handle<ChangeConversation>(self),
      handle<AddParticipant>(self),
      handle<RemoveParticipant>(self),
      handle<RemoveConversation>(self),
      handle<EraseAccount>(self),
      handle<RenderEvents>(self),
      handle<SignalTyping>(self),
      [self](Resume& continuation) { guard_memory(self, *continuation.run); },
      [self](Rest&) {
        if (self->state.may_rest()) self->quit();
      },
  };
}

}  // namespace confab::actors
