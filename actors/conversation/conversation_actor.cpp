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
auto handle(ConversationActor::stateful_pointer<ConversationHost> self, const Context* context) {
  return [self, context](Request& request, Answer<typename Request::Reply>& answer) {
    context->conversations.taken();
    guard(self, [&] { self->state.receive(std::move(request), std::move(answer)); });
  };
}

}  // namespace

ConversationActor::behavior_type conversation_actor(
    ConversationActor::stateful_pointer<ConversationHost> self, ConversationId id,
    const Context* context, storage::Fence fence) {
  self->state.start(id, context, fence, caf::actor_cast<ConversationActor>(self));
  return {
      handle<SendMessage>(self, context),
      handle<ListMessages>(self, context),
      handle<OpenMessage>(self, context),
      handle<ChangeMessage>(self, context),
      handle<RemoveMessage>(self, context),
      handle<ShowThread>(self, context),
      handle<ShowHistory>(self, context),
      handle<PrepareReading>(self, context),
      handle<FinishReading>(self, context),
      handle<MarkConversationRead>(self, context),
      handle<MarkMessageRead>(self, context),
      handle<ListUnreadHere>(self, context),
      handle<ListNotificationsHere>(self, context),
      handle<RenderMessages>(self, context),
      handle<ChangeNotification>(self, context),
      handle<ShowUnreadSet>(self, context),
      handle<ShowConversation>(self, context),
      handle<SummarizeConversation>(self, context),
      handle<ChangeConversation>(self, context),
      handle<AddParticipant>(self, context),
      handle<RemoveParticipant>(self, context),
      handle<RemoveConversation>(self, context),
      handle<EraseAccount>(self, context),
      handle<RenderEvents>(self, context),
      handle<SignalTyping>(self, context),
      [self](Resume& continuation) { guard(self, *continuation.run); },
      [self](Rest&) {
        if (self->state.may_rest()) self->quit();
      },
  };
}

}  // namespace confab::actors
