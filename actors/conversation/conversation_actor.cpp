#include "actors/conversation/conversation_actor.hpp"

#include <exception>
#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "config/log.hpp"

namespace confab::actors {

namespace {

/// An exception (no memory, say) must not end the actor: it forgets what may be half done and reads
/// it again; the request in hand is refused when its Answer dies.
template <class Work>
void guard(ConversationActor::stateful_pointer<ConversationHost> self, Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    log::error("actor_failed", {{"actor", ConversationHost::name}, {"what", error.what()}});
    self->state.drop_memory();
  }
}

template <class Request>
auto handle(ConversationActor::stateful_pointer<ConversationHost> self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    self->state.taken();
    guard(self, [&] { self->state.receive(std::move(request), std::move(answer)); });
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
      [self](Resume& continuation) { guard(self, *continuation.run); },
      [self](Rest&) {
        if (self->state.may_rest()) self->quit();
      },
  };
}

}  // namespace confab::actors
